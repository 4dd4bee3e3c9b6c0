"""Runs the notebooks for one dataset, and writes each as a page."""

import asyncio
import contextlib
import html
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

from hengstats.dataset import find_dataset
from hengstats.messages import data_error

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
SECONDS = 120
AT_A_TIME = 2
# What a cell says that asks for a measure the dataset lacks; and a later cell that
# needs what the first could not return.
FOLLOWING = "NameError"
LACKING = ["DataError", FOLLOWING]
# pandas gives each styled table an id by chance
STYLED = re.compile(r'<table id="T_([0-9a-f]{5})"')


def list_notebooks() -> list[Path]:
    """Return the notebooks of the project that are read, in their order.

    The first, 00, is clicked: on a page it would show nothing.
    """
    return sorted(set(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb")) - {*NOTEBOOKS.glob("00*")})


def run_notebooks(
    paths: Sequence[Path], dataset: str, lang: str, entity: str = ""
) -> Iterator[tuple[nbformat.NotebookNode, str]]:
    """Yield notebooks with their outputs, in order; two run at a time.

    Beside each what went wrong in it, which is nothing where it ran to its end.
    """
    run = partial(run_notebook, dataset=dataset, lang=lang, entity=entity)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield from pool.map(run, paths)


def run_notebook(
    path: Path, dataset: str, lang: str, entity: str = ""
) -> tuple[nbformat.NotebookNode, str]:
    """Return a notebook with its outputs, run for one dataset, entity and language.

    It shows the name of the dataset, whatever its folder. What a run says of itself
    (progress, warnings, times, ids by chance) is no part of it. Where the dataset
    lacks what a cell asks for, it shows the message and goes on. A cell at fault
    shows what it said, and is returned as a sentence beside the notebook.
    """
    notebook = nbformat.read(path, as_version=4)
    folder = find_dataset(dataset).absolute()
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    for cell in tagged:
        cell.source = _parameters(str(folder), lang, entity)
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=[
            "--log-level=ERROR",  # a warning about TCP alarms laymen
            "--IPKernelApp.ignore_cwd=True",  # no module beside the notebook is run
            "--HistoryManager.enabled=False",  # it would be kept in the user's home
        ],
        allow_error_names=LACKING,
        resources={"metadata": {"path": str(path.parent)}},
    )
    # It ends at a fault; what ran before it, and the fault, are in the notebook.
    with contextlib.suppress(CellExecutionError):
        asyncio.run(client.async_execute())
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    errors = [output for output in outputs if output.output_type == "error"]
    at_fault = [output for output in errors if output.ename not in LACKING]
    if errors[:1] and errors[0].ename == FOLLOWING:  # nothing was lacking before it
        at_fault = errors[:1]
    for cell in tagged:
        cell.source = _parameters(folder.name, lang, entity)
    said = ""
    for output in at_fault:
        told = {"file": path.name, "said": f"{output.ename}: {output.evalue}"}
        said = str(data_error("report.notebook", **told))
        output.ename, output.evalue = "", said
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_settle(o) for o in cell.outputs if not _is_aside(o)]
    return notebook, said


def write_page(notebook: nbformat.NotebookNode, path: Path, lang: str) -> Path:
    """Return the file of a notebook as a page that needs no network."""
    exporter = HTMLExporter(template_name="lab", exclude_input_prompt=True)
    exporter.exclude_output_prompt = True
    exporter.mathjax_url = exporter.require_js_url = exporter.jquery_url = ""
    title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
    page, _ = exporter.from_notebook_node(notebook)
    page = re.sub("<title>.*?</title>", f"<title>{html.escape(title)}</title>", page)
    page = page.replace('<html lang="en">', f'<html lang="{lang}">')
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8", newline="\n")
    return path


def _parameters(dataset: str, lang: str, entity: str) -> str:
    """Return the cell that names dataset, entity and language."""
    return f"dataset = {dataset!r}\nentity = {entity or None!r}\nlang = {lang!r}"


def _is_aside(output: nbformat.NotebookNode) -> bool:
    """Return whether an output is about the run, not about the data."""
    if output.output_type == "error":
        return output.ename == FOLLOWING
    return output.output_type == "stream" and output.name == "stderr"


def _settle(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return an output as it is each time: ids in order, messages without a trace."""
    if output.output_type == "error":
        return nbformat.v4.new_output("stream", name="stdout", text=output.evalue)
    page = output.get("data", {}).get("text/html", "")
    for number, chance in enumerate(STYLED.findall(page)):
        page = page.replace(f"T_{chance}", f"T_{number}")
    if page:
        output.data["text/html"] = page
    return output
