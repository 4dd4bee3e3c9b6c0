"""Each wording is read as METHODS section 4 says, or refused with a reason."""

from contextlib import suppress
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengstats.errors import ReadingError
from hengstats.numerals import read_chinese
from hengstats.printed import read_printed
from hengstats.wording import fold, lexicon

TAX, MONTH = "100 million yuan", "100 million yuan per month"

# printed, lower, value, upper, qualifier, unit: METHODS section 4, worked by hand.
READINGS = [
    # An amount: half a unit of the last printed digit.
    ("26.3 亿元", 26.25, 26.3, 26.35, "exact", TAX),
    ("26.3億元", 26.25, 26.3, 26.35, "exact", TAX),
    ("2.63 billion yuan", 26.25, 26.3, 26.35, "exact", TAX),
    ("32 亿元", 31.5, 32, 32.5, "exact", TAX),
    ("32.0亿元", 31.95, 32, 32.05, "exact", TAX),
    ("50 million yuan", 0.495, 0.5, 0.505, "exact", TAX),
    ("月均2.5亿元", 2.45, 2.5, 2.55, "exact", MONTH),
    ("3.2万人", 31500, 32000, 32500, "exact", "persons"),
    ("3.2萬人", 31500, 32000, 32500, "exact", "persons"),
    ("一万二千人", 11500, 12000, 12500, "exact", "persons"),
    ("HK$1,475 million", 1474.5, 1475, 1475.5, "exact", "million Hong Kong dollars"),
    ("百分之十二", 11.5, 12, 12.5, "exact", "percent"),
    ("12 percent", 11.5, 12, 12.5, "exact", "percent"),
    ("四成", 35, 40, 45, "exact", "percent"),
    # A fall is a growth below zero.
    ("减少百分之七", -7.5, -7, -6.5, "exact", "percent"),
    ("減少百分之七", -7.5, -7, -6.5, "exact", "percent"),
    ("down 2.4 percent", -2.45, -2.4, -2.35, "exact", "percent"),
    ("-5%", -5.5, -5, -4.5, "exact", "percent"),
    ("–5%", -5.5, -5, -4.5, "exact", "percent"),  # an en dash is a minus too
    # A count without a hedge, written to the last unit, is exact.
    ("409 名", 409, 409, 409, "exact", "persons"),
    ("13 个", 13, 13, 13, "exact", None),
    ("64 家", 64, 64, 64, "exact", None),
    ("三千二百", 3200, 3200, 3200, "exact", None),
    ("三千二百名", 3200, 3200, 3200, "exact", "persons"),
    ("三百零五", 305, 305, 305, "exact", None),
    ("1,234 members", 1234, 1234, 1234, "exact", None),
    ("每季度", 4, 4, 4, "exact", None),
    ("“甲”讲堂、“乙”行动、“丙”课堂", 3, 3, 3, "exact", None),
    # Open above: a milestone says nothing above itself.
    ("超100", 100, None, inf, "more_than", None),
    ("逾100", 100, None, inf, "more_than", None),
    ("突破100", 100, None, inf, "more_than", None),
    ("超过100", 100, None, inf, "more_than", None),
    ("超過100", 100, None, inf, "more_than", None),
    ("more than 100", 100, None, inf, "more_than", None),
    ("over 10 billion yuan", 100, None, inf, "more_than", TAX),
    (">548", 548, None, inf, "more_than", None),
    ("税收破百亿元", 100, None, inf, "more_than", TAX),
    ("超1/8", 0.125, None, inf, "more_than", "fraction"),
    ("百亿楼", 100, None, inf, "at_least", TAX),
    ("百億樓", 100, None, inf, "at_least", TAX),
    ("“百億樓”的里程碑", 100, None, inf, "at_least", TAX),
    ("第一栋月亿楼", 1, None, inf, "at_least", MONTH),
    ("第一棟“月億樓”", 1, None, inf, "at_least", MONTH),
    ("首幢“月双亿”楼", 2, None, inf, "at_least", MONTH),
    ("10以上", 10, None, inf, "at_least", None),
    ("at least 10", 10, None, inf, "at_least", None),
    ("10 or more", 10, None, inf, "at_least", None),
    # Up to the next unit of the last non-zero digit.
    ("1100多", 1100, None, 1200, "more_than", None),
    ("1100余", 1100, None, 1200, "more_than", None),
    ("1100餘名", 1100, None, 1200, "more_than", "persons"),
    ("300多平方米", 300, None, 400, "more_than", "square metres"),
    ("十余家", 10, None, 20, "more_than", None),
    ("3万多人", 30000, None, 40000, "more_than", "persons"),
    ("20%多", 20, None, 30, "more_than", "percent"),
    # 近: a tenth below, or one unit of the last non-zero digit where that is less.
    ("近300家", 270, None, 300, "nearly", None),
    ("近300家企業", 270, None, 300, "nearly", None),
    ("nearly 300", 270, None, 300, "nearly", None),
    ("近350家", 340, None, 350, "nearly", None),
    ("近百家", 90, None, 100, "nearly", None),
    ("nearly 27.94 billion yuan", 279.3, None, 279.4, "nearly", TAX),
    # 约: half a unit of the last non-zero digit.
    ("约350平方米", 345, 350, 355, "about", "square metres"),
    ("約350平方米", 345, 350, 355, "about", "square metres"),
    ("about 350", 345, 350, 355, "about", None),
    ("350左右", 345, 350, 355, "about", None),
    ("~350", 345, 350, 355, "about", None),
    ("约3000", 2500, 3000, 3500, "about", None),
    # Known from above only.
    ("不足10", 0, None, 10, "fewer_than", None),
    ("fewer than 10", 0, None, 10, "fewer_than", None),
    ("10以下", 0, None, 10, "fewer_than", None),
    ("不超过10", 0, None, 10, "at_most", None),
    ("up to 10", 0, None, 10, "at_most", None),
    # 1/8 with the denominator rounded: from 1/8.5 to 1/7.5.
    ("1/8", 1 / 8.5, 1 / 8, 1 / 7.5, "about", "fraction"),
    ("约1/8", 1 / 8.5, 1 / 8, 1 / 7.5, "about", "fraction"),
    # A range, and 数百: between a hundred and a thousand.
    ("30-35", 30, None, 35, "range", None),
    ("30至35家", 30, None, 35, "range", None),
    ("from 30 to 35", 30, None, 35, "range", None),
    ("3.2万-3.5万", 32000, None, 35000, "range", None),
    ("3.2-3.5万人", 32000, None, 35000, "range", "persons"),
    ("数百名", 100, None, 1000, "at_least", "persons"),
    ("數百名", 100, None, 1000, "at_least", "persons"),
    # Full-width digits and signs.
    ("２６.３亿元", 26.25, 26.3, 26.35, "exact", TAX),
    ("＞５４８", 548, None, inf, "more_than", None),
]

