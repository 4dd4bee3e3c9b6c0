"""A sign-in belongs to the year that Shanghai's clocks showed, or it is refused."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hengstats.messages import message
from hengstats.signins.faults import Unread
from hengstats.signins.stamps import read_stamp

TODAY = "2026-11-24"
SHANGHAI = ZoneInfo("Asia/Shanghai")
INSTANTS = st.datetimes(
    dt.datetime(1950, 1, 1), dt.datetime(2026, 1, 1), timezones=st.just(dt.UTC)
).filter(lambda moment: moment.astimezone(SHANGHAI).date() != dt.date(1970, 1, 1))


def code(value, **kwargs):
    """Return the reason code for which a stamp is refused."""
    with pytest.raises(Unread) as caught:
        read_stamp(value, TODAY, **kwargs)
    return message(f"signins.{caught.value.key}")[0]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2019-12-31T16:00:00Z", 2020),
        ("2019-12-31T15:59:59Z", 2019),
        ("2019-12-31 16:00:00+00:00", 2020),
        ("2019-12-31 16:00:00 +0000", 2020),
        ("2019-12-31 16:00:00.123456+00:00", 2020),
        ("2019-12-31T16:00Z", 2020),
        ("2019-12-31 16:00 UTC", 2020),
        ("2020-01-01T00:30:00+09:00", 2019),
        ("2020-01-01T01:00:00+09:00", 2020),
        ("2019-12-31T11:00:00-05:00", 2020),
        ("2019-12-31T10:59:59-05:00", 2019),
        ("2020-01-01T00:00:00+08:00", 2020),
        ("2020-01-01 00:00 GMT+8", 2020),
        ("2019-12-31 23:59:59 北京时间", 2019),
        ("20191231T160000Z", 2020),
        ("2019-12-31T20:00:00\u221205:00", 2020),  # a minus sign
        ("2016-12-31T23:59:60Z", 2017),  # a leap second there was
    ],
)
def test_a_stamp_with_a_zone_is_brought_to_shanghai(text, year):
    stamp = read_stamp(text, TODAY)
    assert (stamp.year, stamp.zoned) == (year, True)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2019-03-04 20:05 | 2019-03-04T20:05:09 | 2019/3/4 20:05 | 2019.3.4 20:05"
            " | 2019年3月4日 20:05 | 2019年3月4日20时05分 | 2019年3月4日 下午 8:05"
            " | 2019年3月4日 下午8点05分 | 2019-03-04 8:05 PM | 2019-03-04 8:05 p.m."
            " | 2019/3/4 上午 8:05:30 | ２０１９－０３－０４　２０：０５ | 2019-03-04"
            " | 2019-03-04 星期一 20:05 | 20190304 | 20190304200509 | 4 Mar 2019 20:05"
            " | March 4, 2019 8:05 PM | 03/03/2019 20:05 | 12/31/2019 20:05"
            " | 31/12/2019 20:05"
        ).split(" | "),
        " 2019-03-04 20:05\u200b",
        20190304,
    ],
)
def test_a_stamp_without_a_zone_is_shanghai_time(text):
    stamp = read_stamp(text, TODAY)
    assert (stamp.year, stamp.zoned) == (2019, False)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2019-12-31 上午 12:30:00-05:00", 2019),  # half past midnight
        ("2019-12-31 下午 12:30+00:00", 2019),
        ("2019-12-31 下午 4:00:00+00:00", 2020),
        ("2019-12-31 上午 4:00:00+00:00", 2019),
        ("2019-12-31 晚上 11:00:00+00:00", 2020),
        ("2019-12-31 中午 12:00:00+00:00", 2019),
        ("2019-12-31 下午 16:00:00+00:00", 2020),
        ("2019-12-31 中午 11:30:00+00:00", 2019),
        ("2019-12-31 中午 1:30:00+02:00", 2019),
    ],
)
def test_morning_and_afternoon_are_told_apart(text, hour):
    assert read_stamp(text, TODAY).year == hour


def test_a_date_cell_is_shanghai_time():
    assert read_stamp(dt.datetime(2019, 12, 31, 23, 59), TODAY).year == 2019
    assert read_stamp(dt.date(2019, 12, 31), TODAY).year == 2019


def test_a_head_in_utc_moves_the_stamps_that_tell_no_zone():
    assert read_stamp("2019-12-31 16:00", TODAY, offset=0).year == 2020
    assert read_stamp("2019-12-31 16:00", TODAY, offset=0).zoned
    assert read_stamp("2019-12-31T16:00:00+08:00", TODAY, offset=0).year == 2019


# By reason code.
REFUSED = {
    "missing_key": "— | 暂无",
    "ambiguous_date": "03/04/2019 10:00 | 3-4-2019 | 19-03-04 10:00 | 3/4/19"
    " | 19年3月4日 | 2019-03-04 晚上 12:10",
    "invalid_date": "2019-02-29 10:00 | 2019-13-01 | 2019-03-04 25:00"
    " | 2019-12-31 24:00 | 2019-03-04 10:61 | 2019-03-04 上午 13:00 | 2027-01-01 10:00"
    " | 1900-01-01 | 1948-12-31 23:59 | 9999-12-31T23:00:00Z"
    " | 1970-01-01 08:00:00 | 1970-01-01T00:00:00Z | 43528 | 1577836800000"
    " | 10:05 | 下午 8:05 | 2019-03-04 10:00-11:30 | 2019-03-04 10:00 - 11:30"
    " | 2019-03-04 10:00~11:30 | 2019-03-04 14:00-16:00"
    " | 2019-03-04 10:00:00-11:40:00 | 2019-03-04至2019-03-05"
    " | 2019年3月4日-5日 | 2019-03-04 10:00 CST | 2019-03-04 10:00:00+25:00"
    " | 2019-03-04 10:00:00+08:17 | 2019-03-04 10:00:00-13:00"
    " | 2019-03-04 上午 10:00 上午 | 2019-03-04 10:00 上午 下午 | 2019年"
    " | 2019年3月 | 周三晚上",
    "ambiguous_number": "2019-03-04 20:05:1²",
    "error_cell": "#N/A",
    "control_character": "2019-03-04\x07 10:00",
}
REFUSED_CELLS = {
    "missing_key": ["", None],
    "invalid_date": [
        *(43528, 43528.42, 20190304.5, 1577836800, True, float("inf")),
        *(dt.time(10, 5), dt.timedelta(hours=10)),
    ],
}


@pytest.mark.parametrize(
    ("value", "reason"),
    [(one, key) for key, words in REFUSED.items() for one in words.split(" | ")]
    + [(one, key) for key, cells in REFUSED_CELLS.items() for one in cells],
)
def test_what_is_no_plain_moment_is_refused(value, reason):
    assert code(value) == reason


def test_the_first_year_is_that_of_the_republic():
    assert read_stamp("1949-01-01 00:00", TODAY).year == 1949


def test_without_a_date_of_today_no_moment_is_too_late_but_the_last():
    assert read_stamp("9999-12-31T15:59:59Z").year == 9999
    with pytest.raises(Unread, match="time_impossible"):
        read_stamp("9999-12-31T16:00:00Z")


def test_the_day_after_today_is_let_in_and_the_next_is_not():
    assert read_stamp("2026-11-25 07:00", TODAY).year == 2026
    assert code("2026-11-26 00:00") == "invalid_date"


@settings(max_examples=40)
@given(INSTANTS, st.integers(-11, 13))
def test_any_offset_gives_the_year_that_the_zone_table_gives(moment, hours):
    zone = dt.timezone(dt.timedelta(hours=hours))
    text = moment.astimezone(zone).isoformat()
    assert read_stamp(text, "").year == moment.astimezone(SHANGHAI).year


@settings(max_examples=40)
@given(INSTANTS)
def test_a_date_cell_and_its_text_agree(moment):
    bare = moment.replace(tzinfo=None)
    assert read_stamp(bare) == read_stamp(bare.isoformat(" "))
    assert read_stamp(moment) == read_stamp(moment.isoformat())


@settings(max_examples=50)
@given(
    st.text(max_size=30)
    | st.lists(
        st.sampled_from([*"0123456789年月日-/.:TZ+ ", "上午", "下午", "2019", "GMT"]),
        max_size=12,
    ).map("".join)
)
def test_no_text_breaks_the_reader(text):
    try:
        read_stamp(text, TODAY)
    except Unread as unread:
        assert message(f"signins.{unread.key}")
