"""Lets a person look at a dataset by choosing and clicking, in JupyterLab.

What is chosen is one `Choice`; chart, sentences, files and code are made from it alone,
so that what is seen is what the lines of code below it give.
"""

import base64
import html
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from openpyxl import Workbook

from hengstats.charts.levels import draw_membership, draw_participation, draw_tax
from hengstats.charts.save import FORMATS, save_chart
from hengstats.csvsafe import guard
from hengstats.dataset import list_at_hand, load_sources
from hengstats.errors import DataError, GlyphError
from hengstats.evidence import assess
from hengstats.evidence.statement import finding_label
from hengstats.evidence.verdict import STYLE
from hengstats.figures import load_figures
from hengstats.intake.result import CUSTOMARY
from hengstats.labels import label
from hengstats.panel import build_panel, is_illustrative, known
from hengstats.prose import describe, entity_name, measure_name
from hengstats.vocabulary import LANGUAGES, check_language, say

DRAWN = {"tax": "draw_tax", "participation": "draw_participation"}
INNER = ("organisation", "participation")
PICKED = ("lang", "dataset", "entity", "measure", "against")
Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person has chosen to see; `against` is empty for one measure alone."""

    dataset: str
    entity: str
    measure: str
    against: str
    first: int
    last: int
    lang: str

    @property
    def measures(self) -> list[str]:
        """The measures shown, one or two."""
        return [one for one in (self.measure, self.against) if one]

    @property
    def name(self) -> str:
        """What files of it are called."""
        years = f"{self.first}-{self.last}"
        parts = dict.fromkeys([self.dataset, self.entity, *self.measures, years])
        return re.sub(r'[\\/:*?"<>|\s]+', "-", "-".join(parts))


def explore(dataset: str = "plaza66", lang: str = "zh-Hans") -> widgets.VBox:
    """点选着看数据。 Return controls that show a dataset by choosing and clicking.

    Choose dataset, entity, measures, years and language; see charts, what they say,
    and whether both measures move together; save charts and figures; and read the
    lines of code that do the same.

    Parameters
    ----------
    dataset : str
        The first one shown: a name from `list_datasets`, or a folder of your own.
    lang : str
        The first language: `zh-Hans`, `zh-Hant` or `en`.

    Returns
    -------
    VBox
        Of ipywidgets; JupyterLab shows it under the cell. Files are saved beside the
        notebook.

    Raises
    ------
    DataError
        If there is no such dataset, or nothing is known in it.

    Examples
    --------
    >>> explore("national", lang="en").children[0].description
    'language'
    """
    check_language(lang)
    known(build_panel(dataset))  # refused here, not in a click
    pick = {key: widgets.Dropdown(layout={"width": "34em"}) for key in PICKED}
    years = widgets.IntRangeSlider(layout={"width": "34em"})
    seen, told = widgets.HTML(), widgets.HTML()
    buttons = [widgets.Button(icon=icon) for icon in ("image", "table")]
    datasets = list(dict.fromkeys([str(dataset), *list_at_hand()]))
    pick["dataset"].options = datasets
    pick["lang"].options = [*zip(("简体", "繁體", "English"), LANGUAGES, strict=True)]
    pick["dataset"].value, pick["lang"].value = str(dataset), lang
    busy = [False]

    def choice() -> Choice:
        lang, dataset, entity, measure, against = (pick[key].value for key in PICKED)
        first, last = years.value
        return Choice(dataset, entity, measure, against, first, last, lang)

    def refill(change: object = None) -> None:
        if busy[0]:
            return
        busy[0] = True
        try:
            _refill(pick, years, buttons)
            seen.value, told.value = _show(choice()), ""
        finally:
            busy[0] = False

    def saver(write: Callable[[Choice], list[str]]) -> Callable[[object], None]:
        def save(button: object) -> None:
            told.value = html.escape(say("explore", "saving", pick["lang"].value))
            told.value = _saved(choice(), write)

        return save

    refill()
    for control in (*pick.values(), years):
        control.observe(refill, names="value")
    for button, write in zip(buttons, (_save_charts, _save_figures), strict=True):
        button.on_click(saver(write))
    controls = [*pick.values(), years, widgets.HBox(buttons)]
    return widgets.VBox([*controls, told, seen])


def _refill(
    pick: dict[str, widgets.Dropdown],
    years: widgets.IntRangeSlider,
    buttons: Sequence[widgets.Button],
) -> None:
    """Offer what there is under what is chosen above it; keep what still stands."""
    lang = pick["lang"].value
    panel = build_panel(pick["dataset"].value)
    held = known(panel)
    _offer(pick["entity"], _names(panel, held, "entity", lang))
    own = _leading_first(held[held["entity"] == pick["entity"].value])
    _offer(pick["measure"], _names(panel, own, "measure", lang))
    rest = own[own["measure"] != pick["measure"].value]
    sides = dict(zip(own["measure"], own["topic"].isin(INNER), strict=True))
    facing = rest["measure"].map(sides) != sides[pick["measure"].value]
    nothing = [(say("explore", "alone", lang), "")]
    options = _names(panel, rest[facing], "measure", lang)
    _offer(pick["against"], [*options[:1], *nothing, *options[1:]] or nothing)
    span = own[own["measure"].isin([pick["measure"].value, pick["against"].value])]
    first, last = int(span["first_year"].min()), int(span["last_year"].max())
    if (years.min, years.max) != (first, last):
        years.max = max(years.max, last)
        years.min, years.max, years.value = first, last, (first, last)
    for key, control in pick.items():
        control.description = say("explore", key, lang)
    years.description = say("explore", "years", lang)
    for button, key in zip(buttons, ("save_chart", "save_figures"), strict=True):
        button.description = say("explore", key, lang)


def _leading_first(own: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of an entity, first those that would lead a report on it.

    Of tax, then of organisation, the usual one before those known longest.
    """
    usual = own["measure"].isin([CUSTOMARY[one][0] for one in ("tax", "members")])
    grows = (own["unit"] != "fraction") & ~own["measure"].str.endswith("_increase")
    rank = own["topic"].map({"tax": 0, "organisation": 1}).where(grows).fillna(2)
    return own.iloc[np.lexsort((~usual, rank))]


