"""The outcome of a check: what a script gets as JSON, and what a person reads."""

import re
from decimal import Decimal

import pandas as pd

import hengstats as hs
from hengstats.errors import SheetError, place_fault
from hengstats.intake.result import COLUMNS, Cell, Checked

ROWS = ((2020, "示例大厦"), (2021, "示例大厦"))
TAX = {"column": "tax", "unit": "10000 yuan"}
FAULT = place_fault(
    "ambiguous_number",
    "‘1,62’ 有两种读法",
    "写成 1.62 或 162",
    "'1,62' has two readings; write 1.62 or 162",
    file="2021.xlsx",
    sheet="楼宇",
    row=7,
    column="税收",
)


def cell(year, **told):
    """Return a figure of the tower."""
    return Cell(year=year, building="示例大厦", printed="", **told)


def accepted(*cells, warnings=()):
    """Return a sheet of two rows that may come in."""
    return Checked(
        file="a.csv",
        sha256="",
        table="building_year",
        rows=ROWS,
        cells=cells,
        warnings=warnings,
    )


def test_a_place_is_named_in_both_languages_and_every_reason_told():
    assert FAULT.message == (
        "2021.xlsx《楼宇》 第 7 行“税收”一栏：‘1,62’ 有两种读法。请写成 1.62 或 162。"
        " [2021.xlsx, sheet 楼宇, row 7, column 税收:"
        " '1,62' has two readings; write 1.62 or 162]"
    )
    assert str(SheetError([FAULT, FAULT])) == f"{FAULT.message}\n{FAULT.message}"


def test_a_row_without_figures_is_in_the_json_all_the_same():
    told = accepted(cell(2020, number=Decimal("2.5"), **TAX)).to_dict()
    assert [record["tax"] for record in told["records"]] == [2.5, None]
    assert list(told["records"][0]) == ["year", "building", *COLUMNS]


def test_a_count_is_whole_in_the_json():
    count = cell(2020, column="members", unit="persons", number=Decimal("3.1E+2"))
    assert repr(accepted(count).to_dict()["records"][0]["members"]) == "310"


def test_a_bound_has_a_flag_with_its_ends():
    ends = {"lower": Decimal(30), "upper": Decimal(35)}
    place = {"column": "members", "unit": "persons", "number": None}
    told = accepted(cell(2021, **place, **ends, flag="range")).to_dict()
    key = {"year": 2021, "building": "示例大厦", "column": "members"}
    assert told["flags"] == [key | {"flag": "range", "lower": 30, "upper": 35}]
    assert told["records"][1]["members"] is None


def test_a_refused_sheet_tells_nothing_but_its_faults():
    refused = Checked(file="a.csv", sha256="", table="building_year", errors=(FAULT,))
    assert refused.status == "reject"
    assert refused.to_dict() == {
        "status": "reject",
        "errors": [
            {
                "code": "ambiguous_number",
                "message": FAULT.message,
                "file": "2021.xlsx",
                "sheet": "楼宇",
                "row": 7,
                "column": "税收",
            }
        ],
    }
    assert len(refused.records) == 0


def test_a_person_reads_the_outcome_in_two_languages():
    told = accepted(cell(2020, number=Decimal("2.5"), **TAX), warnings=(FAULT,)).say()
    assert told.splitlines() == [
        "a.csv：可以存入。1 个数字，1 座楼宇，2020–2021",
        "a.csv: may come in. Figures: 1; buildings: 1; years: 2020–2021",
        "另有 1 条提示：",
        FAULT.message,
    ]


def test_a_name_is_no_markup_in_jupyter():
    shown = Checked(
        file="<b>.csv", sha256="", table="building_year", errors=(FAULT,)
    )._repr_html_()
    assert "&lt;b&gt;.csv" in shown


def test_what_may_come_in_is_shown_with_heads_in_words_and_without_blank_columns():
    sheet = {"楼宇": ["甲楼"], "年份": [2022], "税收(亿元)": ["12.6"]}
    shown = hs.check(pd.DataFrame(sheet))._repr_html_()
    heads = re.findall("<th>(.*?)</th>", shown)
    assert heads == ["年份 year", "对象 building", "楼宇税收 tax"]


def test_what_columns_count_and_how_cells_were_read_is_told(tmp_path):
    sheet = tmp_path / "台账.csv"
    rows = ["甲楼,约3.2亿,30,4", "乙楼,5.16,,5", "丙楼,4.2,—,超6"]
    lines = "".join(f"2021,{row}\n" for row in rows)
    sheet.write_text("年份,楼宇,楼宇税收(亿元),党员数,党支部数\n" + lines, "utf-8")
    told = hs.check(sheet)
    assert told.say("zh-Hans").splitlines()[1:] == [
        "“党员数”记作“楼内支部党员”；口径不同，请改 codebook.csv 的名称",
        "不是单纯的数，这样读：第 2 行“约3.2亿”读作 3.15～3.25 亿元、"
        "第 4 行“超6”读作 6 个以上",
        "空白或横线，读作没有数字：“党员数”2 格",
    ]
    own = told.say("zh-Hans", {"members": ("在职党员", "在楼内上班的党员")})
    assert "“党员数”记作“在职党员”（在楼内上班的党员）；" in own
