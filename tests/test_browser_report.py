"""The report as a web page, seen in a real browser: on a phone, a desk and on paper.

Where there is no Chromium the tests are skipped and say so.
"""

from functools import partial
from pathlib import Path

import axe_playwright_python
import pytest
from browsing import MARKS, browser

from hengstats import report
from hengstats.charts import save
from hengstats.report import render
from hengstats.report.inputs import Edition

pytestmark = MARKS
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
SIZES = {"phone": (390, 844, "screen"), "desk": (1280, 900, "screen")}
SIZES |= {"paper": (627, 934, "print")}  # A4 within its margins, at 96 dots an inch
# What reaches over the right edge of the page, and not within something that scrolls.
OVERFLOWING = """() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (one) => one && one !== document.documentElement
    && (["auto", "scroll"].includes(getComputedStyle(one).overflowX)
      || scrolls(one.parentElement));
  return [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > width + 1 && !scrolls(one))
    .map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 40)}`);
}"""
DANGLING = """() => [...document.querySelectorAll("a[href^='#']")]
  .map((one) => decodeURIComponent(one.getAttribute("href").slice(1)))
  .filter((id) => id && !document.getElementById(id))"""
# For each place on a chart that leads to a record: whether a colour lies under it.
COLOURED = """chart => {
  const image = chart.querySelector("img"), canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth;
  canvas.height = image.naturalHeight;
  const brush = canvas.getContext("2d");
  brush.drawImage(image, 0, 0);
  return [...chart.querySelectorAll("a.spot")].map((spot) => {
    const left = parseFloat(spot.style.left) * canvas.width / 100;
    const top = parseFloat(spot.style.top) * canvas.height / 100;
    const {data} = brush.getImageData(left - 3, top - 3, 7, 7);
    return data.some((_, i) => i % 4 === 0
      && Math.max(...data.slice(i, i + 3)) - Math.min(...data.slice(i, i + 3)) > 60);
  });
}"""
# Records are all of one shape: the first thirty of them are enough.
FAULTY = """async () => (await axe.run(
    {include: ["html"], exclude: [".record:nth-child(n+30)"]},
    {resultTypes: ["violations"]})).violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 200)])"""


@pytest.fixture(scope="module")
def chromium():
    """Return the browser."""
    with browser() as opened:
        yield opened


REPORTS = {"plaza66": "zh-Hans", "national": "en"}


@pytest.fixture(scope="module", params=REPORTS)
def opened(request, chromium, tmp_path_factory):
    """Return a report, in English a brief one, without its notebooks."""
    out = tmp_path_factory.mktemp("report")
    with pytest.MonkeyPatch.context() as changed:  # the page alone, its charts coarse
        changed.setattr(report, "DOCUMENTS", ("html",))
        changed.setattr(save, "DPI", 60)
        changed.setattr(render, "save_chart", partial(save.save_chart, formats=["png"]))
        changed.setattr(render, "FORMATS", ("png",))
        lang = REPORTS[request.param]
        edition = Edition(lang=lang, brief=lang == "en")
        made = report.make_report(request.param, out, edition, notebooks=[])
    page = chromium.new_page()
    page.goto((made.folder / "report.html").as_uri())
    return page


def look(page, size):
    """Show a page as large as one sees it."""
    width, height, medium = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(media=medium)


@pytest.mark.parametrize("size", SIZES)
def test_nothing_reaches_over_the_edge_of_the_page(opened, size):
    look(opened, size)
    assert opened.evaluate(OVERFLOWING) == []
    whole = "document.documentElement.scrollWidth"
    assert opened.evaluate(whole) <= SIZES[size][0]


def test_every_link_within_the_page_leads_somewhere(opened):
    assert opened.locator("a[href^='#']").count() > 20
    assert opened.evaluate(DANGLING) == []


@pytest.mark.parametrize("opened", ["plaza66"], indirect=True)  # it takes long
@pytest.mark.parametrize("size", ["phone"])  # where more has to scroll
def test_who_does_not_see_or_point_can_read_the_page(opened, size):
    look(opened, size)
    opened.evaluate(AXE.read_text("utf-8"))
    assert opened.evaluate(FAULTY) == []


def test_each_chart_has_places_to_click_and_on_each_something_is_drawn(opened):
    pictures = opened.locator(".chart")
    for number in range(pictures.count()):
        found = pictures.nth(number).evaluate(COLOURED)
        assert found
        assert all(found), pictures.nth(number).locator("img").get_attribute("alt")


def test_a_mark_of_a_chart_opens_the_record_of_its_figure(opened):
    look(opened, "desk")
    # the first chart of either report is of what was taken in, year by year
    opened.locator("a.spot[title*='2020']").first.click()
    record = opened.locator("dialog").inner_text()
    printed = {"zh-Hans": "49.3亿元", "en": "around 18.29 trillion yuan"}
    assert printed[opened.locator("html").get_attribute("lang")] in record
    opened.keyboard.press("Escape")


def test_no_picture_is_missing_and_each_says_what_it_shows(opened):
    seen = "one => [one.complete && one.naturalWidth > 0, one.alt]"
    pictures = opened.locator("img")
    assert pictures.count() > 3
    for number in range(pictures.count()):
        is_there, text = pictures.nth(number).evaluate(seen)
        assert (is_there, len(text) > 3) == (True, True), text


def test_what_is_wrong_with_a_page_is_seen(chromium):
    page = chromium.new_page()
    look(page, "phone")
    page.set_content(
        "<html><body><a href='#nowhere'>x</a><a href='#'></a><img src='x.png'>"
        "<p style='width:900px'>wide</p></body></html>"
    )
    page.evaluate(AXE.read_text("utf-8"))
    assert page.evaluate(DANGLING) == ["nowhere"]
    assert page.evaluate(OVERFLOWING) == ["P  wide"]
    found = {name for name, *_ in page.evaluate(FAULTY)}
    assert {"image-alt", "link-name", "html-has-lang"} <= found
