"""How do charts, tables, sentences and sources read as one document?

material     what all sections draw on
sections     what each section says
tax, organisation
comparators  the section on other buildings and areas
tables       which tables are printed
blocks       text, tables and figures as one numbered Markdown document
notebooks    the notebooks, run for a dataset
render       Markdown to Word, web page and PDF
"""

from pathlib import Path

import matplotlib as mpl
from tqdm import tqdm

from hengstats.dataset import find_dataset
from hengstats.report.blocks import number_blocks
from hengstats.report.material import Material, gather_material
from hengstats.report.notebooks import list_notebooks, run_notebook, write_page
from hengstats.report.render import write_docx, write_html, write_pdf
from hengstats.report.sections import write_sections
from hengstats.vocabulary import LANGUAGES, check_language, say


def write_report(
    dataset: str = "plaza66", out: str | Path = "build", lang: str = "zh-Hans"
) -> Path:
    """Return the folder of a report: Word, web page, PDF, charts, notebooks.

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
        Holds `report.docx`, `report.html`, `report.pdf`, `charts/`, `notebooks/`.

    Raises
    ------
    DataError
        If there is no such dataset, or a row of it is at fault.
    """
    check_language(lang)
    mpl.use("agg")
    folder = Path(out) / find_dataset(dataset).name
    material = gather_material(dataset, folder / "charts", lang)
    notebooks = list_notebooks()
    with tqdm(total=len(notebooks) + 4, unit="", leave=True) as bar:

        def step(key: str, **values: object) -> None:
            bar.set_description(say("report", f"step_{key}", lang, **values))

        step("charts")
        invented = material.dataset.illustrative
        blocks = write_sections(material)
        text = header(material) + number_blocks(blocks, lang, illustrative=invented)
        bar.update()
        for path in notebooks:
            step("notebook", name=path.stem)
            page = folder / "notebooks" / f"{path.stem}.html"
            write_page(run_notebook(path, dataset, lang), page, lang)
            bar.update()
        for key, write in (("docx", write_docx), ("html", write_html)):
            step(key)
            write(text, folder, lang)
            bar.update()
        step("pdf")
        write_pdf(text, folder, lang)
        bar.update()
    return folder


def header(material: Material) -> str:
    """Return the title block of the report, as pandoc reads it."""
    lang, data = material.lang, material.dataset
    entities = data.records["entity"].nunique()
    title = say(
        "report",
        "title" if entities == 1 else "title_many",
        lang,
        entity=material.names.get(material.entity, [material.entity] * 3)[
            LANGUAGES.index(lang)
        ],
        dataset=data.name,
    )
    subtitle = "subtitle_illustrative" if data.illustrative else "subtitle"
    latest = max(data.sources["published"])
    fields = {
        "title": title,
        "subtitle": say("report", subtitle, lang),
        "date": say("report", "date", lang, date=latest),
        "lang": lang,
        "typst-lang": lang.split("-")[0],
        "typst-region": {"zh-Hans": "CN", "zh-Hant": "HK", "en": "GB"}[lang],
    }
    lines = [f'{key}: "{value}"' for key, value in fields.items()]
    return "---\n" + "\n".join(lines) + "\n---\n\n"