def _names(panel: pd.DataFrame, held: pd.DataFrame, what: str, lang: str) -> Options:
    """Return the names of entities or measures with their keys, each once."""
    write = {"entity": entity_name, "measure": measure_name}[what]
    return [(write(panel, key, lang), key) for key in held[what].unique()]


def _offer(control: widgets.Dropdown, options: Options) -> None:
    """Give a control its options; what was chosen stays chosen if it is among them."""
    before = control.value
    control.options = options
    keys = [key for _, key in options]
    control.value = before if before in keys else keys[0]


def _panel(choice: Choice) -> pd.DataFrame:
    """Return the panel of the years chosen."""
    panel = build_panel(choice.dataset)
    return panel[panel["year"].between(choice.first, choice.last)]


def _draw(choice: Choice) -> list[Axes]:
    """Return the chart of each measure."""
    panel = _panel(choice)
    topics = panel.attrs["about"]["topics"]
    who, lang = choice.entity, choice.lang
    charts = []
    for one in choice.measures:
        if topics[one] == "tax":
            charts.append(draw_tax(panel, measure=one, entities=who, lang=lang))
        elif topics[one] == "participation":
            charts.append(
                draw_participation(panel, measure=one, entities=who, lang=lang)
            )
        else:
            charts.append(draw_membership(panel, measures=one, entities=who, lang=lang))
    return charts


def _sides(choice: Choice) -> list[str]:
    """Return which measure is of the organisation and which of the economy."""
    topics = build_panel(choice.dataset).attrs["about"]["topics"]
    inner = topics[choice.measure] in INNER
    return choice.measures if inner else choice.measures[::-1]


def _show(choice: Choice) -> str:
    """Return charts, paragraph, headline and code as a page; or what prevents them."""
    try:
        panel = _panel(choice)
        shown = [_headline(choice, panel)] if choice.against else []
        for ax, one in zip(_draw(choice), choice.measures, strict=True):
            text = describe(panel, one, choice.entity, lang=choice.lang)
            shown += [_picture(ax, choice.lang), f"<p>{html.escape(text)}</p>"]
    except (DataError, GlyphError) as fault:
        plt.close("all")
        shown = [f"<p role='alert'>⚠ {html.escape(str(fault))}</p>"]
    head = html.escape(say("explore", "code", choice.lang))
    code = html.escape(write_code(choice))
    shown.append(f"<details open><summary>{head}</summary><pre>{code}</pre></details>")
    return f'<div lang="{choice.lang}" style="max-width:60em">{"".join(shown)}</div>'


def _headline(choice: Choice, panel: pd.DataFrame) -> str:
    """Return what is found of both measures, in a box."""
    organisation, economy = _sides(choice)
    verdict = assess(
        panel,
        organisation=organisation,
        economy=economy,
        entity=choice.entity,
        lang=choice.lang,
    )
    finding = html.escape(finding_label(verdict, choice.lang))
    text = html.escape(verdict.headline)
    return f'<div style="{STYLE}"><b>{finding}</b><p>{text}</p></div>'


