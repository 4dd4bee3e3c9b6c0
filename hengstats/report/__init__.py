"""Writes charts, tables, sentences and sources as one document.

inputs     the dataset read once; the stamp of all that a report is made from
front      title, what a reader takes away, and the conclusion
sections   what each section says; common: what several of them have in common
comparators  how a building stands beside others, before and after
appendices what a reviewer needs
tables     which tables are printed
blocks     text, tables and figures as one numbered Markdown document
render     charts and tables as files, Markdown as Word, web page and PDF
trace      each number's record: on the page, and in figures.csv
origins    where the numbers of the verdict and of the charts come from
word       the styles of the Word file, and what stays on one page
notebooks  the notebooks, run for a dataset

A report whose inputs, library and files are what they were is left alone. Otherwise all
is made anew, but for the pages of notebooks, which have stamps of their own. It is made
beside the old one and put in place whole, by one process at a time.
"""

import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import matplotlib as mpl
from tqdm import tqdm

from hengstats.charts.spots import Spot
from hengstats.dataset import copy_dataset, find_dataset, lies_in
from hengstats.ledger import Citations
from hengstats.messages import data_error, refuse_write
from hengstats.report.blocks import Picture, Table, number_blocks
from hengstats.report.front import write_header
from hengstats.report.inputs import Edition, hash_file, read_inputs, stamp_inputs
from hengstats.report.notebooks import list_notebooks, run_notebooks, write_page
from hengstats.report.render import (
    Look,
    write_chart,
    write_docx,
    write_html,
    write_list,
    write_pdf,
    write_table,
)
from hengstats.report.sections import write_sections
from hengstats.report.trace import (
    lead_spots,
    note_counts,
    trace_numbers,
    write_figures,
    write_plain_text,
)
from hengstats.report.word import points_of
from hengstats.vocabulary import check_language, say

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

