"""The rivals are those that the record shows, each with its words and its source."""

import re
import shutil
from pathlib import Path

import pytest

from hengstats import DataError, explain_rivals
from hengstats.dataset import read_dataset

DATA = Path(__file__).parents[1] / "data"
COLUMNS = (
    "rival explanation evidence measure entity period printed source publisher"
    " published standing quote"
).split()
LANGUAGES = ["zh-Hans", "zh-Hant", "en"]
HEAD = "rival,dataset,entity,measure,period,source,zh-Hans,zh-Hant,en\n"
SHOCK = "shock,,illustrative-tower,events,2020,illustrative-2021,示例：甲,示例：乙,C\n"


@pytest.fixture(scope="module")
def rivals():
    return explain_rivals("plaza66")


def printed(rivals, rival):
    """Return entity, measure, period and wording of the evidence of one rival."""
    rows = rivals[rivals["rival"] == rival]
    return rows[["entity", "measure", "period", "printed"]].to_numpy().tolist()


def test_the_rivals_come_in_the_order_of_the_file_every_row_of_it(rivals):
    assert list(rivals) == COLUMNS
    assert (
        rivals["rival"].unique().tolist()
        == (
            "renovation owner_rents luxury_boom definition first_year before_committee"
            " area district selection"
        ).split()
    )
    assert len(rivals) == len(read_dataset("plaza66").rivals)


def test_every_row_has_words_a_source_and_a_quote_that_holds_them(rivals):
    pairs = zip(rivals["printed"], rivals["quote"], strict=True)
    assert [figure for figure, quote in pairs if figure not in quote] == []
    words = rivals[["printed", "publisher", "standing", "quote"]]
    assert (words != "").all(axis=None)


def test_evidence_says_whose_figure_of_what_when_and_in_whose_words(rivals):
    # 经济日报, 2012-05-04, page 10: 去年税收总额达到29.7亿元.
    row = rivals.query("rival == 'first_year' and period == '2011'").iloc[0]
    assert row["evidence"] == "上海恒隆广场、楼宇税收、2011"
    told = row[["printed", "source", "publisher", "published", "standing"]].tolist()
    assert told == [
        "税收总额达到29.7亿元",
        "ce-2012",
        "经济日报 第10版",
        "2012-05-04",
        "press",
    ]


@pytest.mark.parametrize(
    ("rival", "words"),
    [
        ("first_year", ["税收总额达到29.7亿元", "26.3億元"]),
        # 智通财经 2017-07-28; 恒隆2019年中期业绩会: during and after the works.
        ("renovation", ["同比增长23%", "年租金增长20%多", "租金仍增长11%"]),
        ("luxury_boom", ["租户销售37%", "同比增长20%", "up 25 percent"]),
        ("definition", ["49.3億元", "“百億樓”的裡程碑"]),
        ("before_committee", ["13個“兩新”黨支部"]),
        ("district", ["685.59亿元", "841.80億元", "同比增長22.74%", "49.3億元"]),
        ("area", ["50億元", "“百亿楼”", "increase of 5.5%", "同比下降2.4%"]),
    ],
)
def test_a_rival_shows_these_wordings(rivals, rival, words):
    assert set(words) <= {row[-1] for row in printed(rivals, rival)}


@pytest.mark.parametrize(
    ("rival", "row"),
    [
        # the works are an event in the words of the owner
        (
            "renovation",
            "plaza66||2015-06|Plaza 66 started its enhancement work last June",
        ),
        # 财华社 2020-01: 办公楼合共仍录得2%的稳定收入增长.
        ("owner_rents", "shanghai-offices-hl|rent_office_growth|2019|2%的稳定收入增长"),
    ],
)
def test_a_rival_shows_whose_figure_of_what_and_when(rivals, rival, row):
    assert row.split("|") in printed(rivals, rival)


@pytest.mark.parametrize(
    ("period", "here", "there"),
    [
        ("2017-H1", "销售增长29%", "下跌分别5%"),  # the half-year in which they part
        ("2019", "增幅达14%", "取得6%升幅"),
        ("2020", "同比增长20%", "同比增长10%"),
        ("2021", "up 25 percent", "18 percent"),
    ],
)
def test_the_two_properties_of_the_owner_stand_side_by_side(
    rivals, period, here, there
):
    rows = [row for row in printed(rivals, "owner_rents") if row[2] == period]
    pair = {row[0]: row[3] for row in rows}
    assert (pair["plaza66"], pair["grand-gateway66"]) == (here, there)


def test_one_source_alone_speaks_of_business_income_tax(rivals):
    said = rivals.query("rival == 'definition'").set_index("source")["printed"]
    assert said[said.str.contains("income tax")].index.tolist() == ["shine-2024-03"]


def test_a_record_may_speak_for_two_rivals_and_shows_who_praises(rivals):
    first = rivals.query("measure == 'tax_revenue' and period == '2016'")
    assert first["rival"].tolist() == ["first_year", "before_committee"]
    periods = [row[2] for row in printed(rivals, "before_committee")]
    assert periods == ["2016", "2017", "2018-06-28", "2018-06-28"]  # its founding
    row = rivals.query("rival == 'selection' and entity == 'plaza66'").iloc[0]
    assert (row["source"], row["standing"]) == ("people-2022", "interested")


