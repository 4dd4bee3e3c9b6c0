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
    1949: "1949",
    2016: "2016 | '2016 |  2016  | 20\u200b16 | 2016.0 | 2016年 | 2016 年 | 2016年度"
    " | 2016全年 | 2016年末 | FY2016 | FY 2016 | fy2016 | ２０１６年 | 二〇一六年"
    " | 二零一六 | 二○一六年度",
    2021: "2021年1-12月 | 2021年1—12月份 | 2021年1月-12月 | 2021年1至12月 | 2021-12-31"
    " | 2021/12/31 | 2021.12.31 | 2021年12月31日 | 截至2021年12月31日 | 20211231"
    " | 2021-12-31 00:00:00 | 2021-12-31T00:00:00 | 12/31/2021 | 31/12/2021"
    " | 31.12.2021 | 民国110年 | 民國110年 | 民國110年度 | 中華民國110年"
    " | 民國一百一十年",
    2026: "2026",
}
INVALID = (
    "44196 | 16 | '16 | ‘16 | 16年 | 20'16 | 110年 | 民国200年 | 2016-2018 | 2016/17"
    " | 2016—2018年 | 2016,2017 | 2021(预) | 2021（预计） | 2021E"
    " | 2021年上半年 | 2021H1 | 2021Q1 | 2021-12 | 2021年12月 | 2021年1-6月"
    " | 2021年1-11月 | 2021-01-01 | 2021-12-30 | 2021-12-31 08:00:00 | 12/31/21"
    " | 04/25/2019 | 二〇一 | 一六年 | 20二一年 | 2027"
    " | 1948 | 99999 | ٢٠٢١ | 202① | 20２1年① | 2016²"
    " | 2016年⁽注⁾ | - | 合计 | =2021 | 2021 2022 | 0x7E5 | 2_021"
)
# By reason code.
REFUSED = {
    "invalid_year": [
        *INVALID.split(" | "),
        *(44196, 44196.0, 16, 2027, 1905, 2016.5, float("nan"), float("inf"), True),
        *(dt.time(1), dt.timedelta(1)),
        dt.datetime(1905, 7, 8),  # 2016 typed into a cell that is formatted as a year
    ],
    "ambiguous_date": ["03/04/2019", "3-4-2019", "03.04.2019", "12/12/2019"],
    "missing_key": [None, "", "  ", "\u3000"],
    "error_cell": ["#N/A"],
}


def refusal(value, number_format="General", today=TODAY):
    """Return the refusal of a cell."""
    with pytest.raises(Refusal) as told:
        read_year(value, number_format, today)
    return told.value


@pytest.mark.parametrize(
    ("text", "year"),
    [(one, y) for y, words in READ.items() for one in words.split(" | ")],
)
def test_a_year_is_read(text, year):
    assert read_year(text, "General", TODAY) == year


@pytest.mark.parametrize(
    ("value", "code"),
    [(one, code) for code, values in REFUSED.items() for one in values],
)
def test_what_is_not_one_whole_year_is_refused(value, code):
    assert refusal(value).code == code


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
    assert refusal(dt.datetime(2021, 1, 1), number_format).code == "invalid_year"


@pytest.mark.parametrize(
    "value",
    [
        dt.date(2021, 12, 31),
        dt.datetime(2021, 12, 31),
        # Four in the afternoon in UTC is midnight in Shanghai.
        dt.datetime(2021, 12, 30, 16, tzinfo=dt.UTC),
    ],
)
def test_the_last_day_of_a_year_is_that_year_however_it_is_shown(value):
    assert read_year(value, "yyyy-mm-dd", TODAY) == 2021


@pytest.mark.parametrize("value", [2021, 2021.0])
@pytest.mark.parametrize("number_format", ["0", '0"年"', "0年", '"FY"0', "#,##0", ""])
def test_the_words_of_a_format_belong_to_the_year(value, number_format):
    assert read_year(value, number_format, TODAY) == 2021


@pytest.mark.parametrize(
    "number_format", ['0"(预)"', '0"E"', "0.00%", "0,", '0"上半年"']
)
def test_a_format_that_shows_no_whole_year_is_refused(number_format):
    assert refusal(2021, number_format).code == "invalid_year"


def test_without_a_date_the_present_year_is_the_last():
    assert "将来" in refusal(dt.datetime.now().year + 2, today="").found


def test_the_mend_of_a_future_year_does_not_ask_for_four_digits():
    assert "四位" not in refusal("2031").mend


def test_a_telephone_number_is_not_quoted():
    told = refusal("13812345678")
    assert "138" not in told.found + told.mend + told.english


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