DOCUMENTS = ("docx", "html", "pdf")
LIST, LOCK, WORK = "made.json", ".lock", ".making"
# Kind and name, as the bar of progress shows them; and what makes the files.
Step = tuple[str, str, Callable[[], list[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What `make_report` has done.

    Attributes
    ----------
    folder : Path
        Holds the report.
    kept, redone, removed : tuple of str
        Files left alone because nothing in them has changed; made, or made again;
        taken away because the report no longer has them.
    """

    folder: Path
    kept: tuple[str, ...]
    redone: tuple[str, ...]
    removed: tuple[str, ...]

    def say(self, lang: str) -> str:
        """Return where the report is, and how much of it was made again."""
        counts = {"kept": len(self.kept), "redone": len(self.redone)}
        if not (self.redone or self.removed):
            return say("report", "unchanged", lang, folder=self.folder, **counts)
        lines = [
            say("report", "done", lang, folder=self.folder),
            say("report", "made", lang, **counts),
        ]
        if self.removed:
            lines.append(say("report", "removed", lang, removed=len(self.removed)))
        return "\n".join(lines)


def write_report(
    dataset: str = "plaza66",
    out: str | Path = "build",
    lang: str = "zh-Hans",
    *,
    entity: str = "",
    brief: bool = False,
    title: str = "",
    author: str = "",
    unit: str = "",
    date: str = "",
    template: str | Path = "",
    size: str | float = "",
) -> Path:
    """写一份报告 / Return the folder of a report: Word, web page, PDF, charts, tables.

    Where nothing has changed since it was last written there, it is left alone.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder.
    out : str or Path
        Where the folder is made: under the dataset's name, one for each language.
    lang : str
        `zh-Hans`, `zh-Hant` or `en`.
    entity : str
        Key or name of the one to report on, in a folder of its own; by default all of
        the dataset.
    brief : bool
        The findings, the conclusion and the sources, without appendices or notebooks;
        it has a folder of its own.
    title, author, unit, date : str
        As they are to stand on the title page; none by default, but for the title.
    template : str or Path
        A Word file of one's own, whose styles, page, header and footer the Word file
        takes; what it does not style looks as without it.
    size : float or str
        Of the text in Word and PDF, in points or by its Chinese name, such as 小四; by
        default 三号 (16) in 简体, 14 in 繁體, 11 in English. Not with a template, which
        has its own.

    Returns
    -------
    Path
        Holds `report.docx`, `report.html`, `report.pdf`, `figures.csv` with the record
        of every number of the page, `charts/`, `tables/`, `notebooks/`, and
        `made.json`, which lists these files and says what they were made from.

    Raises
    ------
    DataError
        If there is no such dataset or entity, a row is at fault, it holds no figures
        yet, the report would be written into its own folder, the template is no Word
        file, or the size is none.
    """
    edition = Edition(
        lang=lang,
        entity=entity,
        brief=brief,
        title=title,
        author=author,
        unit=unit,
        date=date,
        template=str(template),
        size=str(size),
    )
    return make_report(dataset, out, edition).folder


def make_report(
    dataset: str = "plaza66",
    out: str | Path = "build",
    edition: Edition | str = "zh-Hans",
    *,
    notebooks: Sequence[Path] | None = None,
) -> Report:
    """Return what was kept and what was made again; see `write_report`.

    `edition` may be a language alone. `notebooks` are the paths of those to run; by
    default all of the project, and none for a brief report.
    """
    edition = Edition(lang=edition) if isinstance(edition, str) else edition
    check_language(edition.lang)
    look = _look(edition)
    mpl.use("agg")
    source = Path(os.path.abspath(find_dataset(dataset)))
    parts = (edition.lang, "brief" * edition.brief, _plain_name(edition.entity))
    name = "-".join(filter(None, parts))
    folder = Path(out).absolute() / source.name / name
    if source in (folder, *folder.parents):
        raise data_error("report.into_dataset", dataset=source.name)
    if notebooks is None:
        notebooks = [] if edition.brief else list_notebooks()
    pages = {f"notebooks/{path.stem}.html": path for path in notebooks}
    try:
        with _alone(folder):
            done = _make(source, folder, pages, edition, look)
    except OSError as fault:
        place = Path(os.path.abspath(fault.filename or folder))
        if folder in (place, *place.parents) or place in folder.parents:
            raise refuse_write(folder, fault) from fault
        raise  # what it is made from cannot be read
    return replace(done, folder=Path(out) / source.name / name)


def _plain_name(entity: str) -> str:
    """Return a name as a part of the name of a folder."""
    return re.sub(r"[^\w]+", "-", entity).strip("-")


def _look(edition: Edition) -> Look:
    """Return the look that was asked for, if it can be had."""
    path = Path(edition.template).absolute() if edition.template else None
    if path and (edition.size or not path.is_file()):
        key = "report.sized" if edition.size else "report.template"
        raise data_error(key, file=edition.template)
    return Look(template=path, points=points_of(edition.size))


def _keep_edited(path: Path, lang: str) -> None:
    """Keep a file that somebody has changed by hand under another name, and say so."""
    if path.is_file() and path.stat().st_size:
        number = 1
        while (kept := path.with_stem(f"{path.stem}-edited-{number}")).exists():
            number += 1
        path.replace(kept)
        told = say("report", "kept_edited", lang, file=path.name, kept=kept.name)
        tqdm.write(told, file=sys.stderr)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let nobody else write into a folder; however this process ends, that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("", LOCK, WORK, "charts", "tables", "notebooks"):
        if (folder / name).is_symlink():
            raise data_error("report.linked", place=folder / name)
    with (folder / LOCK).open("ab") as file:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError) as fault:
            raise data_error("report.busy", folder=folder) from fault
        yield


def _make(
    source: Path,
    folder: Path,
    pages: Mapping[str, Path],
    edition: Edition,
    look: Look,
) -> Report:
    """Return what was kept and what was made again, in a folder that is ours alone.

    Everything is made beside the report, from a copy of the dataset in one state, and
    put in place when it is whole.
    """
    work = folder / WORK
    shutil.rmtree(work, ignore_errors=True)  # of a report that was killed
    stamps = stamp_inputs(source, pages, edition)
    before, files = _read_made(folder)
    ours = {name for name, sha in files.items() if sha == hash_file(folder / name)}
    if before == stamps and len(ours) == len(files):
        return Report(folder=folder, kept=tuple(files), redone=(), removed=())
    try:
        copy = copy_dataset(source, work / "data")
        while stamps != (now := stamp_inputs(source, pages, edition)):
            shutil.rmtree(work / "data")
            stamps = now
            copy = copy_dataset(source, work / "data")
        kept = [one for one in pages if one in ours and before.get(one) == stamps[one]]
        made = {page: files[page] for page in kept}
        again = {page: path for page, path in pages.items() if page not in kept}
        with _temporary(work):
            steps = _plan_steps(copy, work, again, edition, look)
            for kind, key, make in (bar := tqdm(steps, unit="", leave=True)):
                bar.set_description(
                    say("report", f"step_{kind}", edition.lang).format(name=key)
                )
                made |= {name: hash_file(work / name) for name in make()}
        redone = tuple(name for name in made if name not in kept)
        removed = tuple(name for name in files if name in ours and name not in made)
        # Until all is in place, the list promises no more than what was kept.
        _write_made(folder, {page: stamps[page] for page in kept}, files | made)
        for name in redone:
            (folder / name).parent.mkdir(exist_ok=True)
            if name in files and name not in ours:
                _keep_edited(folder / name, edition.lang)
            (work / name).replace(folder / name)
        for name in removed:
            (folder / name).unlink()
        _write_made(folder, stamps, made)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Report(folder=folder, kept=tuple(kept), redone=redone, removed=removed)


@contextlib.contextmanager
def _temporary(work: Path) -> Iterator[None]:
    """Keep what kernels and pandoc put aside where the next run clears it."""
    names = ("TMPDIR", "TEMP", "TMP")
    before = {name: os.environ.get(name) for name in names}, tempfile.tempdir
    os.environ |= dict.fromkeys(names, str(work))
    tempfile.tempdir = str(work)
    try:
        yield
    finally:
        kept, tempfile.tempdir = before
        for name, value in kept.items():
            os.environ.pop(name)
            os.environ |= {name: value} if value is not None else {}


def _plan_steps(
    source: Path,
    folder: Path,
    pages: Mapping[str, Path],
    edition: Edition,
    look: Look,
) -> list[Step]:
    """Return the steps that make a report, the pages of notebooks last."""
    given, lang = read_inputs(str(source), edition), edition.lang
    given = replace(given, numbers=Citations(traced=True))
    blocks = note_counts(given, write_sections(given))
    invented = given.dataset.illustrative
    text = write_header(given) + number_blocks(blocks, lang, illustrative=invented)
    pictures = [block for block in blocks if isinstance(block, Picture)]
    trace = trace_numbers(given, text, {one.key: one.drawn for one in pictures})
    plain, spots = write_plain_text(text), dict[str, list[Spot]]()
    page = partial(write_html, places=partial(lead_spots, given, trace, spots))
    writers = {
        "docx": partial(write_docx, plain),
        "html": partial(page, trace.page + trace.records),
        "pdf": partial(write_pdf, plain),
    }
    tables = [block for block in blocks if isinstance(block, Table)]
    runs = run_notebooks(list(pages.values()), str(source), lang, edition.entity)

    def make_page(page: str) -> list[str]:
        notebook, fault = next(runs)
        write_page(notebook, folder / page, lang)
        if fault:
            tqdm.write(fault, file=sys.stderr)
        return [page]

    return [
        *[
            ("chart", one.key, partial(write_chart, one, folder, spots))
            for one in pictures
        ],
        *[
            ("table", one.key, partial(write_table, one, number, folder))
            for number, one in enumerate(tables, start=1)
        ],
        *[(key, "", partial(writers[key], folder, lang, look)) for key in DOCUMENTS],
        ("figures", "", partial(write_list, write_figures(given, trace), folder)),
        *[
            ("notebook", path.stem, partial(make_page, page))
            for page, path in pages.items()
        ],
    ]


def _read_made(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Return the stamps and files of an earlier report; none where it says none.

    A list that names something outside the folder is none.
    """
    try:
        known = json.loads((folder / LIST).read_text(encoding="utf-8"))
        stamps, files = (dict(known[key]) for key in ("stamps", "files"))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}, {}  # everything is then made again
    return (stamps, files) if all(lies_in(folder, name) for name in files) else ({}, {})


def _write_made(folder: Path, stamps: dict[str, str], files: dict[str, str]) -> None:
    """Write down which files there are, and the stamps of what is finished."""
    known = {"stamps": stamps, "files": files}
    text = json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False)
    fresh = folder / WORK / LIST
    fresh.write_text(text + "\n", encoding="utf-8", newline="\n")
    fresh.replace(folder / LIST)
