"""A row at fault is refused with its folder, file, row, column and the mend."""

import re

import pytest

from hengstats.dataset import read_dataset
from hengstats.errors import DataError

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
]


@pytest.mark.parametrize(("file", "old", "new", "row", "column", "fault"), BROKEN)
def test_a_row_at_fault_is_refused_with_its_place(
    write, file, old, new, row, column, fault
):
    place = f"[mine/{file}, row {row}, column {column}]"
    with pytest.raises(DataError, match=f"{fault}.*{re.escape(place)}"):
        read_dataset(write(file, old, new))


def test_the_message_begins_in_chinese_with_file_row_and_column(write):
    with pytest.raises(DataError, match=r"^mine/records\.csv 第 2 行“value”一栏："):
        read_dataset(write("records.csv", ",26.3,", ",26.4,"))


def test_a_wording_that_cannot_be_read_is_refused_with_its_reason(write):
    broken = write(
        "records.csv",
        "近300名,300,nearly,persons,daily,党员近300名",
        "翻番,,exact,persons,daily,翻番",
    )
    with pytest.raises(DataError, match=r"“翻番”不认识.*row 3, column printed\]"):
        read_dataset(broken)


def test_a_repeated_row_is_refused_with_its_key(write):
    row = "tower,growth,2020,下跌6%,-6,exact,percent,daily,税收下跌6%\n"
    key = r"column entity\+measure\+period\+source\+printed\]"
    with pytest.raises(DataError, match=f"重复了.*row 6, {key}"):
        read_dataset(write("records.csv", row, row + row))


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


def test_the_box_is_in_the_unit_of_the_codebook(write):
    # A fall of 6 percent: -6.5 to -5.5 percent, as fractions.
    growth = read_dataset(write()).records.set_index("measure").loc["growth"]
    assert growth[["lower", "number", "upper"]].tolist() == pytest.approx(
        [-0.065, -0.06, -0.055]
    )


def test_a_fall_told_elsewhere_in_the_quote_is_a_negative_box(write):
    broken = write(
        "records.csv",
        "下跌6%,-6,exact,percent,daily,税收下跌6%",
        "6%,6,exact,percent decrease,daily,税收下跌6%",
    )
    growth = read_dataset(broken).records.set_index("measure").loc["growth"]
    assert growth[["lower", "number", "upper"]].tolist() == pytest.approx(
        [-0.065, -0.06, -0.055]
    )


def test_a_wording_in_another_unit_is_converted(write):
    # 2.63 billion yuan are 26.3 hundred million, stored here as 2630 million.
    wording = "2.63 billion yuan,2630,exact,million yuan,daily,2.63 billion yuan"
    converted = write(
        "records.csv",
        "26.3亿元,26.3,exact,100 million yuan,daily,税收26.3亿元",
        wording,
    )
    assert read_dataset(converted).records["number"].iloc[0] == pytest.approx(26.3)


def test_a_measure_declared_exact_has_no_rounding(write):
    exact = write("codebook.csv", "year,,printed,Tax", "year,,exact,Tax")
    tax = read_dataset(exact).records.iloc[0]
    assert (tax["lower"], tax["upper"]) == (26.3, 26.3)


def test_what_was_not_found_has_no_box(write):
    missing = read_dataset(write()).records.iloc[2]
    assert missing[["lower", "number", "upper"]].isna().all()


@pytest.mark.parametrize(
    ("period", "year"),
    [
        ("2020-H1", 2020),
        ("2020-06", 2020),
        ("2020-06-30", 2020),
        ("2019-07/2020-06", 2020),  # a span belongs to the year it ends in
    ],
)
def test_a_period_belongs_to_a_year(write, period, year):
    folder = write("records.csv", "tower,tax,2020,", f"tower,tax,{period},")
    assert read_dataset(folder).records["year"].iloc[0] == year


def test_a_record_without_a_period_has_no_year(write):
    folder = write("records.csv", "tower,tax,2020,", "tower,tax,,")
    assert read_dataset(folder).records["year"].isna().iloc[0]