def _picture(ax: Axes, lang: str) -> str:
    """Return a chart as an image in a page, with what is read aloud in its stead."""
    figure, page = ax.get_figure(root=True), io.BytesIO()
    assert figure is not None
    figure.savefig(page, format="png", dpi=110, bbox_inches="tight")
    plt.close(figure)
    text = base64.b64encode(page.getvalue()).decode("ascii")
    about = [one.get_text() for one in ax.texts if one.get_gid() == "subtitle"]
    lines = ax.get_title().splitlines()
    title = (" " if lang == "en" else "").join(line.strip() for line in lines)
    read = html.escape(say("word", "colon", lang).join([*about, title]), quote=True)
    return (
        f'<img alt="{read}" style="max-width:100%" src="data:image/png;base64,{text}">'
    )


def write_code(choice: Choice) -> str:
    """Return the lines that draw, judge and save what is chosen."""
    dataset, entity, measure, against, first, last, lang = (
        json.dumps(one, ensure_ascii=False) for one in astuple(choice)
    )
    panel = build_panel(choice.dataset)
    topics, years = panel.attrs["about"]["topics"], panel["year"]
    lines = ["import hengstats as hs", f"panel = hs.build_panel({dataset})"]
    if not (choice.first <= years.min() and choice.last >= years.max()):
        lines.append(f'panel = panel[panel["year"].between({first}, {last})]')
    for number, one in enumerate(choice.measures):
        draw = DRAWN.get(topics[one], "draw_membership")
        keyword = "measure" if topics[one] in DRAWN else "measures"
        asked = f"{keyword}={[measure, against][number]}, entities={entity}"
        lines.append(f"ax = hs.{draw}(panel, {asked}, lang={lang})")
        file = json.dumps(_file(choice, one), ensure_ascii=False)
        lines.append(f"hs.save_chart(ax, {file})")
        asked = f"{[measure, against][number]}, entity={entity}"
        lines.append(f"print(hs.describe(panel, {asked}, lang={lang}))")
    if choice.against:
        sides = map(json.dumps, _sides(choice))
        given = "organisation={}, economy={}".format(*sides)
        lines.append(f"hs.assess(panel, {given}, entity={entity}, lang={lang})")
    return "\n".join(lines)


def _file(choice: Choice, measure: str) -> str:
    """Return what the files of one chart are called."""
    other = choice.against if measure == choice.measure else choice.measure
    return choice.name.replace(f"-{other}", "") if other else choice.name


def _saved(choice: Choice, write: Callable[[Choice], list[str]]) -> str:
    """Save, and return the sentence that says where, or why not."""
    try:
        files = say("word", "comma", choice.lang).join(write(choice))
        text = say("explore", "saved", choice.lang, files=files)
    except (DataError, GlyphError, OSError) as fault:
        text = f"⚠ {fault}"
    return f"<p role='status'>{html.escape(text)}</p>"


def _save_charts(choice: Choice) -> list[str]:
    """Return the files that the charts were written to."""
    files: list[str] = []
    for ax, measure in zip(_draw(choice), choice.measures, strict=True):
        files += map(str, save_chart(ax, _file(choice, measure), FORMATS))
        plt.close(ax.get_figure(root=True))
    return files


def _save_figures(choice: Choice) -> list[str]:
    """Return the workbook that the figures and their sources were written to."""
    figures = load_figures(choice.dataset)
    shown = figures["entity"].eq(choice.entity) & figures["measure"].isin(
        choice.measures
    )
    shown &= figures["year"].between(choice.first, choice.last)
    sources = load_sources(choice.dataset)
    cited = sources["source"].isin(figures.loc[shown, "source"])
    book = Workbook()
    invented = is_illustrative([choice.entity])
    mark = say("word", "illustrative_short", choice.lang) + " " if invented else ""
    for title, table in (("figures", figures[shown]), ("sources", sources[cited])):
        sheet = book.create_sheet(mark + say("head", title, choice.lang))
        words = label(table, choice.lang)
        sheet.append(list(words))
        for raw, row in zip(table.to_dict("records"), words.to_numpy(), strict=True):
            cells = zip(table, row, strict=True)
            sheet.append([_cell(raw[column], word) for column, word in cells])
    book.remove(book.worksheets[0])
    book.save(f"{choice.name}.xlsx")
    return [f"{choice.name}.xlsx"]


def _cell(value: object, word: str) -> object:
    """Return a number as a number, and any other text as one that is no formula."""
    finite = isinstance(value, (int, float)) and abs(value) < float("inf")
    return value if finite else guard(str(word))
