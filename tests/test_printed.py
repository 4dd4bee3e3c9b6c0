"""Each wording is read as the table says, worked by hand, or refused with a reason."""

from contextlib import suppress
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hengstats.errors import ReadingError
from hengstats.numerals import read_chinese
from hengstats.printed import read_printed
from hengstats.wording import lexicon

TAX, MONTH = "100 million yuan", "100 million yuan per month"
DOLLARS = "million Hong Kong dollars"
M2 = "square metres"

# Lower end, value, upper end, qualifier and unit of wordings.
READINGS = {
    # An amount: half a unit of the last printed digit.
    (26.25, 26.3, 26.35, "exact", TAX): "26.3 亿元 | 26.3億元 | 2.63 billion yuan"
    " | ２６.３亿元 | ￥26.3亿 | 26.3亿圆",
    (31.5, 32, 32.5, "exact", TAX): "32 亿元",
    (31.95, 32, 32.05, "exact", TAX): "32.0亿元",
    (0.495, 0.5, 0.505, "exact", TAX): "50 million yuan",
    (2.45, 2.5, 2.55, "exact", MONTH): "月均2.5亿元",
    (31500, 32000, 32500, "exact", "persons"): "3.2万人 | 3.2萬人",
    (11500, 12000, 12500, "exact", "persons"): "一万二千人",
    (1474.5, 1475, 1475.5, "exact", DOLLARS): "HK$1,475 million",
    (11.5, 12, 12.5, "exact", "percent"): "百分之十二 | 12 percent",
    (35, 40, 45, "exact", "percent"): "四成",
    # A fall is a growth below zero; an en dash is a minus too.
    (-7.5, -7, -6.5, "exact", "percent"): "减少百分之七 | 減少百分之七",
    (-2.45, -2.4, -2.35, "exact", "percent"): "down 2.4 percent",
    (-5.5, -5, -4.5, "exact", "percent"): "-5% | –5%",
    (-26.35, -26.3, -26.25, "exact", TAX): "-26.3亿元 | -¥26.3亿",
    # A count without a hedge, written to the last unit, is exact.
    (409, 409, 409, "exact", "persons"): "409 名",
    (13, 13, 13, "exact", None): "13 个",
    (64, 64, 64, "exact", None): "64 家",
    (66, 66, 66, "exact", None): "66-story",
    (3200, 3200, 3200, "exact", None): "三千二百",
    (3200, 3200, 3200, "exact", "persons"): "三千二百名 | 叁仟贰佰名",
    (305, 305, 305, "exact", None): "三百零五",
    (1234, 1234, 1234, "exact", None): "1,234 members",
    (4, 4, 4, "exact", None): "每季度",
    (3, 3, 3, "exact", None): "“甲”讲堂、“乙”行动、“丙”课堂",
    (3, 3, 3, "exact", "buildings"): "第三幢",  # so far
    # Open above: a milestone says nothing above itself.
    (100, None, inf, "more_than", None): "超100 | 逾100 | 突破100 | 超过100 | 超過100"
    " | more than 100",
    (100, None, inf, "more_than", TAX): "over 10 billion yuan | 税收破百亿元",
    (548, None, inf, "more_than", None): ">548 | ＞５４８",
    (0.125, None, inf, "more_than", "fraction"): "超1/8",
    (100, None, inf, "at_least", TAX): "百亿楼 | 百億樓 | “百億樓”的里程碑",
    (1, None, inf, "at_least", MONTH): "第一栋月亿楼 | 第一棟“月億樓”",
    (2, None, inf, "at_least", MONTH): "首幢“月双亿”楼",
    (10, None, inf, "at_least", None): "10以上 | at least 10 | 10 or more | ≧10",
    # Up to the next unit of the last digit that is not zero.
    (1100, None, 1200, "more_than", None): "1100多 | 1100余",
    (1100, None, 1200, "more_than", "persons"): "1100餘名",
    (300, None, 400, "more_than", M2): "300多平方米",
    (10, None, 20, "more_than", None): "十余家",
    (30000, None, 40000, "more_than", "persons"): "3万多人",
    (20, None, 30, "more_than", "percent"): "20%多",
    # 近: a tenth below, or one unit of the last non-zero digit where that is less.
    (270, None, 300, "nearly", None): "近300家 | 近300家企業 | nearly 300",
    (340, None, 350, "nearly", None): "近350家",
    (90, None, 100, "nearly", None): "近百家",
    (279.3, None, 279.4, "nearly", TAX): "nearly 27.94 billion yuan",
    # 约: half a unit of the last digit that is not zero.
    (345, 350, 355, "about", M2): "约350平方米 | 約350平方米",
    (345, 350, 355, "about", None): "about 350 | 350左右 | ~350",
    (2500, 3000, 3500, "about", None): "约3000",
    # Known from above only.
    (0, None, 10, "fewer_than", None): "不足10 | fewer than 10 | 10以下",
    (0, None, 10, "at_most", None): "不超过10 | up to 10",
    # 1/8 with the denominator rounded: from 1/8.5 to 1/7.5.
    (1 / 8.5, 1 / 8, 1 / 7.5, "about", "fraction"): "1/8 | 约1/8",
    # Numerals: with a point, of the bank, 万亿, 廿 and 卅, tenths with a half.
    (12.45, 12.5, 12.55, "exact", "percent"): "百分之十二点五 | 百分之12.5",
    (23.55, 23.6, 23.65, "exact", TAX): "二十三点六亿元 | 二十三點六億元",
    (25.5, 26, 26.5, "exact", TAX): "贰拾陆亿元 | 貳拾陸億元",
    (0.05995, 0.06, 0.06005, "exact", TAX): "陆佰万元",  # written out to the 万
    (25000, 30000, 35000, "exact", TAX): "三万亿元 | 3万亿元",
    (34500, 35000, 35500, "exact", TAX): "三万五千亿元",
    # Digits and scales by turns, known to the last of them.
    (1.45, 1.5, 1.55, "exact", TAX): "1亿5千万元 | 一亿五千万元",
    (1.49995, 1.5, 1.50005, "exact", TAX): "1亿5000万元 | 1億5000萬元",
    (1.04995, 1.05, 1.05005, "exact", TAX): "1亿零500万元",
    (14500, 15000, 15500, "exact", "persons"): "1万5千人",
    (3450, 3500, 3550, "exact", None): "3千5百家",
    (23, 23, 23, "exact", None): "廿三家",
    (30, 30, 30, "exact", None): "卅家",
    (34.5, 35, 35.5, "exact", "percent"): "三成五 | 三成半 | 3成5",
    (0.5, None, inf, "more_than", "fraction"): "过半 | 超半数",
    (100, None, inf, "at_least", None): "上百家",
    (0.01, None, inf, "at_least", TAX): "上百万元",
    (11, None, 19, "more_than", None): "十几家",
    (21, None, 29, "more_than", None): "二十几",
    (10, None, 20, "more_than", TAX): "十几亿元",
    (20, None, 99, "at_least", None): "几十家",
    (15, 20, 25, "about", None): "二十来家",
    # A range: what stands behind the second number alone is of both.
    (3, None, 5, "range", TAX): "3亿元-5亿元 | 三至五亿元 | 三到5亿元",
    (30000, None, 50000, "range", "persons"): "三至五万人 | 3至五万人",
    (300, None, 400, "range", None): "三至四百家 | 三百至四百家 | 3至4百家",
    (800, None, 1000, "range", None): "八百至一千家",
    (0.5, None, 0.6, "range", TAX): "5千至6千万元 | 五至六千万元 | 5000万-6000万元",
    (0.08, None, 0.1, "range", TAX): "八百至一千万元",
    (10, None, 20, "range", "percent"): "百分之十至二十 | 10%至20%",
    # A range, and 数百: between a hundred and a thousand.
    (30, None, 35, "range", None): "30-35 | 30至35家 | 30家-35家 | from 30 to 35",
    (32000, None, 35000, "range", None): "3.2万-3.5万",
    (32000, None, 35000, "range", "persons"): "3.2-3.5万人",
    (100, None, 1000, "at_least", "persons"): "数百名 | 數百名",
}
REFUSALS = {
    "没有字样": " | \u3000",
    "里面没有数字": "、 | 名",
    "里面不止一个数": "1,62 | １，６２ | 1,2345 | 0,123 | 409名 64家 | 1亿2000"
    " | 685.85亿元,同比下降2.4% | 三亿 thousand | 3个党支部-45名 | 30家-35",
    "“①”不认识": "37①",
    "“²”不认识": "37²",
    "“½”不认识": "1½",
    "“'”不认识": "1'234",
    "“半年”不认识": "半年",
    "“w”不认识": "3.2w",
    "“o”不认识": "3O",
    "“倍”不认识": "2倍",
    "“٣٧”不认识": "٣٧",  # digits of another script
    "“mm”不认识": "300 mm",  # not m and m, a million millions
    "不认识": "翻番 | 未知字样 | 不逾100 | not more than 100",  # 不 turns 逾 round
    "里面有年份": "二〇二一年 | 2021年 | 2016-2021",
    "有两个限定词": "超近300 | 约300余 | 近300多 | 100以上突破 | 超数百名",
    "既是区间又有限定词": "约30-35",
    "限定词不在它该在的一边": "100突破",
    "区间的两端不是从小到大": "35-30",
    "区间的两端不知道": "3万-5 | 3元-5万元 | 021-6234 | 三至四十家"
    " | 八至二十家 | 15至4百人",
    "横线的一边没有数字": "3- | —5% | 300-家",
    "还是减少到多少": "下降至20亿元 | 下降20亿元 | 下降至5% | decreased to 5 percent"
    " | 下降5%-10% | 党员-5名 | 增长至-5%",
    "分数前后的限定词没有读法": "近1/4",
    "分数里有零": "1/0",
    "不是完整的数字": "三四家 | 三百五 | 八九百家 | 百十家 | 千八百人",
    "前面没有数": "百家 | 万人",  # perhaps no more than "many"
    "数字太长": "12345678901234567890123456789",
    "名次": "第3名",
}

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