TWO_HEDGES, TWO_NUMBERS = "有两个限定词", "里面不止一个数"
UNKNOWN, NOT_WHOLE, FALL = "不认识", "不是完整的数字", "还是减少到多少"
REFUSALS = [
    ("", "没有字样"),
    ("　", "没有字样"),
    ("、", "里面没有数字"),
    ("名", "里面没有数字"),
    ("1,62", TWO_NUMBERS),
    ("１，６２", TWO_NUMBERS),
    ("1,2345", TWO_NUMBERS),
    ("409名 64家", TWO_NUMBERS),
    ("1亿2000万", TWO_NUMBERS),
    ("685.85亿元,同比下降2.4%", TWO_NUMBERS),
    ("37①", "“①”不认识"),
    ("37²", "“²”不认识"),
    ("1½", "“½”不认识"),
    ("3.2w", "“w”不认识"),
    ("3O", "“o”不认识"),
    ("2倍", "“倍”不认识"),
    ("翻番", UNKNOWN),
    ("未知字样", UNKNOWN),
    ("不逾100", UNKNOWN),  # 不 turns 逾 round
    ("not more than 100", UNKNOWN),
    ("二〇二一年", "里面有年份"),
    ("2021年", "里面有年份"),
    ("超近300", TWO_HEDGES),
    ("约300余", TWO_HEDGES),
    ("近300多", TWO_HEDGES),
    ("100以上突破", TWO_HEDGES),
    ("超数百名", TWO_HEDGES),
    ("约30-35", "既是区间又有限定词"),
    ("100突破", "限定词不在它该在的一边"),
    ("35-30", "区间的两端不是从小到大"),
    ("3-", "横线的一边没有数字"),
    ("—5%", "横线的一边没有数字"),
    ("下降至20亿元", FALL),
    ("下降20亿元", FALL),
    ("下降至5%", FALL),
    ("decreased to 5 percent", FALL),
    ("下降5%-10%", FALL),
    ("近1/4", "分数前后的限定词没有读法"),
    ("1/0", "分数里有零"),
    ("三四家", NOT_WHOLE),  # three or four
    ("三百五", NOT_WHOLE),  # said for 350
    ("百千", NOT_WHOLE),
]

