"""A report can be written on whatever `add` makes of a sheet, and on little."""

import docx
import pandas as pd
import pytest

import hengstats as hs
from hengstats.adding import add, new
from hengstats.errors import DataError
from hengstats.report.blocks import Picture, Table
from hengstats.report.changes import changes_section
from hengstats.report.material import gather_material
from hengstats.report.sections import write_sections
from hengstats.report.tax import tax_section
from hengstats.report.verdict import verdict_section

HEAD = "年份,楼宇,税收(亿元),党员数,活动场次\n"
SHEETS = {
    "one building, one year": "2021,示例 甲/一,1.5,120,3\n",
    "no members": "2020,示例甲,1.5,,3\n2021,示例甲,1.6,,4\n",
    "only tax": "2020,示例甲,1.5,,\n2021,示例甲,逾1.6,,\n",
    "several buildings": (
        "2019,示例 甲/一,1.2,100,5\n2020,示例 甲/一,1.3,110,6\n"
        "2021,示例 甲/一,1.5,120,\n2019,示例乙,2.2,50,3\n2021,示例乙,约2.5,60,4\n"
        "2021,示例丙,,9,\n"
    ),
}
LATER = (
    "2021,示例 甲/一,1.6,120,7\n2022,示例 甲/一,1.8,130,7\n2022,示例乙,2.8,66,5\n"
    "2021,示例丙,,9,\n"
)
EVENTS = """姓名,人员编号,活动编号,楼宇,签到时间
甲,p1,e1,示例甲,2021-03-01 10:00
乙,p2,e1,示例甲,2021-03-01 10:05
甲,p1,e2,示例甲,2022-04-01 10:00
"""


def take_in(folder, sheets, **about):
    """Return a new dataset that took in one sheet after another."""
    data = new(folder / "示例 数据")
    for number, text in enumerate(sheets, start=1):
        sheet = folder / f"示例{number}.csv"
        sheet.write_text(text, encoding="utf-8")
        given = {key: values[number - 1] for key, values in about.items()}
        add([sheet], data, **given)
    return data


def write(data, out, monkeypatch, lang="zh-Hans"):
    """Return the Word file of the report on a dataset, without notebooks."""
    monkeypatch.setattr("hengstats.report.list_notebooks", list)
    folder = hs.write_report(str(data), out, lang)
    return docx.Document(str(folder / "report.docx"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", SHEETS)
def test_a_report_is_written_on_a_sheet_of_this_kind(tmp_path, monkeypatch, kind):
    data = take_in(tmp_path, [HEAD + SHEETS[kind]])
    word = write(data, tmp_path / "out", monkeypatch)
    assert len(word.tables) >= 2


@pytest.mark.slow
def test_a_report_is_written_on_sign_ins_alone(tmp_path, monkeypatch):
    word = write(take_in(tmp_path, [EVENTS]), tmp_path / "out", monkeypatch)
    assert [row.cells[0].text for row in word.tables[0].rows][-1] == "合计"


def test_an_empty_dataset_says_what_to_do(tmp_path):
    data = new(tmp_path / "示例")
    with pytest.raises(DataError, match="hengstats add"):
        hs.write_report(str(data), tmp_path / "out")


@pytest.fixture
def several(tmp_path):
    """Return what the report draws on, of three buildings and one sheet."""
    data = take_in(tmp_path, [HEAD + SHEETS["several buildings"]])
    return gather_material(str(data), "zh-Hans")


def test_each_building_has_a_row(several):
    blocks = write_sections(several)
    tax = next(b for b in blocks if isinstance(b, Table) and b.key == "tax")
    # 2020 of the second was never in the sheet
    assert tax.frame.to_numpy().tolist() == [
        ["示例 甲/一", "1.2亿元", "1.3亿元", "1.5亿元"],
        ["示例乙", "2.2亿元", "—", "约2.5亿元"],
    ]


def test_no_chart_is_called_by_a_building(several):
    keys = {b.key for b in write_sections(several) if isinstance(b, Picture)}
    # three buildings with tax, members and events; the first has three years of both
    assert keys == {
        "tax",
        "growth",
        "index",
        "members",
        "events",
        "verdict",
        "refusals",
    }


@pytest.mark.parametrize("section", [tax_section, verdict_section])
def test_a_zero_is_said_to_have_no_growth(tmp_path, section):
    data = take_in(tmp_path, [f"{HEAD}2020,示例甲,0,0,0\n2021,示例甲,-0.5,3,0\n"])
    told = section(gather_material(str(data), "zh-Hans"))[-1]
    assert "没有增长率可言" in told


def test_one_vintage_has_nothing_to_compare(several):
    assert changes_section(several) == []


@pytest.fixture
def later(tmp_path):
    """Return what the report draws on, after a second sheet."""
    data = take_in(
        tmp_path,
        [HEAD + SHEETS["several buildings"], HEAD + LATER],
        title=["示例一", "示例二"],
        published=["2022-03", "2023-03"],
        reason=["", "重新核算"],
    )
    return gather_material(str(data), "zh-Hans")


def test_a_second_vintage_has_a_section_right_after_the_summary(later):
    heads = [
        b for b in write_sections(later) if isinstance(b, str) and b.startswith("# ")
    ]
    assert heads[:2] == ["# 摘要", "# 一、有什么变了"]


def test_the_section_names_the_sheet_and_counts(later):
    # revised: tax 2021 of the first; added: its events 2021, and six of 2022
    lead = changes_section(later)[0].replace("\\", "")
    assert "《示例二》" in lead
    assert "修订 1 个，撤回 0 个，新增 7 个" in lead


def test_what_was_revised_comes_before_what_was_added(later):
    table = next(b for b in changes_section(later) if isinstance(b, Table))
    assert table.frame.iloc[0, :7].tolist() == [
        "示例 甲/一",
        "楼宇税收",
        "2021",
        "修订",
        "1.5亿元",
        "1.6亿元",
        "重新核算",
    ]


def test_the_section_says_which_conclusions_changed(later):
    tables = {b.key: b.frame for b in changes_section(later) if isinstance(b, Table)}
    changed = tables["changes-conclusions"]
    row = changed[changed.iloc[:, 1] == "楼宇税收最近的数字"].iloc[0]
    assert row.tolist()[2:4] == ["2021年 1.5亿元", "2022年 1.8亿元"]


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh-Hans", "zh-Hant", "en"])
def test_the_changes_are_printed_in_each_language(later, tmp_path, monkeypatch, lang):
    word = write(later.asked, tmp_path / "out", monkeypatch, lang)
    assert len(word.tables[0].rows) == 1 + 8


def test_bare_numbers_are_printed_with_their_unit(several):
    printed = several.figures.query("measure == 'tax_revenue'")["printed"]
    assert printed.tolist()[:2] == ["1.2亿元", "1.3亿元"]
    assert pd.api.types.is_string_dtype(printed)
