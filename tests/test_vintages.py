"""A later vintage takes the place of an earlier one, and neither is ever lost."""

import itertools

import pandas as pd
import pytest

from hengstats.dataset import load_records, load_sources, read_dataset
from hengstats.errors import DataError
from hengstats.figures import conflicts, load_figures
from hengstats.vintages import (
    Head,
    Vintage,
    checksum,
    dump_head,
    dump_part,
    parse_head,
    read_head,
    read_part,
)

RECORD = "entity,measure,period,printed,value,qualifier,unit,source,quote\n"
SOURCES = "source,title,publisher,published,address,standing,kind\n"
CODEBOOK = """measure,topic,unit,basis,years,precision,definition
tax,tax,100 million yuan,year,,exact,Tax
"""
HAND = "示例甲楼,tax,2020,9亿元,9,exact,100 million yuan,book,税收9亿元\n"
BOOK = "book,T,P,2022-01-01,,press,published\n"


def vintage(figures, **told):
    """Return a vintage of (building, year, number) in 亿元, and its records."""
    name = told.setdefault("source", f"sheet-{told.get('published', 'x')}")
    records = pd.DataFrame(
        [
            f"{who},tax,{year},{number}亿元,{number},exact,100 million yuan,"
            f"{name},税收：{number}亿元".split(",")
            for who, year, number in figures
        ],
        columns=RECORD.strip().split(","),
    )
    data = dump_part(records)
    blank = {
        "title": "示例表",
        "publisher": "示例街道",
        "published": "",
        "recorded": "2022-04-01T01:02:03Z",
        "standing": "primary",
        "kind": "published",
        "reason": "",
        "files": ({"name": "a.xlsx", "sha256": "0" * 64},),
        "part": checksum(data),
        "names": {who: who for who, _, _ in figures},
        "blank": {},
        "withdrawn": {},
    }
    return Vintage(**blank | told), data


@pytest.fixture
def store(tmp_path):
    """Return a function that writes a dataset with some vintages."""

    def store(*vintages, records="", sources="", entities=None):
        (tmp_path / "parts").mkdir(exist_ok=True)
        (tmp_path / "records.csv").write_text(RECORD + records, "utf-8")
        (tmp_path / "sources.csv").write_text(SOURCES + sources, "utf-8")
        (tmp_path / "codebook.csv").write_text(CODEBOOK, "utf-8")
        if entities:
            (tmp_path / "entities.csv").write_text(entities, "utf-8")
        for one, data in vintages:
            (tmp_path / "parts" / f"{one.part}.csv").write_bytes(data)
        head = Head(vintages=tuple(one for one, _ in vintages))
        (tmp_path / "head.json").write_bytes(dump_head(head))
        return str(tmp_path)

    return store


FIRST = vintage([("示例甲楼", 2020, 1), ("示例甲楼", 2021, 2)], published="2022-03-31")
SECOND = vintage([("示例甲楼", 2021, 3)], published="2023-03-31")


def values(dataset, as_of=None):
    """Return the accepted values by year."""
    figures = load_figures(dataset, as_of=as_of)
    return dict(zip(figures["year"], figures["value"], strict=True))


def test_a_later_vintage_revises_and_leaves_the_rest(store):
    assert values(store(FIRST, SECOND)) == {2020: 1.0, 2021: 3.0}


def test_the_earlier_vintage_is_what_was_known_before(store):
    assert values(store(FIRST, SECOND), "2023-03-30") == {2020: 1.0, 2021: 2.0}


def test_nothing_was_known_before_the_first_vintage(store):
    assert values(store(FIRST, SECOND), "2022-03-30") == {}


def test_every_vintage_is_shown_with_its_number(store):
    records = load_records(store(FIRST, SECOND))
    shown = records[["period", "vintage", "stands"]].to_numpy().tolist()
    assert shown == [["2020", 1, True], ["2021", 1, False], ["2021", 2, True]]


def test_a_late_arrival_does_not_take_the_place_of_a_later_publication(store):
    assert values(store(SECOND, FIRST)) == {2020: 1.0, 2021: 3.0}


