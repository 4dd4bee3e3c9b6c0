"""How do charts, tables, sentences and sources read as one document?

material     what all sections draw on
sections     what each section says
changes, tax, organisation, participation, verdict
comparators  the section on other buildings and areas
tables       which tables are printed
portion      which part of a panel one chart draws
blocks       text, tables and figures as one numbered Markdown document
notebooks    the notebooks, run for a dataset
excerpt      which part of a dataset a notebook reads
render       Markdown to Word, web page and PDF
made         which outputs still hold, and which are made again
"""

import json
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import matplotlib as mpl
from tqdm import tqdm

from hengstats.errors import DataError
from hengstats.folder import find_dataset
from hengstats.report.blocks import Picture, Table, escape, number_blocks
from hengstats.report.files import make_chart, make_document, make_table
from hengstats.report.made import Output, clear_stale, library_fingerprint
from hengstats.report.material import Material, gather_material
from hengstats.report.notebooks import list_notebooks, make_page
from hengstats.report.render import write_docx, write_html, write_pdf
from hengstats.report.sections import write_sections
from hengstats.vocabulary import LANGUAGES, check_language, say

DOCUMENTS = {"docx": write_docx, "html": write_html, "pdf": write_pdf}


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
        told = [
            say("report", "done", lang, folder=self.folder),
            say("report", "made", lang, **counts),
        ]
        if self.removed:
            told.append(say("report", "removed", lang, removed=len(self.removed)))
        return "\n".join(told)


def write_report(
    dataset: str = "plaza66", out: str | Path = "build", lang: str = "zh-Hans"
) -> Path:
    """Return the folder of a report: Word, web page, PDF, charts, tables, notebooks.

    What has not changed since it was last written there is left alone.

    Parameters
    ----------
    dataset : str
        A name from `list_datasets`, or the path of a folder.
    out : str or Path
        Where the folder is made, under the dataset's name.
    lang : str
        `zh-Hans`, `zh-Hant` or `en`.

    Returns
    -------
    Path
        Holds `report.docx`, `report.html`, `report.pdf`, `charts/`, `tables/`,
        `notebooks/`, and `made.json`, which says what each was made from.

    Raises
    ------
    DataError
        If there is no such dataset, a row of it is at fault, it holds no figures yet,
        or the report would be written into its own folder.
    """
    return make_report(dataset, out, lang).folder


def make_report(
    dataset: str = "plaza66", out: str | Path = "build", lang: str = "zh-Hans"
) -> Report:
    """Return what was kept and what was made again; see `write_report`."""
    check_language(lang)
    mpl.use("agg")
    source = Path(os.path.abspath(find_dataset(dataset)))
    folder = Path(out) / source.name
    if source in (folder.absolute(), *folder.absolute().parents):
        raise DataError(
            f"报告会写进数据集自己的文件夹“{source.name}”里。请用 --out 换一个地方。"
            f" [the report would be written into the dataset {source.name}]"
        )
    material = gather_material(str(source), lang)
    blocks = write_sections(material)
    invented = material.dataset.illustrative
    text = header(material) + number_blocks(blocks, lang, illustrative=invented)
    pictures = [block for block in blocks if isinstance(block, Picture)]
    tables = [block for block in blocks if isinstance(block, Table)]
    notebooks = list_notebooks()
    folder.mkdir(parents=True, exist_ok=True)
    library = library_fingerprint()
    outputs: list[Output] = []
    steps = [
        *[("chart", one.key, partial(make_chart, one)) for one in pictures],
        *[
            ("table", one.key, partial(make_table, one, number))
            for number, one in enumerate(tables, start=1)
        ],
        *[
            ("notebook", one.stem, partial(make_page, one, str(source), lang))
            for one in notebooks
        ],
        *[
            (key, "", partial(make_document, key, write, text, pictures, lang))
            for key, write in DOCUMENTS.items()
        ],
    ]
    for key, name, make in (bar := tqdm(steps, unit="", leave=True)):
        bar.set_description(say("report", f"step_{key}", lang).format(name=name))
        outputs += make(folder, library)
    removed = clear_stale(folder, outputs)
    return Report(
        folder=folder,
        kept=tuple(one.name for one in outputs if one.kept),
        redone=tuple(one.name for one in outputs if not one.kept),
        removed=tuple(removed),
    )


def header(material: Material) -> str:
    """Return the title block of the report, as pandoc reads it."""
    lang, data = material.lang, material.dataset
    named = material.names.get(material.entity, [material.entity] * 3)
    title = say(
        "report",
        "title_many" if material.many else "title",
        lang,
        entity=named[LANGUAGES.index(lang)],
        dataset=data.name,
    )
    subtitle = "subtitle_illustrative" if data.illustrative else "subtitle"
    fields = {"title": title, "subtitle": say("report", subtitle, lang)}
    if latest := max(data.sources["published"], default=""):
        fields["date"] = say("report", "date", lang, date=latest)
    fields = {key: escape(value) for key, value in fields.items()}
    fields |= {
        "lang": lang,
        "typst-lang": lang.split("-")[0],
        "typst-region": {"zh-Hans": "CN", "zh-Hant": "HK", "en": "GB"}[lang],
    }
    # a text in JSON is one in YAML too
    lines = [
        f"{key}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in fields.items()
    ]
    return "---\n" + "\n".join(lines) + "\n---\n\n"
