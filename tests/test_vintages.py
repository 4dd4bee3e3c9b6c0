"""A later vintage takes the place of an earlier one, and neither is ever lost."""

import itertools
from dataclasses import replace

import pytest

from hengstats.dataset import load_records, load_sources, read_dataset
from hengstats.errors import DataError
from hengstats.figures import conflicts, load_figures
from hengstats.vintages import Vintage, dump_vintage, place_of, read_vintages

RECORD = "entity,measure,period,printed,value,qualifier,unit,source,quote\n"
SOURCES = "source,title,publisher,published,address,standing,kind\n"
CODEBOOK = """measure,topic,unit,basis,years,precision,definition
tax,tax,100 million yuan,year,,exact,Tax
"""
HAND = "示例甲楼,tax,2020,9亿元,9,exact,100 million yuan,book,税收9亿元\n"
BOOK = "book,T,P,2022-01-01,,press,published\n"


def vintage(figures, **said):
    """Return a vintage of (building, year, number) in 亿元."""
    unit = "100 million yuan"
    usual = {
        "source": f"sheet-{said.get('published', 'x')}",
        "title": "示例表",
        "publisher": "示例街道",
        "published": "",
        "recorded": "2022-04-01T01:02:03Z",
        "standing": "primary",
        "kind": "published",
        "reason": "",
        "measures": [],
        "files": [{"name": "a.xlsx", "sha256": "0" * 64}],
        "names": {who: who for who, _, _ in figures},
        "records": [
            [who, "tax", str(year), f"{n}亿元", str(n), "exact", unit, f"税收：{n}亿元"]
            for who, year, n in figures
        ],
    }
    return Vintage(**usual | said)


@pytest.fixture
def store(tmp_path):
    """Return a function that writes a dataset with some vintages."""

    def store(*vintages, records="", sources="", entities=None):
        (tmp_path / "records.csv").write_text(RECORD + records, "utf-8")
        (tmp_path / "sources.csv").write_text(SOURCES + sources, "utf-8")
        (tmp_path / "codebook.csv").write_text(CODEBOOK, "utf-8")
        if entities:
            (tmp_path / "entities.csv").write_text(entities, "utf-8")
        (tmp_path / "vintages").mkdir(exist_ok=True)
        previous = ""
        for number, one in enumerate(vintages, start=1):
            data, previous = dump_vintage(replace(one, previous=previous), number)
            (tmp_path / place_of(number)).write_bytes(data)
        return str(tmp_path)

    return store


TOWER, OTHER = "示例甲楼", "示例乙楼"
FIRST = vintage([(TOWER, 2020, 1), (TOWER, 2021, 2)], published="2022-03-31")
SECOND = vintage([(TOWER, 2021, 3)], published="2023-03-31")


def values(dataset, as_of=None, entity=TOWER):
    """Return the accepted values of a building by year."""
    figures = load_figures(dataset, as_of=as_of).query("entity == @entity")
    return dict(zip(figures["year"], figures["value"], strict=True))


# What stands


@pytest.mark.parametrize(
    ("vintages", "as_of", "known"),
    [
        ((), None, {}),
        ((FIRST, SECOND), None, {2020: 1.0, 2021: 3.0}),
        ((FIRST, SECOND), "2023-03-30", {2020: 1.0, 2021: 2.0}),
        ((FIRST, SECOND), "2022-03-30", {}),
        ((SECOND, FIRST), None, {2020: 1.0, 2021: 3.0}),
    ],
    ids=["none", "revised", "before", "before the first", "a late arrival"],
)
def test_a_later_publication_revises_and_leaves_the_rest(store, vintages, as_of, known):
    assert values(store(*vintages), as_of) == known


def test_every_vintage_is_shown_with_its_number(store):
    records = load_records(store(FIRST, SECOND))
    shown = records[["period", "vintage", "stands"]].to_numpy().tolist()
    assert shown == [["2020", 1, True], ["2021", 1, False], ["2021", 2, True]]
    assert len(conflicts(store(FIRST, SECOND))) == 0  # a revision is no conflict