def test_of_two_published_on_one_day_the_later_recorded_stands(store):
    again = vintage([("示例甲楼", 2021, 4)], published="2023-03-31", source="again")
    assert values(store(SECOND, again)) == {2021: 4.0}


def test_a_month_is_later_than_a_day_in_it(store):
    # A month counts as its last day: 2023-03 is 2023-03-31, after the 30th.
    day = vintage([("示例甲楼", 2021, 5)], published="2023-03-30", source="day")
    told = {"published": "2023-03", "recorded": "2023-04-01T01:02:03Z"}
    month = vintage([("示例甲楼", 2021, 6)], source="month", **told)
    assert values(store(month, day)) == {2021: 6.0}


@pytest.mark.parametrize("published", ["2023", "2023-03"])
def test_a_month_or_year_is_not_later_than_the_day_it_was_recorded(store, published):
    told = {"published": published, "recorded": "2023-03-10T01:02:03Z"}
    early = vintage([("示例甲楼", 2021, 6)], source="early", **told)
    day = vintage([("示例甲楼", 2021, 5)], published="2023-03-20", source="day")
    dataset = store(early, day)
    assert (values(dataset), values(dataset, "2023-03-10")) == (
        {2021: 5.0},
        {2021: 6.0},
    )


def test_the_day_of_recording_is_that_of_shanghai(store):
    # 22:30 UTC on 31 March is 6:30 on 1 April in Shanghai.
    dataset = store(vintage([("示例甲楼", 2021, 7)], recorded="2022-03-31T22:30:00Z"))
    assert values(dataset, "2022-03-31") == {}


def voice(number, published, publisher, standing):
    """Return a vintage of one figure: who says it, when and how reliably."""
    who = f"{published}-{publisher}"
    told = {"publisher": publisher, "standing": standing, "source": who}
    return vintage([("示例甲楼", 2021, number)], published=published, **told)


def test_a_weaker_voice_of_another_publisher_does_not_overrule(store):
    first = voice(1, "2022-03-31", "示例一局", "primary")
    later = voice(2, "2023-03-31", "示例二报", "press")
    assert values(store(first, later)) == {2021: 1.0}


def test_a_weaker_voice_of_another_publisher_stands_beside_the_first(store):
    first = voice(1, "2022-03-31", "示例一局", "primary")
    later = voice(2, "2023-03-31", "示例二报", "press")
    told = conflicts(store(first, later))
    assert told[["printed", "accepted", "rule"]].to_numpy().tolist() == [
        ["1亿元", True, "standing"],
        ["2亿元", False, "standing"],
    ]


@pytest.mark.parametrize(
    ("publisher", "standing"),
    [
        ("示例一局", "weak"),
        ("", "weak"),
        ("示例二报", "press"),
        ("示例二报", "primary"),
    ],
    ids=["same publisher", "unsigned", "as reliable", "more reliable"],
)
def test_any_other_later_voice_overrules(store, publisher, standing):
    first = voice(1, "2022-03-31", "示例一局", "press")
    later = voice(2, "2023-03-31", publisher, standing)
    dataset = store(first, later)
    assert (values(dataset), len(conflicts(dataset))) == ({2021: 2.0}, 0)


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_a_voice_that_stood_beside_another_is_revised_by_its_own(store, order):
    three = [
        voice(1, "2022-03-31", "示例一局", "primary"),
        voice(2, "2023-03-31", "示例二报", "press"),
        voice(3, "2024-03-31", "示例二报", "press"),
    ]
    told = conflicts(store(*[three[i] for i in order]))
    assert told["printed"].tolist() == ["1亿元", "3亿元"]


@pytest.mark.parametrize(
    ("publisher", "left"), [("示例街道", {}), ("", {}), ("示例二街道", {2020: 1.0})]
)
def test_a_withdrawal_ends_only_what_its_own_publisher_said(store, publisher, left):
    told = {"published": "2023-03-31", "withdrawn": {"示例甲楼": [2020, 2021]}}
    other = vintage([("示例乙楼", 2021, 8)], publisher=publisher, **told)
    figures = load_figures(store(FIRST, other)).query("entity == '示例甲楼'")
    kept = dict(zip(figures["year"], figures["value"], strict=True))
    assert {year: value for year, value in kept.items() if year == 2020} == left


