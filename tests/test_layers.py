"""Imports look back along the line; public names are those we promise."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import hengstats

LIBRARY = Path(hengstats.__file__).parent
ROOMS = (
    "errors",
    "messages",
    "numerals",
    "csvsafe",
    "dates",
    "ledger",
    "wording",
    "vocabulary",
    "printed",
    "intake",
    "records",
    "vintages",
    "dataset",
    "labels",
    "figures",
    "panel",
    "smallcells",
    "signins",
    "indicators",
    "prose",
    "evidence",
    "revisions",
    "charts",
    "report",
    "explorer",
    "adding",
    "cli",
    "__main__",
)
# A file may turn out to be a sign-in log: what reads it then calls the next room.
DOORS = {"process.py": ("hengstats.signins.heads", "hengstats.signins.logs")}
READERS = {
    "vocabulary.py": "its own strings",
    "vintages.py": "the files of the vintages",
    "dataset.py": "the only store",
    "panel.py": "a sheet that is a panel",
    "charts/style.py": "the bundled font",
    "charts/save.py": "writes charts",
    "intake/__init__.py": "the file that is checked",
    "intake/process.py": "the file that is checked",
    "intake/parquet.py": "the parts of a folder",
    "signins/__init__.py": "the log that is counted",
    "report/__init__.py": "writes the report",
    "report/render.py": "writes the report",
    "report/word.py": "writes the report",
    "report/inputs.py": "the folder of the dataset",
    "report/notebooks.py": "writes the report",
    "adding/__init__.py": "which sheets, which dataset",
    "adding/files.py": "writes a vintage",
    "adding/new.py": "writes an empty dataset",
    "adding/propose.py": "the folder of a dataset",
}
PROMISED = (
    "list_datasets load_tax load_membership load_events build_panel growth index_to"
    " share cagr read_printed draw_timeline draw_tax draw_membership"
    " draw_participation draw_growth draw_index save_chart write_report"
    " assess explain_rivals IntervalRegression draw_verdict draw_refusals"
    " check new add verify changes draw_revisions label known list_pairs explore"
    " describe compare sensitivity draw_comparison participation"
    " draw_calendar panel_of_published"
).split()
MODULES = sorted(LIBRARY.rglob("*.py"))


def room(module: str) -> int:
    """Return where a module stands in the line."""
    return ROOMS.index(module.split(".")[1])


def imports(path: Path) -> list[str]:
    """Return the modules of the library that a file imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = [
        f"{node.module}.{alias.name}" if node.module == "hengstats" else node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    ]
    return [name for name in named if name.startswith("hengstats.")]


@pytest.mark.parametrize(
    "path", [p for p in MODULES if p.parent != LIBRARY or p.stem != "__init__"], ids=str
)
def test_a_module_imports_only_from_earlier_rooms(path):
    own = ROOMS.index(path.relative_to(LIBRARY).with_suffix("").parts[0])
    later = {*imports(path)} - {"hengstats.__version__", *DOORS.get(path.name, ())}
    assert [name for name in later if room(name) > own] == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_only_the_rooms_that_may_touch_files_know_paths(path):
    touches = "pathlib" in path.read_text(encoding="utf-8")
    assert path.relative_to(LIBRARY).as_posix() in READERS or not touches


def test_the_rooms_that_may_touch_files_are_there():
    assert [name for name in READERS if not (LIBRARY / name).is_file()] == []


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = hengstats.nonsense


CODE = """
import sys, hengstats
heavy = ("pandas", "numpy", "matplotlib", "statsmodels")
print([name for name in heavy if name in sys.modules])
import matplotlib
before = dict(matplotlib.rcParams)
print(*[name for name in hengstats.__all__ if getattr(hengstats, name).__doc__])
print(before == dict(matplotlib.rcParams))
"""


def test_importing_is_light_every_name_has_a_docstring_and_no_setting_is_changed():
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    heavy, documented, settings_kept = done.stdout.splitlines()
    assert heavy == "[]"
    assert (
        {*PROMISED} <= {*documented.split()} == {*hengstats.__all__} - {"__version__"}
    )
    assert settings_kept == "True"
