"""A walk over the page of a report that finds the numbers that lead nowhere."""

import re
from html.parser import HTMLParser

from hengstats.report.trace import NEEDS_NONE
from hengstats.vocabulary import LANGUAGES, strings

BLOCKS = {"p", "li", "td", "th", "h1", "h2", "h3", "h4", "caption", "figcaption"}
BLOCKS |= {"summary", "blockquote", "dd", "dt", "div", "main", "table", "figure"}
VOID = {"img", "br", "hr", "meta", "link", "col", "input"}
# What is no text of the report: the contents, the title, the list of sources, the
# records themselves, what is a link already, and the number of a figure or table.
PASSED_OVER = {"script", "style", "nav", "header", "head"}
PASSED_CLASSES = {"fig", "cite", "records", "label", "ref"}


class Walk(HTMLParser):
    """Gathers the texts outside links, and every place and target of the page."""

    def __init__(self):
        super().__init__()
        self.texts, self.targets, self.places, self.open = [""], [], set(), []
        self.linked = []  # numbers as they are read, with their targets

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.places.add(attrs.get("id"))
        if tag == "a":
            self.targets.append(attrs.get("href", ""))
        if tag in BLOCKS:
            self.texts.append("")
        passed = tag in PASSED_OVER
        passed |= bool(PASSED_CLASSES & set((attrs.get("class") or "").split()))
        passed |= bool(re.fullmatch(r"source_\d+", attrs.get("id") or ""))
        if tag not in VOID:
            self.open.append((tag, passed))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag in BLOCKS:
            self.texts.append("")

    def handle_data(self, data):
        # a link leaves a gap, so that what stands before and after it stays apart
        self.texts[-1] += "\x00" if any(passed for _, passed in self.open) else data


def names_of(given):
    """Return the names in which a number may stand, the longest first."""
    place = LANGUAGES.index(given.lang)
    names = {title for title in given.sources["title"]} | {given.dataset.name}
    for data in (given.dataset, *given.others):
        names |= {*data.entities[given.lang]}
    labels = given.wide.attrs["about"]["labels"]
    names |= {texts[place] for texts in labels.values()}
    for section in ("unit", "statistic", "procedure"):
        names |= {texts[place] for texts in strings()[section].values()}
    return sorted((one for one in names if re.search(r"\d", one)), key=len)[::-1]


def walk(page):
    """Return a page that has been walked."""
    walked = Walk()
    walked.feed(page)
    return walked


def bare_numbers(page, names):
    """Return the numbers of a page that lead nowhere, each with the text around it."""
    found = []
    for text in walk(page).texts:
        rest = text
        for name in names:
            rest = rest.replace(name, "")
        for pattern in NEEDS_NONE:
            rest = re.sub(pattern, "", rest)
        found += [rest.replace("\x00", "#").strip()] * bool(re.search(r"\d", rest))
    return found
