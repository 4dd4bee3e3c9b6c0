"""A cell names one whole year that can have been printed, or is refused."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengstats.intake.result import Refusal
from hengstats.intake.years import read_year

TODAY = "2026-11-24"
READ = {
    2016: 2016,
    "2016": 2016,
    "'2016": 2016,
    " 2016 ": 2016,
    "20\u200b16": 2016,
    "2016.0": 2016,
    "2016年": 2016,
    "2016 年": 2016,
    "2016年度": 2016,
    "2016全年": 2016,
    "2016年末": 2016,
    "FY2016": 2016,
    "FY 2016": 2016,
    "fy2016": 2016,
    "２０１６年": 2016,
    "二〇一六年": 2016,
    "二零一六": 2016,
    "二○一六年度": 2016,
    "2021年1-12月": 2021,
    "2021年1—12月份": 2021,
    "2021年1月-12月": 2021,
    "2021年1至12月": 2021,
    "2021-12-31": 2021,
    "2021/12/31": 2021,
    "2021.12.31": 2021,
    "2021年12月31日": 2021,
    "截至2021年12月31日": 2021,
    "2021-12-31 00:00:00": 2021,
    "2021-12-31T00:00:00": 2021,
    "20211231": 2021,
    "12/31/2021": 2021,
    "31/12/2021": 2021,
    "31.12.2021": 2021,
    "民国110年": 2021,
    "民國110年": 2021,
    "民國110年度": 2021,
    "中華民國110年": 2021,
    "民國一百一十年": 2021,
    "2026": 2026,
    "1949": 1949,
}
INVALID = [
    44196,
    44196.0,
    "44196",
    16,
    "16",
    "'16",
    "‘16",
    "16年",
    "20'16",
    "110年",
    "民国200年",
    "2016-2018",
    "2016—2018年",
    "2016/17",
    "2016,2017",
    "2021(预)",
    "2021（预计）",
    "2021E",
    "2021年上半年",
    "2021H1",
    "2021Q1",
    "2021-12",
    "2021年12月",
    "2021年1-6月",
    "2021年1-11月",
    "2021-01-01",
    "2021-12-30",
    "2021-12-31 08:00:00",
    "12/31/21",
    "04/25/2019",
    "二〇一",
    "一六年",
    "2027",
    2027,
    "1948",
    1905,
    "99999",
    "٢٠٢١",
    "202①",
    "20２1年①",
    "2016²",
    "2016年⁽注⁾",
    "-",
    "合计",
    "=2021",
    2016.5,
    float("nan"),
    float("inf"),
    True,
    dt.time(1),
    dt.timedelta(1),
    "2021 2022",
    "0x7E5",
    "2_021",
]


@pytest.mark.parametrize(("value", "year"), [*READ.items(), (2016.0, 2016)], ids=repr)
def test_a_year_is_read(value, year):
    assert read_year(value, "General", TODAY) == year


@pytest.mark.parametrize("value", INVALID, ids=repr)
def test_what_is_not_one_whole_year_is_refused(value):
    with pytest.raises(Refusal) as told:
        read_year(value, "General", TODAY)
    assert told.value.code == "invalid_year"


@pytest.mark.parametrize("text", ["03/04/2019", "3-4-2019", "03.04.2019", "12/12/2019"])
def test_day_and_month_that_cannot_be_told_apart_are_refused(text):
    with pytest.raises(Refusal) as told:
        read_year(text, "General", TODAY)
    assert told.value.code == "ambiguous_date"


@pytest.mark.parametrize("value", [None, "", "  ", "\u3000"])
def test_a_blank_year_is_a_missing_key(value):
    with pytest.raises(Refusal) as told:
        read_year(value, "General", TODAY)
    assert told.value.code == "missing_key"


@pytest.mark.parametrize(
    "number_format",
    ["yyyy", "yy", 'yyyy"年"', "yyyy年", "[$-804]yyyy\\年;@", "e", '"FY"yyyy', "YYYY"],
)
def test_a_date_that_is_shown_as_a_year_is_that_year(number_format):
    assert read_year(dt.datetime(2021, 1, 1), number_format, TODAY) == 2021


@pytest.mark.parametrize(
    "number_format",
    ["General", "", "yyyy-mm-dd", 'yyyy"年"m"月"', "mmm-yy", "m/d/yyyy"],
)
def test_a_date_that_is_shown_as_a_day_or_month_is_refused(number_format):
    with pytest.raises(Refusal, match="invalid_year"):
        read_year(dt.datetime(2021, 1, 1), number_format, TODAY)


def test_the_last_day_of_a_year_is_that_year_however_it_is_shown():
    days = [dt.date(2021, 12, 31), dt.datetime(2021, 12, 31)]
    assert [read_year(day, "yyyy-mm-dd", TODAY) for day in days] == [2021, 2021]


def test_a_stamp_with_a_zone_counts_in_shanghai():
    # Four in the afternoon of 30 December in UTC is midnight of the 31st there.
    stamp = dt.datetime(2021, 12, 30, 16, tzinfo=dt.UTC)
    assert read_year(stamp, "General", TODAY) == 2021


def test_a_number_whose_format_makes_it_a_day_in_1905_is_refused():
    # 2016 days after 1900 began: 2016 typed into a cell that is formatted as a year.
    with pytest.raises(Refusal, match="1949"):
        read_year(dt.datetime(1905, 7, 8), "yyyy", TODAY)


@pytest.mark.parametrize(
    ("number_format", "expected"),
    [("0", 2021), ('0"年"', 2021), ("0年", 2021), ('"FY"0', 2021), ("#,##0", 2021)],
)
def test_the_words_of_a_format_belong_to_the_year(number_format, expected):
    assert read_year(2021, number_format, TODAY) == expected


@pytest.mark.parametrize(
    "number_format", ['0"(预)"', '0"E"', "0.00%", "0,", '0"上半年"']
)
def test_a_format_that_shows_no_whole_year_is_refused(number_format):
    with pytest.raises(Refusal, match="invalid_year"):
        read_year(2021, number_format, TODAY)


def test_without_a_date_the_present_year_is_the_last():
    with pytest.raises(Refusal, match="将来"):
        read_year(dt.datetime.now().year + 2, "General", "")


def test_the_mend_of_a_future_year_does_not_ask_for_four_digits():
    with pytest.raises(Refusal, match="将来") as told:
        read_year("2031", "General", TODAY)
    assert "四位" not in told.value.mend


def test_an_error_in_place_of_a_year_is_an_error_cell():
    with pytest.raises(Refusal) as told:
        read_year("#N/A", "General", TODAY)
    assert told.value.code == "error_cell"


def test_a_telephone_number_is_not_quoted():
    with pytest.raises(Refusal) as told:
        read_year("13812345678", "General", TODAY)
    assert "138" not in told.value.found + told.value.mend + told.value.english


@given(
    st.integers(1949, 2026), st.sampled_from(["{}", "{}年", "FY{}", "{}年度", "{}.0"])
)
def test_every_year_so_far_is_read_in_every_form(year, form):
    wide = "".join(
        chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in form.format(year)
    )
    assert read_year(form.format(year), "", TODAY) == read_year(wide, "", TODAY) == year


@given(
    st.text(max_size=14)
    | st.lists(
        st.sampled_from([*"0123456789年月日-/.一二〇○ 全", "FY", "民国", "12", "20"]),
        max_size=10,
    ).map("".join)
    | st.floats()
    | st.integers()
    | st.datetimes()
    | st.booleans()
)
def test_whatever_stands_there_gives_a_year_so_far_or_a_refusal(value):
    year = 2000
    with suppress(Refusal):
        year = read_year(value, "General", TODAY)
    assert 1949 <= year <= 2026
