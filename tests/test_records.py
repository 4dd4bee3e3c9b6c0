"""A row at fault is refused with its folder, file, row, column and the mend."""

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengstats.dataset import read_dataset
from hengstats.errors import DataError
from hengstats.printed import read_printed
from hengstats.records import read_records

RECORDS = """entity,measure,period,printed,value,qualifier,unit,source,quote
tower,tax,2020,26.3亿元,26.3,exact,100 million yuan,daily,税收26.3亿元
tower,members,2020-06-30,近300名,300,nearly,persons,daily,党员近300名
tower,members,2021,,,not_found,persons,daily,
tower,growth,2020,下跌6%,-6,exact,percent,daily,税收下跌6%
"""
SOURCES = """source,title,publisher,published,address,standing,kind
daily,Title,Daily,2021-03-01,,press,published
weekly,Title,Weekly,2021-04-01,,press,published
"""
CODEBOOK = """measure,topic,unit,basis,years,precision,definition
tax,tax,100 million yuan,year,,printed,Tax
members,organisation,persons,as of a date,,printed,Members
growth,tax,fraction,year,,printed,Growth
"""


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a folder with some words exchanged."""

    def write(file="records.csv", old="", new=""):
        tables = {
            "records.csv": RECORDS,
            "sources.csv": SOURCES,
            "codebook.csv": CODEBOOK,
        }
        assert old in tables[file]
        tables[file] = tables[file].replace(old, new, 1)
        folder = tmp_path / "mine"
        folder.mkdir()
        for name, text in tables.items():
            (folder / name).write_text(text, encoding="utf-8")
        return str(folder)

    return write


TAX = "tax,tax,fraction,year,,printed,Tax again\n"
NEAR = "近300名,300,nearly,persons,daily,党员近300名"
FALL = "下跌6%,-6,exact,percent,daily,税收下跌6%"
KEY = "entity+measure+period+source+printed"

# file, what is replaced, by what, row as a spreadsheet counts, column, fault.
BROKEN = [
    ("records.csv", ",2020,", ",2019-2021,", 2, "period", "“2019-2021”不是时期"),
    ("records.csv", ",2020,", ",2020abc,", 2, "period", "“2020abc”不是时期"),
    ("records.csv", "2020-06-30", "2020-99-99", 3, "period", "“2020-99-99”不是时期"),
    ("records.csv", "2020-06-30", "2020-02-30", 3, "period", "“2020-02-30”不是时期"),
    ("records.csv", ",2020,", ",２０２０,", 2, "period", "“２０２０”不是时期"),
    ("sources.csv", "2021-03-01", "不详", 2, "published", "“不详”不是日期"),
    ("sources.csv", "2021-04-01", "2021/04/01", 3, "published", "不是日期"),
    ("sources.csv", "2021-04-01", "2021-13", 3, "published", "“2021-13”不是日期"),
    ("sources.csv", "2021-04-01", "2021-H1", 3, "published", "“2021-H1”不是日期"),
    ("records.csv", ",26.3亿元,", ",26.4亿元,", 2, "printed", "“26.4亿元”不在引文"),
    ("records.csv", "近300名,300", "300名,300", 3, "qualifier", "限定词是 exact"),
    ("records.csv", "nearly", "almost", 3, "qualifier", "“almost”不认识"),
    ("records.csv", ",26.3,", ",26.4,", 2, "value", "读作 26.3，这里写的是 26.4"),
    ("records.csv", ",300,", ",约300,", 3, "value", "“约300”"),
    ("records.csv", ",-6,", ",6,", 5, "value", "读作 -6，这里写的是 6"),
    ("records.csv", ",persons,", ",people,", 3, "unit", "“people”不认识"),
    ("records.csv", "y,persons", "y,percent", 3, "unit", "不能换算成“persons”"),
    ("records.csv", ",tax,", ",taxes,", 2, "measure", "“taxes”不认识"),
    ("records.csv", ",daily,", ",hourly,", 2, "source", "“hourly”不认识"),
    ("records.csv", "2021,,,", "2021,,0,", 4, "value", "not_found 的行却有“0”"),
    ("records.csv", "2021,,,", "2021,无,,", 4, "printed", "not_found 的行却有“无”"),
    ("records.csv", "2020-06-30", "去年年底", 3, "period", "“去年年底”不是时期"),
    ("records.csv", ",quote\n", ",words\n", 1, "quote", "缺少这一栏"),
    ("records.csv", "近300名,", "逾近300名,", 3, "printed", "不在引文"),
    ("sources.csv", ",press,", ",rumour,", 2, "standing", "“rumour”不认识"),
    ("sources.csv", "weekly", "daily", 3, "source", "“daily”重复了"),
    ("codebook.csv", ",persons,", ",heads,", 3, "unit", "“heads”不认识"),
    ("codebook.csv", ",organisation,", ",party,", 3, "topic", "“party”不认识"),
    ("codebook.csv", ",printed,", ",rough,", 2, "precision", "“rough”不认识"),
    ("codebook.csv", "growth,", TAX + "growth,", 4, "measure", "“tax”重复了"),
    ("records.csv", NEAR, "翻番,,exact,persons,daily,翻番", 3, "printed", "“翻番”"),
    ("records.csv", FALL, f"{FALL}\ntower,growth,2020,{FALL}", 6, KEY, "重复了"),
]


@pytest.mark.parametrize(("file", "old", "new", "row", "column", "fault"), BROKEN)
def test_a_row_at_fault_is_refused_with_its_place(
    write, file, old, new, row, column, fault
):
    place = f"[mine/{file}, row {row}, column {column}]"
    with pytest.raises(DataError, match=f"{fault}.*{re.escape(place)}"):
        read_dataset(write(file, old, new))


def test_of_several_rows_at_fault_the_first_is_told(write):
    # Row 3 has a wrong qualifier, row 2 a wrong value, which is looked at later.
    folder = write("records.csv", ",26.3,", ",26.4,")
    path = Path(folder) / "records.csv"
    path.write_text(path.read_text("utf-8").replace("nearly", "exact"), "utf-8")
    with pytest.raises(DataError, match=r"^mine/records\.csv 第 2 行“value”一栏："):
        read_dataset(folder)


def test_a_missing_file_is_named(write, tmp_path):
    folder = write()
    (tmp_path / "mine" / "sources.csv").unlink()
    with pytest.raises(DataError, match=r"缺少 sources\.csv"):
        read_dataset(folder)


def test_an_entity_outside_a_list_of_entities_is_refused(write, tmp_path):
    folder = write()
    (tmp_path / "mine" / "entities.csv").write_text(
        "entity,kind,zh-Hans,zh-Hant,en\nother,building,甲,甲,A\n", encoding="utf-8"
    )
    with pytest.raises(DataError, match=r"“tower”不认识.*row 2, column entity\]"):
        read_dataset(folder)


TAX_TOLD = "26.3亿元,26.3,exact,100 million yuan,daily,税收26.3亿元"


@pytest.mark.parametrize(
    ("file", "old", "new", "measure", "box"),
    [
        # A fall of 6 percent: -6.5 to -5.5 percent, as fractions.
        ("records.csv", "", "", "growth", [-0.065, -0.06, -0.055]),
        # The same where the word for the fall stands elsewhere in the quote.
        (
            "records.csv",
            FALL,
            "6%,6,exact,percent decrease,daily,税收下跌6%",
            "growth",
            [-0.065, -0.06, -0.055],
        ),
        # 2.63 billion yuan are 26.3 hundred million, stored here as 2630 million.
        (
            "records.csv",
            TAX_TOLD,
            "2.63 billion yuan,2630,exact,million yuan,daily,2.63 billion yuan",
            "tax",
            [26.25, 26.3, 26.35],
        ),
        # Bare digits take the unit of the record.
        (
            "records.csv",
            TAX_TOLD,
            "263000,263000,exact,10000 yuan,daily,税收（万元）263000",
            "tax",
            [26.29995, 26.3, 26.30005],
        ),
        # A ledger's figure is exact.
        ("codebook.csv", "year,,printed,Tax", "year,,exact,Tax", "tax", [26.3] * 3),
    ],
)
def test_the_box_is_in_the_unit_of_the_codebook(write, file, old, new, measure, box):
    records = read_dataset(write(file, old, new)).records
    told = records[["lower", "number", "upper"]]
    assert told[records["measure"] == measure].iloc[0].tolist() == pytest.approx(box)
    assert told.iloc[2].isna().all()  # what was not found has none


@pytest.mark.parametrize(
    ("period", "year"),
    [
        ("2020-H1", "2020"),
        ("2020-06", "2020"),
        ("2020-06-30", "2020"),
        ("2019-07/2020-06", "2020"),  # a span belongs to the year it ends in
        ("", "<NA>"),
    ],
)
def test_a_period_belongs_to_a_year(write, period, year):
    folder = write("records.csv", "tower,tax,2020,", f"tower,tax,{period},")
    assert str(read_dataset(folder).records["year"].iloc[0]) == year


digits = st.from_regex(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?", fullmatch=True)


@given(digits, st.sampled_from(["persons", "100 million yuan", "percent"]))
@settings(max_examples=25)
@pytest.mark.parametrize("precision", ["printed", "exact"])
def test_bare_digits_are_read_as_the_grammar_reads_them(precision, printed, unit):
    figure = read_printed(printed, unit=unit, ledger=precision == "exact")
    row = [printed, printed, "exact", unit, f"（{printed}）", "2020", "m"]
    columns = ["printed", "value", "qualifier", "unit", "quote", "period", "measure"]
    tables = {
        "records.csv": pd.DataFrame([row], columns=columns),
        "codebook.csv": pd.DataFrame(
            {"measure": ["m"], "unit": [unit], "precision": [precision]}
        ),
    }
    box = read_records("mine", tables)[["lower", "number", "upper"]].iloc[0].tolist()
    assert box == [figure.lower, figure.value, figure.upper]