def test_a_vintage_without_a_date_is_known_from_the_day_it_was_recorded(store):
    dataset = store(vintage([("示例甲楼", 2021, 7)]))
    seen = [values(dataset, day) for day in ("2022-03-31", "2022-04-01")]
    assert seen == [{}, {2021: 7.0}]


def test_revisions_are_no_conflicts(store):
    assert len(conflicts(store(FIRST, SECOND))) == 0


def test_a_hand_kept_record_competes_with_the_vintage_that_stands(store):
    # A sheet is primary, the book is press: the better standing is accepted.
    told = conflicts(store(FIRST, records=HAND, sources=BOOK))
    accepted = told.set_index("source")["accepted"].to_dict()
    assert accepted == {"book": False, "sheet-2022-03-31": True}


def test_what_is_withdrawn_is_gone_from_then_on_and_was_there_before(store):
    taken = {"示例甲楼": [2021]}
    other = vintage([("示例乙楼", 2021, 8)], published="2023-03-31", withdrawn=taken)
    dataset = store(FIRST, other)
    kept = load_figures(dataset)[["entity", "year"]].to_numpy().tolist()
    assert (kept, values(dataset, "2023-03-30")) == (
        [["示例甲楼", 2020], ["示例乙楼", 2021]],
        {2020: 1.0, 2021: 2.0},
    )


def test_a_withdrawal_ends_only_the_measures_it_lists(store):
    told = {"published": "2023-03-31", "withdrawn": {"示例甲楼": [2020, 2021]}}
    other = vintage([("示例乙楼", 2021, 8)], measures=("members",), **told)
    figures = load_figures(store(FIRST, other)).query("entity == '示例甲楼'")
    assert figures["value"].tolist() == [1.0, 2.0]


def test_a_withdrawn_building_may_come_back(store):
    taken = {"示例甲楼": [2020, 2021]}
    none = vintage([("示例乙楼", 2021, 8)], published="2023-03-31", withdrawn=taken)
    back = vintage([("示例甲楼", 2021, 9)], published="2024-03-31")
    figures = load_figures(store(FIRST, none, back)).query("entity == '示例甲楼'")
    assert figures[["year", "value"]].to_numpy().tolist() == [[2021, 9.0]]


def test_the_latest_name_is_the_name(store):
    renamed = vintage(
        [("示例甲楼", 2022, 3)], published="2023-03-31", names={"示例新楼": "示例甲楼"}
    )
    entities = read_dataset(store(FIRST, renamed)).entities.to_numpy().tolist()
    assert entities == [["示例甲楼", "building", "示例新楼", "示例新楼", "示例新楼"]]


def test_an_entity_kept_by_hand_keeps_its_names(store):
    head = "entity,kind,zh-Hans,zh-Hant,en\n"
    dataset = store(FIRST, entities=head + "示例甲楼,building,示例,示例,Example\n")
    assert read_dataset(dataset).entities["en"].tolist() == ["Example"]


def test_sources_include_the_vintages(store):
    sources = load_sources(store(FIRST, records=HAND, sources=BOOK))
    shown = sources[["source", "publisher", "figures"]].to_numpy().tolist()
    assert shown == [["book", "P", 1], ["sheet-2022-03-31", "示例街道", 2]]


def test_where_nobody_signed_the_sheet_speaks_for_itself(store):
    unsigned = vintage([("示例甲楼", 2021, 3)], publisher="", title="某表")
    assert load_sources(store(unsigned))["publisher"].tolist() == ["某表"]


@pytest.mark.parametrize(("count", "known"), [(0, []), (1, [1]), (None, [1, 2])])
def test_the_first_vintages_can_be_read_alone(store, count, known):
    data = read_dataset(store(FIRST, SECOND), vintages=count)
    assert data.vintages["vintage"].tolist() == known


def test_minus_one_vintage_is_refused(store):
    with pytest.raises(DataError, match="vintages=“-1”不是个数"):
        read_dataset(store(FIRST), vintages=-1)


def test_one_invented_vintage_makes_the_dataset_illustrative(store):
    invented = vintage([("示例甲楼", 2021, 3)], kind="illustrative")
    assert read_dataset(store(invented)).illustrative


