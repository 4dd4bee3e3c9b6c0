"""JupyterLab as `run.py lab` opens it, worked in a real browser.

Where there is no Chromium the tests are skipped and say so.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress

import nbformat
import pytest
from browsing import MARKS, SECONDS, browser
from nbformat.reader import NotJSONError

import run
from hengstats.report.notebooks import NOTEBOOKS, list_notebooks

pytestmark = MARKS
# Each notebook once, so that together they run on every dataset and in two languages.
RUNS = {
    "01": ("plaza66", None, "zh-Hans"),
    "02": ("national", None, "zh-Hans"),
    "03": ("illustrative-district", "示例楼07号", "zh-Hans"),
    "04": ("illustrative-district", None, "en"),
    "05": ("illustrative", None, "en"),
    "06": ("illustrative-district", None, "zh-Hans"),
    "07": ("comparators", None, "zh-Hans"),
}
# What the results, and no fixed text, say in that language.
SAID = {"zh-Hans": "由20\\d\\d年的|扣去每个对象", "en": "Finding:|No figure was found"}


def ask(url):
    """Return what the server answers, read from JSON."""
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


@contextmanager
def jupyter(root):
    """Run JupyterLab on the notebooks of a checkout; give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in ("config", "share", "runtime"):
        (root / name).mkdir()
    words = [sys.executable, "-m", "jupyterlab", run.MINE, "--no-browser"]
    words += ["--allow-root", f"--port={port}", "--ServerApp.port_retries=0"]
    words += ["--IdentityProvider.token=", "--ServerApp.password="]
    own = {f"JUPYTER_{name.upper()}_DIR": str(root / name) for name in ("config",)}
    own |= {"JUPYTER_DATA_DIR": str(root / "share")}
    own |= {"JUPYTER_RUNTIME_DIR": str(root / "runtime"), "HOME": str(root)}
    own |= {"JUPYTER_CONFIG_PATH": str(NOTEBOOKS / "jupyter")}
    own |= {"PYTHONPATH": str(NOTEBOOKS.parent)}
    with (root / "log").open("wb") as log:
        server = subprocess.Popen(
            words, cwd=root, env=os.environ | own, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(4 * SECONDS):
            try:
                ask(f"{url}/api/status")
                break
            except OSError:
                time.sleep(0.25)
        yield url
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Return a page of the browser with JupyterLab in it, and the folder it works in.

    One kernel is enough for one notebook after another.
    """
    root = tmp_path_factory.mktemp("lab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "ROOT", root)
        (root / "notebooks").symlink_to(NOTEBOOKS)
        (root / "data").symlink_to(NOTEBOOKS.parent / "data")  # 04 reads the logs in it
        run.copy_notebooks()
    for path in list_notebooks():
        set_parameters(root / run.MINE / path.name)
    with jupyter(root) as url, browser() as chromium:
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(1000 * SECONDS)
        page.goto(f"{url}/lab")
        page.get_by_role("menuitem", name="运行").wait_for()  # it speaks Chinese
        yield page, root / run.MINE, url


def set_parameters(path):
    """Write what a notebook is run on into its cell, as a user would."""
    notebook = nbformat.read(path, as_version=4)
    [cell] = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    dataset, entity, lang = RUNS[path.name[:2]]
    cell.source = f"dataset = {dataset!r}\nentity = {entity!r}\nlang = {lang!r}"
    nbformat.write(notebook, path)


def open_and_run(lab, name):
    """Open a notebook from the list of files, run all of it; return its outputs."""
    page, folder, url = lab
    page.locator(".jp-DirListing-item", has_text=name).dblclick()
    page.locator(".jp-Notebook:visible .jp-Cell").first.wait_for()
    wait(lambda: is_idle(url, name), "the kernel did not start")
    page.get_by_role("menuitem", name="运行", exact=False).first.click()
    page.get_by_role("menuitem", name=re.compile("运行所有单元格")).first.click()
    last = page.locator(".jp-Notebook:visible .jp-CodeCell .jp-InputPrompt").last
    wait(lambda: re.search(r"\[\d+\]", last.inner_text()), "it did not run to its end")
    wait(lambda: is_idle(url, name), "the kernel is still busy")
    page.keyboard.press("Control+s")
    path = folder / name
    wait(lambda: is_saved(path), "it was not saved")
    return cells(path)


def is_saved(path):
    """Return whether a notebook is on disk, whole, with the number of its last cell."""
    with suppress(NotJSONError):  # the server empties the file before it writes
        return bool(cells(path)[-1].execution_count)


def is_idle(url, name):
    """Return whether the kernel of a notebook has nothing to do."""
    kernels = [
        one["kernel"] for one in ask(f"{url}/api/sessions") if name in one["path"]
    ]
    return [one["execution_state"] for one in kernels] == ["idle"]


def wait(is_done, otherwise):
    """Wait until something is done."""
    for _ in range(4 * SECONDS):
        if is_done():
            return
        time.sleep(0.25)
    pytest.fail(otherwise)


def cells(path):
    """Return the code cells of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def faults(found):
    """Return what the cells that failed said."""
    outputs = [output for cell in found for output in cell.outputs]
    return [output.evalue for output in outputs if output.output_type == "error"]


@pytest.mark.parametrize("number", RUNS)
def test_a_notebook_opened_from_the_list_runs_to_its_end(lab, number):
    [name] = [path.name for path in list_notebooks() if path.name[:2] == number]
    found = open_and_run(lab, name)
    assert faults(found) == []
    streams = [out for cell in found for out in cell.outputs if "name" in out]
    assert [out.text for out in streams if out.name == "stderr"] == []  # no lost glyph
    page = lab[0].locator(".jp-Notebook:visible")
    drawn = sum("hs.draw_" in cell.source for cell in found)
    page.locator(".jp-OutputArea img").nth(drawn - 1).wait_for()
    widths = "images => images.map(image => image.naturalWidth > 400)"
    assert page.locator(".jp-OutputArea img").evaluate_all(widths) == [True] * drawn
    assert re.search(SAID[RUNS[number][2]], page.text_content())


def test_a_fault_is_seen_in_a_notebook_that_is_broken_on_purpose(lab):
    path = lab[1] / "09-broken.ipynb"
    notebook = nbformat.read(list_notebooks()[0], as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace(
            "hs.build_panel(dataset)", "hs.build_panel(3)"
        )
    notebook.cells = notebook.cells[:8]
    nbformat.write(notebook, path)
    lab[0].locator("[data-command='filebrowser:refresh']").first.click()
    assert faults(open_and_run(lab, path.name)) != []


def test_choosing_and_clicking_shows_draws_and_saves(lab):
    page, folder, _ = lab
    assert faults(open_and_run(lab, "00-start-here.ipynb")) == []
    notebook = page.locator(".jp-Notebook:visible")
    notebook.get_by_label("数据集").select_option("national")
    notebook.locator("img[alt*='全国']").first.wait_for()
    notebook.get_by_label("语言").select_option("English")
    notebook.locator("img[alt*='China']").first.wait_for()
    notebook.get_by_role("button", name="Save charts").click()
    notebook.get_by_role("button", name="Save as Excel").click()
    notebook.get_by_text(".xlsx").first.wait_for()
    saved = {path.suffix for path in folder.glob("national-china-*")}
    assert saved == {".png", ".svg", ".pdf", ".xlsx"}
