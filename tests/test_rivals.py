"""The rivals are those that the record shows, each with its words and its source."""

import re
import shutil
from pathlib import Path

import pytest

from hengstats.dataset import read_dataset
from hengstats.errors import DataError
from hengstats.evidence.rivals import explain_rivals

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


def words(rivals, rival):
    """Return the wordings of one rival alone."""
    return [row[-1] for row in printed(rivals, rival)]


def test_the_columns_are_those_promised(rivals):
    assert list(rivals) == COLUMNS


def test_the_rivals_come_in_the_order_of_the_file(rivals):
    assert rivals["rival"].unique().tolist() == [
        "renovation",
        "owner_rents",
        "luxury_boom",
        "definition",
        "first_year",
        "before_committee",
        "area",
        "selection",
    ]


def test_every_row_of_the_file_is_shown(rivals):
    assert len(rivals) == len(read_dataset("plaza66").rivals)


def test_every_figure_stands_in_its_quote(rivals):
    pairs = zip(rivals["printed"], rivals["quote"], strict=True)
    assert [figure for figure, quote in pairs if figure not in quote] == []


@pytest.mark.parametrize("column", ["printed", "publisher", "standing", "quote"])
def test_no_row_is_without_words_or_source(rivals, column):
    assert (rivals[column] != "").all()


def test_the_year_that_is_higher_is_printed_in_the_words_of_the_economic_daily(rivals):
    # 经济日报, 2012-05-04, page 10: 去年税收总额达到29.7亿元.
    row = rivals.query("rival == 'first_year' and period == '2011'").iloc[0]
    assert row[
        ["printed", "source", "publisher", "published", "standing"]
    ].tolist() == [
        "税收总额达到29.7亿元",
        "ce-2012",
        "经济日报 第10版",
        "2012-05-04",
        "press",
    ]


def test_the_year_that_the_case_study_begins_with_is_lower(rivals):
    assert words(rivals, "first_year") == ["税收总额达到29.7亿元", "26.3億元"]


def test_the_works_are_an_event_in_the_words_of_the_owner(rivals):
    assert printed(rivals, "renovation")[0] == [
        "plaza66",
        "",
        "2015-06",
        "Plaza 66 started its enhancement work last June",
    ]


def test_rent_rose_during_and_after_the_works(rivals):
    # 智通财经 2017-07-28; 恒隆2019年中期业绩会.
    assert {"同比增长23%", "年租金增长20%多", "租金仍增长11%"} <= set(
        words(rivals, "renovation")
    )


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


def test_the_offices_of_the_owner_rose_little(rivals):
    # 财华社 2020-01: 办公楼合共仍录得2%的稳定收入增长.
    assert [
        "shanghai-offices-hl",
        "rent_office_growth",
        "2019",
        "2%的稳定收入增长",
    ] in printed(rivals, "owner_rents")


def test_tenant_sales_stand_for_the_luxury_boom(rivals):
    assert {"租户销售37%", "同比增长20%", "up 25 percent"} <= set(
        words(rivals, "luxury_boom")
    )


def test_one_source_alone_speaks_of_business_income_tax(rivals):
    said = rivals.query("rival == 'definition'").set_index("source")["printed"]
    assert said[said.str.contains("income tax")].index.tolist() == ["shine-2024-03"]


def test_the_leap_that_nobody_explains_is_shown_with_both_its_ends(rivals):
    assert words(rivals, "definition")[:2] == ["49.3億元", "“百億樓”的裡程碑"]


def test_growth_before_the_committee_ends_with_its_founding(rivals):
    rows = printed(rivals, "before_committee")
    assert [row[2] for row in rows] == ["2016", "2017", "2018-06-28", "2018-06-28"]


def test_the_branches_before_the_committee_are_shown(rivals):
    assert "13個“兩新”黨支部" in words(rivals, "before_committee")


def test_the_district_falls_while_other_buildings_rise(rivals):
    assert {"50億元", "“百亿楼”", "increase of 5.5%", "同比下降2.4%"} <= set(
        words(rivals, "area")
    )


def test_the_selection_shows_who_praises(rivals):
    row = rivals.query("rival == 'selection' and entity == 'plaza66'").iloc[0]
    assert (row["source"], row["standing"]) == ("people-2022", "interested")


def test_only_what_was_published_by_a_date_is_shown():
    # 经济日报 2012, 恒隆 2016-01-28, 智通财经 2017-07-28; the case study is of 2022.
    known = explain_rivals("plaza66", as_of="2018-12-31")
    assert set(known["source"]) == {"ce-2012", "hl-press-2016", "zhitong-2017"}


def test_evidence_of_the_comparators_keeps_to_the_date_too():
    known = explain_rivals("plaza66", as_of="2017-07-28")
    assert "grand-gateway66" in set(known["entity"])
    before = explain_rivals("plaza66", as_of="2017-07-27")
    assert "grand-gateway66" not in set(before["entity"])


def test_before_the_first_publication_no_rival_is_shown():
    assert len(explain_rivals("plaza66", as_of="2012-05-03")) == 0


@pytest.mark.parametrize("dataset", ["comparators", "illustrative-district"])
def test_a_dataset_that_names_no_rivals_has_an_empty_table(dataset):
    assert list(explain_rivals(dataset)) == COLUMNS
    assert len(explain_rivals(dataset)) == 0


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_explanation_is_in_the_language_asked_for(lang):
    told = explain_rivals("plaza66", lang=lang)["explanation"]
    assert told.tolist() == read_dataset("plaza66").rivals[lang].tolist()