# Digits, scales, hedges and units: what a figure in print is made of.
ALPHABET = st.sampled_from(
    [
        *"0123456789０１９.,，/%-~—至到 、“”",
        *"零〇一二两双三四十百千万亿萬億楼樓月首数几成",
        *sorted(lexicon()),
    ]
)
HEDGES = {
    "": (1, 1),
    "约": (0.4, 1.6),
    "近": (0.8, 1),
    "超": (1, inf),
    "逾": (1, inf),
    "至少": (1, inf),
    "不足": (0, 1),
    "至多": (0, 1),
}
COUNT = st.integers(1, 99_999_999)


def spell(number):
    """Return a count below a hundred million in Chinese, digit by digit."""
    digits, places = "零一二三四五六七八九", ["", "十", "百", "千"]
    written = ""
    for i, digit in enumerate(str(number)):
        power = len(str(number)) - 1 - i
        written += digits[int(digit)] + (places[power % 4] if digit != "0" else "")
        written += "万" if power == 4 else ""
    while "零零" in written:
        written = written.replace("零零", "零")
    return written.replace("零万", "万零").replace("零零", "零").rstrip("零")


@pytest.mark.parametrize(
    ("printed", "lower", "value", "upper", "qualifier", "unit"),
    READINGS,
    ids=[reading[0] for reading in READINGS],
)
def test_a_wording_has_the_reading_of_the_table(
    printed, lower, value, upper, qualifier, unit
):
    figure = read_printed(printed)
    read = (figure.lower, figure.value, figure.upper, figure.qualifier, figure.unit)
    assert read == (
        pytest.approx(lower),
        None if value is None else pytest.approx(value),
        pytest.approx(upper),
        qualifier,
        unit,
    )


@pytest.mark.parametrize(("printed", "reason"), REFUSALS)
def test_a_wording_that_is_not_one_figure_is_refused_with_its_reason(printed, reason):
    with pytest.raises(ReadingError, match=reason):
        read_printed(printed)


@pytest.mark.parametrize(
    ("printed", "wide"),
    [
        ("近300家", 200),  # METHODS section 4: [200, 300)
        ("近350家", 315),  # a tenth of 350 is more than one ten
        ("近20亿元", 10),
        ("近百家", 90),  # one hundred less would be nothing: a tenth
        ("近0", 0),
        ("约350", 345),
    ],
)
def test_the_wide_reading_takes_the_farther_lower_end(printed, wide):
    assert read_printed(printed).wide_lower == wide


def test_a_ledger_value_has_no_rounding():
    figure = read_printed("26.3亿元", ledger=True)
    assert (figure.lower, figure.upper) == (26.3, 26.3)


def test_the_unit_of_the_head_is_used_where_the_wording_names_none():
    # As a count, 32 would be exact; as an amount it is rounded.
    assert read_printed("32", unit=TAX).lower == 31.5


def test_the_unit_of_the_wording_wins_over_that_of_the_head():
    assert read_printed("5.3亿元", unit="million yuan").unit == TAX


def test_a_scale_without_a_unit_is_turned_into_the_unit_of_the_head():
    # 25 万 square metres are 25 units of 10,000 square metres.
    assert read_printed("25万", unit="10000 square metres").number == 25