def test_an_empty_dataset_has_no_figures(store):
    assert load_figures(store()).empty


def test_a_record_of_a_part_is_checked_like_any_other(store):
    wrong = vintage([("示例甲楼", 2021, "3万")], published="2023-03-31")
    with pytest.raises(DataError, match=f"parts/{wrong[0].part[:12]} 第 2 行"):
        read_dataset(store(wrong))


def test_a_part_of_a_measure_that_is_gone_is_refused(store, tmp_path):
    dataset = store(FIRST)
    (tmp_path / "codebook.csv").write_text(CODEBOOK.replace("\ntax", "\nlevy"), "utf-8")
    with pytest.raises(DataError, match=f"parts/{FIRST[0].part[:12]}.*“tax”不认识"):
        read_dataset(dataset)


def test_a_name_is_the_one_known_on_the_date(store):
    renamed = vintage(
        [("示例甲楼", 2022, 3)], published="2023-03-31", names={"示例新楼": "示例甲楼"}
    )
    before = read_dataset(store(FIRST, renamed), as_of="2022-12-31")
    assert before.entities["zh-Hans"].tolist() == ["示例甲楼"]


def test_an_old_sheet_that_comes_late_does_not_bring_back_the_old_name(store):
    renamed = vintage(
        [("示例甲楼", 2022, 3)], published="2023-03-31", names={"示例新楼": "示例甲楼"}
    )
    names = read_dataset(store(renamed, FIRST)).entities["zh-Hans"].tolist()
    assert names == ["示例新楼"]


def test_a_formula_survives_the_part(tmp_path):
    one, data = vintage([("=cmd|示例", 2021, 3)])
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / f"{one.part}.csv").write_bytes(data)
    assert (b"'=cmd" in data, read_part(tmp_path, one.part)["entity"][0]) == (
        True,
        "=cmd|示例",
    )


def test_a_damaged_part_is_named(store, tmp_path):
    dataset = store(FIRST)
    path = tmp_path / "parts" / f"{FIRST[0].part}.csv"
    path.write_bytes(FIRST[1].replace(b"2022", b"2023"))
    with pytest.raises(
        DataError, match=rf"parts/{FIRST[0].part}.csv.*hengstats verify"
    ):
        read_dataset(dataset)


def test_a_missing_part_is_named(store, tmp_path):
    dataset = store(FIRST)
    (tmp_path / "parts" / f"{FIRST[0].part}.csv").unlink()
    with pytest.raises(DataError, match="里缺少 parts/"):
        read_dataset(dataset)


def test_parts_without_a_head_are_a_loss_and_said_so(store, tmp_path):
    dataset = store(FIRST)
    (tmp_path / "head.json").unlink()
    with pytest.raises(DataError, match="里有 parts/ 却没有"):
        read_dataset(dataset)


def test_a_folder_without_vintages_has_an_empty_head(tmp_path):
    assert read_head(tmp_path) == Head()


def test_every_flipped_bit_of_a_head_is_found():
    data = dump_head(Head(vintages=(FIRST[0],), watched={"records.csv": "0" * 64}))
    found = 0
    for place in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises(DataError):
            parse_head(bytes(flipped), "示例")
        found += 1
    assert found == len(data) * 8


def test_a_head_is_read_back_as_it_was_written():
    head = Head(vintages=(FIRST[0], SECOND[0]), watched={"records.csv": "0" * 64})
    assert parse_head(dump_head(head), "示例") == head


@pytest.mark.parametrize("rare", [{"partial": True}, {"measures": ("tax",)}])
def test_what_is_rare_is_said_in_the_head_and_only_where_it_is_so(rare):
    told = vintage([("示例甲楼", 2021, 3)], **rare)[0]
    data = dump_head(Head(vintages=(FIRST[0], told)))
    count = data.count(f'"{next(iter(rare))}"'.encode())
    assert (parse_head(data, "示例").vintages, count) == ((FIRST[0], told), 1)


def test_a_head_of_a_later_format_asks_for_an_update():
    data = b'{\n "format": 2\n}\n'
    with pytest.raises(DataError, match="请先更新 hengstats"):
        parse_head(data, "示例")
