"""What do the notebooks show for one dataset, run from start to end?"""

import html
import re
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter

from hengstats.dataset import read_dataset
from hengstats.folder import DATA, find_dataset
from hengstats.report.excerpt import write_excerpt
from hengstats.report.made import (
    Output,
    hash_files,
    make_outputs,
    take_fingerprint,
)

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
SECONDS = 120
# What a cell says that asks for a measure the dataset lacks; and a later cell that
# needs what the first could not return.
FOLLOWING = "NameError"
LACKING = ["DataError", FOLLOWING]
# pandas gives each styled table an id by chance
STYLED = re.compile(r'<table id="T_([0-9a-f]{5})"')


def list_notebooks() -> list[Path]:
    """Return the notebooks of the project, in their order."""
    return sorted(NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))


def make_page(
    path: Path, dataset: str, lang: str, folder: Path, library: str
) -> list[Output]:
    """Return the page of a notebook, run again only if what it reads has changed.

    A notebook whose metadata name its topics (`{"hengstats": {"topics": ["tax"]}}`)
    reads the accepted figures of these; any other reads the whole folder of the
    dataset. Each may read what comes with the library.
    """
    notebook = nbformat.read(path, as_version=4)
    topics = notebook.metadata.get("hengstats", {}).get("topics", [])
    whole, data = find_dataset(dataset), read_dataset(dataset)
    with tempfile.TemporaryDirectory() as room:
        read = Path(room) / whole.name
        if not topics or not write_excerpt(data, topics, read):
            read = whole
        ingredients = {
            "library": library,
            "notebook": path.read_text(encoding="utf-8"),
            "reads": _hash_folder(read),
            "shipped": _hash_folder(DATA),
            "compared": [_hash_folder(find_dataset(one)) for one in data.comparators],
            "name": whole.name,
            "lang": lang,
        }

        def write() -> None:
            page = folder / "notebooks" / f"{path.stem}.html"
            write_page(run_notebook(path, str(read), lang, lenient=True), page, lang)

        name = f"notebooks/{path.stem}.html"
        return make_outputs(folder, [name], take_fingerprint(ingredients), write)


def run_notebook(
    path: Path, dataset: str, lang: str, *, lenient: bool = False
) -> nbformat.NotebookNode:
    """Return a notebook with its outputs, run for one dataset and language.

    It shows the name of the dataset, whatever its folder. What a run says of itself
    (progress, warnings, times, ids by chance) is no part of it. Where the dataset
    lacks what a cell asks for, a `lenient` run shows the message and goes on.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    folder = find_dataset(dataset).absolute()
    tagged = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    for cell in tagged:
        cell.source = _parameters(str(folder), lang)
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # a warning about TCP alarms laymen
        allow_error_names=LACKING if lenient else [],
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    errors = [output.ename for output in outputs if output.output_type == "error"]
    if errors[:1] == [FOLLOWING]:  # nothing was lacking: the notebook is at fault
        return run_notebook(path, dataset, lang)
    for cell in tagged:
        cell.source = _parameters(folder.name, lang)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_settle(o) for o in cell.outputs if not _is_aside(o)]
    return notebook


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


def _hash_folder(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a folder but hidden and lock files."""
    files = [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(p.startswith((".", "~$")) for p in path.relative_to(folder).parts)
    ]
    return hash_files(folder, files)


def _parameters(dataset: str, lang: str) -> str:
    """Return the cell that names dataset and language."""
    return f"dataset = {dataset!r}\nlang = {lang!r}"


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