def cases(table):
    """Return each wording of a table with what the table says of it."""
    return [(one, said) for said, words in table.items() for one in words.split(" | ")]


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


@pytest.mark.parametrize(("printed", "said"), cases(READINGS))
def test_a_wording_has_the_reading_of_the_table(printed, said):
    figure = read_printed(printed)
    read = (figure.lower, figure.value, figure.upper)
    assert read == tuple(one if one is None else pytest.approx(one) for one in said[:3])
    assert (figure.qualifier, figure.unit) == said[3:]


@pytest.mark.parametrize(("printed", "reason"), cases(REFUSALS))
def test_a_wording_that_is_not_one_figure_is_refused_with_its_reason(printed, reason):
    with pytest.raises(ReadingError, match=reason):
        read_printed(printed)


def test_a_refusal_quotes_the_wording_and_says_why_in_both_languages():
    with pytest.raises(ReadingError) as told:
        read_printed("1,62")
    assert str(told.value) == (
        "“1,62”读不出一个数：里面不止一个数。请截取到一个数为止。"
        " [more than one number in '1,62']"
    )


def test_what_is_no_text_is_refused():
    with pytest.raises(ReadingError, match="没有字样"):
        read_printed(26.3)


@pytest.mark.parametrize(
    ("printed", "wide"),
    [
        ("近300家", 200),
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


# Laws.


@given(st.lists(ALPHABET, max_size=8).map("".join) | st.text(max_size=12))
def test_any_text_is_read_with_ordered_ends_or_refused(text):
    known = []
    with suppress(ReadingError):  # the law: this error or a reading
        known.append(read_printed(text))
    assert all(f.wide_lower <= f.lower <= f.upper for f in known)


@given(COUNT, st.sampled_from(sorted(HEDGES)))
def test_a_hedge_keeps_its_law_for_every_count(number, hedge):
    figure = read_printed(f"{hedge}{number}名")
    low, high = HEDGES[hedge]
    assert low * number <= figure.lower <= figure.upper <= high * number
    assert figure.lower <= figure.number <= figure.upper


@given(COUNT)
def test_duo_ends_above_the_number_and_within_its_double(number):
    figure = read_printed(f"{number}多名")
    assert number == figure.lower < figure.upper <= 2 * number


@given(COUNT, st.sampled_from(["超過{}億元", "約{}萬人", "{}餘個", "近{}家企業"]))
def test_traditional_and_full_width_read_like_simplified_and_half_width(number, words):
    simple = words.translate(str.maketrans("過億約萬餘個業", "过亿约万余个业"))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in str(number))
    first, second = (
        read_printed(w) for w in (words.format(wide), simple.format(number))
    )
    fields = ("lower", "value", "upper", "qualifier", "unit", "number")
    assert [getattr(first, one) for one in fields] == [
        getattr(second, one) for one in fields
    ]


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
        ("零万", 0),
    ],
)
def test_a_chinese_numeral_has_its_value(written, number):
    assert read_chinese(written)[0] == number