def test_the_explanation_is_in_simplified_script_unless_asked(rivals):
    assert rivals["explanation"].iloc[0].startswith("商场翻新：")


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="没有“fr”这种语言"):
        explain_rivals("plaza66", lang="fr")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rival_has_one_sentence_of_its_own(lang):
    told = read_dataset("plaza66").rivals.groupby("rival")[lang].unique()
    assert told.str.len().eq(1).all()
    assert told.str[0].is_unique


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_figure_is_typed_into_a_sentence(lang):
    assert not read_dataset("plaza66").rivals[lang].str.contains(r"\d").any()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_promises_a_cause(lang):
    banned = (
        "导致|導致|造成|促使|带动|帶動|推动|推動|原因|cause|because of|due to|drove"
    )
    told = read_dataset("plaza66").rivals[lang]
    assert told[told.str.contains(banned, flags=re.IGNORECASE)].tolist() == []


# GB 2312 has no Traditional characters, Big5 no simplified ones.
@pytest.mark.parametrize(
    ("lang", "script"), [("zh-Hans", "gb2312"), ("zh-Hant", "big5")]
)
def test_each_sentence_is_in_its_own_script(lang, script):
    told = read_dataset("plaza66").rivals[lang]
    assert told.str.encode(script).str.decode(script).tolist() == told.tolist()


@pytest.fixture
def tower(tmp_path):
    """Return a function that gives the illustrative tower rivals of its own."""

    def tower(rows):
        folder = tmp_path / "illustrative"
        shutil.copytree(DATA / "illustrative", folder)
        (folder / "rivals.csv").write_text(HEAD + rows, encoding="utf-8")
        return str(folder)

    return tower


def test_the_evidence_of_an_invented_building_says_that_it_is_invented(tower):
    row = explain_rivals(tower(SHOCK)).iloc[0]
    assert row["quote"].startswith("示例数据：示例大厦2020年")


POINTER = r"entity\+measure\+period\+source"


@pytest.mark.parametrize(
    ("rows", "row", "column", "fault"),
    [
        (SHOCK.replace(",2020,", ",2030,"), 2, POINTER, "指到 0 条记录或事件"),
        (SHOCK.replace("events", ""), 2, POINTER, "指到 0 条记录或事件"),
        (SHOCK.replace(",,", ",comparators,", 1), 2, "dataset", "不是这里的对照数据集"),
        (SHOCK + SHOCK.replace("2020", "2019"), 3, POINTER, "指到 0 条记录或事件"),
        (SHOCK + SHOCK, 3, rf"rival\+dataset\+{POINTER}", "重复了"),
        (SHOCK.replace(",C", ","), 2, "en", "没有写"),
        (
            SHOCK + SHOCK.replace("events", "attendances").replace("乙", "丙"),
            3,
            "zh-Hant",
            "在前面的行里是另一句话",
        ),
    ],
)
def test_a_row_at_fault_is_refused_with_its_place(tower, rows, row, column, fault):
    place = rf"\[illustrative/rivals\.csv, row {row}, column {column}\]"
    with pytest.raises(DataError, match=f"{fault}.*{place}"):
        read_dataset(tower(rows))


@pytest.fixture
def plaza66(tmp_path):
    """Return a function that gives a copy of plaza66 one rival of its own."""

    def plaza66(pointer):
        folder = tmp_path / "plaza66"
        shutil.copytree(DATA / "plaza66", folder)
        (folder / "rivals.csv").write_text(f"{HEAD}r,{pointer},甲,乙,C\n", "utf-8")
        return str(folder)

    return plaza66


@pytest.mark.parametrize(
    ("pointer", "hits"),
    [
        (",plaza66,,2021,people-2022", 2),  # the station moves, and tax reaches a level
        (
            ",plaza66,tax_revenue,2019,record-search",
            0,
        ),  # what was not found proves none
        (",grand-gateway66,rent_mall,2021,bof-2022", 0),  # it is a comparator's record
        ("comparators,plaza66,tax_revenue,2016,people-2022", 0),
    ],
)
def test_a_pointer_leads_to_exactly_one_row(plaza66, pointer, hits):
    place = rf"\[plaza66/rivals\.csv, row 2, column {POINTER}\]"
    with pytest.raises(DataError, match=f"指到 {hits} 条记录或事件.*{place}"):
        read_dataset(plaza66(pointer))


def test_a_pointer_may_lead_to_a_record_of_a_comparator(plaza66):
    folder = plaza66("comparators,grand-gateway66,rent_mall,2021,bof-2022")
    assert explain_rivals(folder)["printed"].tolist() == ["1.16 billion yuan"]


def test_the_same_record_may_speak_for_two_rivals(rivals):
    first = rivals.query("measure == 'tax_revenue' and period == '2016'")
    assert first["rival"].tolist() == ["first_year", "before_committee"]


def test_evidence_says_whose_figure_of_what_and_when():
    rivals = explain_rivals("plaza66").set_index(["rival", "source"])
    told = rivals.loc[("first_year", "ce-2012"), "evidence"]
    assert told == "上海恒隆广场、楼宇税收、2011"
