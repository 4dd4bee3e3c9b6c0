"""JupyterLab as `run.py lab` opens it, worked in a real browser.

Where there is no Chromium the tests are skipped and say so.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import nbformat
import pytest

import run
from hengstats.report.notebooks import NOTEBOOKS

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium on this machine"),
]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update"]
SECONDS = 120
FIRST = "01-what-the-sources-say.ipynb"


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
    for name in ("config", "data", "runtime"):
        (root / name).mkdir()
    words = [sys.executable, "-m", "jupyterlab", run.MINE, "--no-browser"]
    words += ["--allow-root", f"--port={port}", "--ServerApp.port_retries=0"]
    words += ["--IdentityProvider.token=", "--ServerApp.password="]
    own = {f"JUPYTER_{name.upper()}_DIR": str(root / name) for name in ("config",)}
    own |= {"JUPYTER_DATA_DIR": str(root / "data")}
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
    sync_api = pytest.importorskip("playwright.sync_api")
    root = tmp_path_factory.mktemp("lab")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "ROOT", root)
        (root / "notebooks").symlink_to(NOTEBOOKS)
        run.copy_notebooks()
    with jupyter(root) as url, sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(1000 * SECONDS)
        page.goto(f"{url}/lab")
        page.get_by_role("menuitem", name="运行").wait_for()  # it speaks Chinese
        yield page, root / run.MINE, url
        browser.close()


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
    wait(lambda: cells(path)[-1].execution_count, "it was not saved")
    return cells(path)


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


def test_a_notebook_opened_from_the_list_runs_to_its_end_in_chinese(lab):
    found = open_and_run(lab, FIRST)
    assert faults(found) == []
    page = lab[0].locator(".jp-Notebook:visible")
    assert page.locator("img").count() == 1  # the timeline
    assert "来源的可靠程度" in page.inner_text()  # a head of a table
    assert "楼宇税收由2016年的26.3亿元升至" in page.inner_text()  # the paragraph


def test_a_fault_is_seen_in_a_notebook_that_is_broken_on_purpose(lab):
    path = lab[1] / "09-broken.ipynb"
    notebook = nbformat.read(NOTEBOOKS / FIRST, as_version=4)
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
