"""What do the notebooks show for one dataset, run from start to end?"""

import html
import re
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
SECONDS = 120


def list_notebooks() -> list[Path]:
    """Return the notebooks of the project, in their order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))


def run_notebook(path: Path, dataset: str, lang: str) -> nbformat.NotebookNode:
    """Return a notebook with its outputs, run for one dataset and language.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = f"dataset = {dataset!r}\nlang = {lang!r}"
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
    )
    return client.execute()


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