def test_only_what_was_published_by_a_date_is_shown():
    # 经济日报 2012, 恒隆 2016-01-28, 智通财经 2017-07-28; the case study is of 2022.
    known = explain_rivals("plaza66", as_of="2018-12-31")
    # The district's report of 16 January 2018 gives its tax of 2017.
    told = {"ce-2012", "hl-press-2016", "zhitong-2017", "jingan-report-2018"}
    assert set(known["source"]) == told
    assert len(explain_rivals("plaza66", as_of="2012-05-03")) == 0


@pytest.mark.parametrize(
    ("as_of", "there"), [("2017-07-28", True), ("2017-07-27", False)]
)
def test_evidence_of_the_comparators_keeps_to_the_date_too(as_of, there):
    known = set(explain_rivals("plaza66", as_of=as_of)["entity"])
    assert ("grand-gateway66" in known) == there


def test_a_dataset_that_names_no_rivals_has_an_empty_table():
    empty = explain_rivals("comparators")
    assert (list(empty), len(empty)) == (COLUMNS, 0)


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="没有“fr”这种语言"):
        explain_rivals("plaza66", lang="fr")


# GB 2312 has no Traditional characters, Big5 no simplified ones.
@pytest.mark.parametrize(
    ("lang", "script"), [("zh-Hans", "gb2312"), ("zh-Hant", "big5"), ("en", "ascii")]
)
def test_each_rival_has_one_sentence_without_figure_or_cause_in_its_script(
    lang, script
):
    file = read_dataset("plaza66").rivals
    assert explain_rivals("plaza66", lang=lang)["explanation"].tolist() == (
        file[lang].tolist()
    )
    each = file.groupby("rival")[lang].unique()
    assert each.str.len().eq(1).all() and each.str[0].is_unique
    cause = "导致|導致|造成|促使|带动|帶動|推动|推動|原因|cause|because of|due to|drove"
    assert file[lang][file[lang].str.contains(rf"\d|{cause}", flags=re.I)].empty
    told = file[lang].str.replace("’", "'").str.replace("–", "-")
    assert told.str.encode(script).str.decode(script).tolist() == told.tolist()


# A dataset of the user's own


@pytest.fixture
def copy(tmp_path):
    """Return a function that gives a copy of a dataset rivals of its own."""

    def copy(name, rows):
        folder = tmp_path / name
        shutil.copytree(DATA / name, folder)
        (folder / "rivals.csv").write_text(HEAD + rows, encoding="utf-8")
        return str(folder)

    return copy


def test_the_evidence_of_an_invented_building_says_that_it_is_invented(copy):
    row = explain_rivals(copy("illustrative", SHOCK)).iloc[0]
    assert row["quote"].startswith("示例数据：示例大厦2020年")


def test_a_pointer_may_lead_to_a_record_of_a_comparator(copy):
    pointer = "r,comparators,grand-gateway66,rent_mall,2021,bof-2022,甲,乙,C\n"
    found = explain_rivals(copy("plaza66", pointer))
    assert found["printed"].tolist() == ["1.16 billion yuan"]


POINTER = r"entity\+measure\+period\+source"
OTHER = SHOCK.replace("events", "attendances").replace("乙", "丙")


@pytest.mark.parametrize(
    ("rows", "row", "column", "fault"),
    [
        (SHOCK.replace(",2020,", ",2030,"), 2, POINTER, "指到 0 条记录或事件"),
        (SHOCK.replace("events", ""), 2, POINTER, "指到 0 条记录或事件"),
        (SHOCK.replace(",,", ",comparators,", 1), 2, "dataset", "不是这里的对照数据集"),
        (SHOCK + SHOCK.replace("2020", "2019"), 3, POINTER, "指到 0 条记录或事件"),
        (SHOCK + SHOCK, 3, rf"rival\+dataset\+{POINTER}", "重复了"),
        (SHOCK.replace(",C", ","), 2, "en", "没有写"),
        (SHOCK + OTHER, 3, "zh-Hant", "在前面的行里是另一句话"),
    ],
)
def test_a_row_at_fault_is_refused_with_its_place(copy, rows, row, column, fault):
    place = rf"\[illustrative/rivals\.csv, row {row}, column {column}\]"
    with pytest.raises(DataError, match=f"{fault}.*{place}"):
        read_dataset(copy("illustrative", rows))


@pytest.mark.parametrize(
    ("pointer", "hits"),
    [
        (",plaza66,,2021,people-2022", 2),  # the station moves, and tax reaches a level
        (",plaza66,tax_revenue,2019,record-search", 0),  # not found proves nothing
        (",grand-gateway66,rent_mall,2021,bof-2022", 0),  # it is a comparator's record
        ("comparators,plaza66,tax_revenue,2016,people-2022", 0),
    ],
)
def test_a_pointer_leads_to_exactly_one_row(copy, pointer, hits):
    place = rf"\[plaza66/rivals\.csv, row 2, column {POINTER}\]"
    with pytest.raises(DataError, match=f"指到 {hits} 条记录或事件.*{place}"):
        read_dataset(copy("plaza66", f"r,{pointer},甲,乙,C\n"))