def test_a_range_has_no_number_of_its_own():
    assert read_printed("30-35").number is None


def test_what_is_no_text_is_refused():
    with pytest.raises(ReadingError, match="没有字样"):
        read_printed(26.3)


@pytest.mark.parametrize(
    ("printed", "message"),
    [
        ("1,62", r"^“1,62”读不出一个数：.*\[more than one number in '1,62'\]$"),
        ("2倍", r"^“2倍”读不出一个数：里面的“倍”不认识.*\[unknown word in '2倍'\]$"),
    ],
)
def test_a_refusal_quotes_the_wording_in_both_languages(printed, message):
    with pytest.raises(ReadingError, match=message):
        read_printed(printed)


@given(st.lists(ALPHABET, max_size=8).map("".join) | st.text(max_size=12))
def test_any_text_is_read_with_ordered_ends_or_refused(text):
    known = []
    with suppress(ReadingError):  # the law: this error or a reading
        known.append(read_printed(text))
    assert all(f.wide_lower <= f.lower <= f.upper for f in known)


@given(COUNT, st.sampled_from(sorted(HEDGES)))
def test_the_number_lies_between_the_ends(number, hedge):
    figure = read_printed(f"{hedge}{number}名")
    assert figure.lower <= figure.number <= figure.upper


@given(COUNT, st.sampled_from(sorted(HEDGES)))
def test_a_hedge_keeps_its_law_for_every_count(number, hedge):
    figure = read_printed(f"{hedge}{number}名")
    low, high = HEDGES[hedge]
    assert low * number <= figure.lower <= figure.upper <= high * number


@given(COUNT)
def test_duo_ends_above_the_number_and_within_its_double(number):
    figure = read_printed(f"{number}多名")
    assert number == figure.lower < figure.upper <= 2 * number


@given(COUNT)
def test_full_width_reads_like_half_width(number):
    wide = "".join(chr(ord(c) + 0xFEE0) for c in str(number))
    assert read_printed(f"{wide}名").number == number


@given(COUNT, st.sampled_from(["超過{}億元", "約{}萬人", "{}餘個", "近{}家企業"]))
def test_traditional_reads_like_simplified(number, wording):
    simple = wording.translate(str.maketrans("過億約萬餘個業", "过亿约万余个业"))
    first, second = (read_printed(w.format(number)) for w in (wording, simple))
    assert (first.lower, first.upper, first.qualifier, first.unit) == (
        second.lower,
        second.upper,
        second.qualifier,
        second.unit,
    )


@given(COUNT)
def test_chinese_numerals_read_like_digits(number):
    assert read_chinese(spell(number))[0] == number


@given(st.integers(1, 9999))
def test_a_count_in_chinese_numerals_is_exact(number):
    figure = read_printed(f"{spell(number)}名")
    assert (figure.lower, figure.upper) == (number, number)


@given(st.decimals(1, 999, places=1))
def test_an_amount_is_known_to_half_its_last_digit(number):
    figure = read_printed(f"{number}亿元")
    assert figure.upper - figure.lower == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        # By hand; the first three as dictionaries give them.
        ("十", 10),
        ("一百零五", 105),
        ("两千零二十", 2020),
        ("五千四百万", 54_000_000),
        ("一亿零三百", 100_000_300),
        ("二〇一八", 2018),
    ],
)
def test_a_chinese_numeral_has_its_value(written, number):
    assert read_chinese(written)[0] == number


def test_folding_unites_width_script_case_and_quotation_marks():
    assert fold("“百億樓”ＨＫ＄") == '"百亿楼"hk$'


def test_a_unit_is_not_cut_out_of_a_longer_word():
    with pytest.raises(ReadingError, match="“mm”不认识"):
        read_printed("300 mm")  # not m and m, a million millions


def test_a_rank_of_persons_is_no_count():
    with pytest.raises(ReadingError, match="名次"):
        read_printed("第3名")


def test_an_ordinal_of_buildings_counts_those_so_far():
    assert read_printed("第三幢").number == 3