@pytest.mark.parametrize(
    ("one", "other", "stands"),
    [
        # of one day, the later recorded
        ({"published": "2023-03-31"}, {"published": "2023-03-31"}, 2.0),
        # 2023-03 is 2023-03-31, after the 30th
        (
            {"published": "2023-03", "recorded": "2023-04-01T01:02:03Z"},
            {"published": "2023-03-30"},
            1.0,
        ),
        # but no later than the day it was recorded
        (
            {"published": "2023-03", "recorded": "2023-03-10T01:02:03Z"},
            {"published": "2023-03-20"},
            2.0,
        ),
        (
            {"published": "2023", "recorded": "2023-03-10T01:02:03Z"},
            {"published": "2023-03-20"},
            2.0,
        ),
    ],
    ids=["one day", "month", "month not over", "year not over"],
)
def test_the_later_date_stands(store, one, other, stands):
    both = [
        vintage([(TOWER, 2021, number)], source=f"s{number}", **said)
        for number, said in ((1, one), (2, other))
    ]
    assert values(store(*both)) == {2021: stands}


@pytest.mark.parametrize(
    ("recorded", "unknown", "known"),
    [
        ("2022-04-01T01:02:03Z", "2022-03-31", "2022-04-01"),
        # 22:30 UTC on 31 March is 6:30 on 1 April in Shanghai.
        ("2022-03-31T22:30:00Z", "2022-03-31", "2022-04-01"),
    ],
)
def test_without_a_date_the_day_of_recording_in_shanghai_counts(
    store, recorded, unknown, known
):
    dataset = store(vintage([(TOWER, 2021, 7)], recorded=recorded))
    assert [values(dataset, day) for day in (unknown, known)] == [{}, {2021: 7.0}]


# Who says it


def voice(number, published, publisher, standing):
    """Return a vintage of one figure: who says it, when and how reliably."""
    said = {"publisher": publisher, "standing": standing, "published": published}
    source = f"{published}-{publisher}"
    return vintage([(TOWER, 2021, number)], source=source, **said)


def test_a_weaker_voice_of_another_publisher_stands_beside_the_first(store):
    first = voice(1, "2022-03-31", "示例一局", "primary")
    dataset = store(first, voice(2, "2023-03-31", "示例二报", "press"))
    told = conflicts(dataset)
    assert told[["printed", "accepted", "rule"]].to_numpy().tolist() == [
        ["1亿元", True, "standing"],
        ["2亿元", False, "standing"],
    ]
    assert values(dataset) == {2021: 1.0}


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
    dataset = store(first, voice(2, "2023-03-31", publisher, standing))
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


def test_a_hand_kept_record_competes_with_the_vintage_that_stands(store):
    # A sheet is primary, the book is press: the better standing is accepted.
    told = conflicts(store(FIRST, records=HAND, sources=BOOK))
    accepted = told.set_index("source")["accepted"].to_dict()
    assert accepted == {"book": False, "sheet-2022-03-31": True}


# Withdrawn


@pytest.mark.parametrize(
    ("years", "said", "left"),
    [
        ([2021], {}, {2020: 1.0}),
        ([2020, 2021], {}, {}),
        ([2020, 2021], {"publisher": ""}, {}),
        ([2020], {"publisher": "示例二街道"}, {2020: 1.0, 2021: 2.0}),
        ([2020, 2021], {"measures": ["members"]}, {2020: 1.0, 2021: 2.0}),
    ],
    ids=["a year", "both", "unsigned", "other publisher", "other measure"],
)
def test_a_withdrawal_ends_only_what_it_may(store, years, said, left):
    taken = {"published": "2023-03-31", "withdrawn": {TOWER: years}}
    dataset = store(FIRST, vintage([(OTHER, 2021, 8)], **taken | said))
    assert values(dataset) == left
    assert values(dataset, "2023-03-30") == {2020: 1.0, 2021: 2.0}
    assert values(dataset, entity=OTHER) == {2021: 8.0}


def test_a_withdrawn_building_may_come_back(store):
    taken = {"published": "2023-03-31", "withdrawn": {TOWER: [2020, 2021]}}
    gone = vintage([(OTHER, 2021, 8)], **taken)
    back = vintage([(TOWER, 2021, 9)], published="2024-03-31")
    assert values(store(FIRST, gone, back)) == {2021: 9.0}


# Names and sources

RENAMED = vintage([(TOWER, 2022, 3)], published="2023-03-31", names={"示例新楼": TOWER})


@pytest.mark.parametrize(
    ("vintages", "as_of", "name"),
    [
        ((FIRST, RENAMED), None, "示例新楼"),
        ((FIRST, RENAMED), "2022-12-31", TOWER),
        ((RENAMED, FIRST), None, "示例新楼"),
    ],
    ids=["latest", "on a date", "old sheet comes late"],
)
def test_the_latest_name_is_the_name(store, vintages, as_of, name):
    entities = read_dataset(store(*vintages), as_of=as_of).entities
    assert entities.to_numpy().tolist() == [[TOWER, "building", name, name, name]]


def test_an_entity_kept_by_hand_keeps_its_names(store):
    head = "entity,kind,zh-Hans,zh-Hant,en\n"
    dataset = store(FIRST, entities=head + f"{TOWER},building,示例,示例,Example\n")
    assert read_dataset(dataset).entities["en"].tolist() == ["Example"]


def test_sources_include_the_vintages_and_an_unsigned_sheet_speaks_itself(store):
    unsigned = vintage([(OTHER, 2021, 3)], publisher="", title="某表", source="un")
    sources = load_sources(store(FIRST, unsigned, records=HAND, sources=BOOK))
    shown = sources[["source", "publisher", "figures"]].to_numpy().tolist()
    assert shown == [
        ["book", "P", 1],
        ["sheet-2022-03-31", "示例街道", 2],
        ["un", "某表", 1],
    ]


def test_one_invented_vintage_makes_the_dataset_illustrative(store):
    invented = vintage([(TOWER, 2021, 3)], kind="illustrative")
    assert read_dataset(store(invented)).illustrative


# The files


@pytest.mark.parametrize(("count", "known"), [(0, []), (1, [1]), (None, [1, 2])])
def test_the_first_vintages_can_be_read_alone(store, count, known):
    data = read_dataset(store(FIRST, SECOND), vintages=count)
    assert data.vintages["vintage"].tolist() == known


def test_minus_one_vintage_is_refused(store):
    with pytest.raises(DataError, match="vintages=“-1”不是个数"):
        read_dataset(store(FIRST), vintages=-1)


@pytest.mark.parametrize(
    ("wrong", "codebook", "told"),
    [
        (vintage([(TOWER, 2021, "3万")]), CODEBOOK, r"第 2 行"),
        (SECOND, CODEBOOK.replace("\ntax", "\nlevy"), "“tax”不认识"),
    ],
    ids=["wording", "measure that is gone"],
)
def test_a_record_of_a_vintage_is_checked_like_any_other(
    store, tmp_path, wrong, codebook, told
):
    dataset = store(wrong)
    (tmp_path / "codebook.csv").write_text(codebook, "utf-8")
    with pytest.raises(DataError, match=rf"vintages/0001\.json.*{told}"):
        read_dataset(dataset)


def test_a_vintage_is_read_back_as_it_was_written(store, tmp_path):
    told = vintage(
        [('=cmd|示"], ["例\\', 2021, 3)],
        partial=True,
        measures=["tax"],
        blank={TOWER: [2020]},
        withdrawn={OTHER: [2019, 2020]},
        watched={"records.csv": "0" * 64},
    )
    store(FIRST, told)
    first, second = read_vintages(tmp_path)
    assert first == replace(FIRST, sha256=first.sha256)
    assert second == replace(told, previous=first.sha256, sha256=second.sha256)


def test_a_vintage_of_a_later_format_asks_for_an_update(store, monkeypatch):
    with monkeypatch.context() as later:
        later.setattr("hengstats.vintages.FORMAT", 2)
        dataset = store(FIRST)
    with pytest.raises(DataError, match="请先更新 hengstats"):
        read_dataset(dataset)


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ({"table": "event_log"}, "exact"),  # of an earlier version
        ({"table": "event_log", "counts": "10-5"}, "10-5"),
        ({"table": "building_year"}, ""),
        ({}, ""),
    ],
)
def test_a_vintage_says_what_its_counts_of_a_log_are(store, file, counts):
    file = {"name": "a.csv", "sha256": "0" * 64} | file
    name = store(replace(FIRST, files=[file]))
    assert read_dataset(name).vintages["counts"].tolist() == [counts]
