"""What was known on a date is what had been published by its end."""

import pytest

from hengstats.dataset import (
    list_datasets,
    load_codebook,
    load_milestones,
    load_records,
    load_sources,
    read_dataset,
)
from hengstats.errors import DataError

RECORDS = """entity,measure,period,printed,value,qualifier,unit,source,quote
tower,tax,2015,1亿元,1,exact,100 million yuan,day,税收1亿元
tower,tax,2016,2亿元,2,exact,100 million yuan,month,税收2亿元
tower,tax,2017,3亿元,3,exact,100 million yuan,year,税收3亿元
tower,tax,2018,4亿元,4,exact,100 million yuan,undated,税收4亿元
tower,tax,2019,,,not_found,100 million yuan,year,
"""
SOURCES = """source,title,publisher,published,address,standing,kind
day,T,P,2018-03-05,,press,published
month,T,P,2018-02,,press,published
year,T,P,2018,,press,published
undated,T,P,,,weak,published
"""
CODEBOOK = """measure,topic,unit,basis,years,precision,definition
tax,tax,100 million yuan,year,,printed,Tax
"""


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "records.csv").write_text(RECORDS, encoding="utf-8")
    (folder / "sources.csv").write_text(SOURCES, encoding="utf-8")
    (folder / "codebook.csv").write_text(CODEBOOK, encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("as_of", "seen"),
    [
        ("2018-02-27", []),
        ("2018-02-28", ["month"]),  # a month counts as its last day
        ("2018-03-04", ["month"]),
        ("2018-03-05", ["day", "month"]),
        ("2018-12-30", ["day", "month"]),
        ("2018-12-31", ["day", "month", "year"]),  # and a year as its last
        ("2999-12-31", ["day", "month", "year"]),  # what has no date is never seen
        (None, ["day", "month", "year", "undated"]),
    ],
)
def test_a_source_is_seen_from_the_last_day_of_its_date(mine, as_of, seen):
    assert read_dataset(mine, as_of).sources["source"].tolist() == seen


@pytest.mark.parametrize("day", ["2018-02-27", "2018-03-01", "2018-12-31"])
def test_records_are_seen_with_their_sources(mine, day):
    known = read_dataset(mine, day)
    assert set(known.records["source"]) == set(known.sources["source"])


@pytest.mark.parametrize("as_of", ["2018", "31.12.2018", "2018-13-01", "昨天"])
def test_a_bad_date_is_refused(mine, as_of):
    with pytest.raises(DataError, match=f"as_of=“{as_of}”不是日期"):
        read_dataset(mine, as_of)


def test_an_unknown_dataset_names_those_there_are():
    names = "comparators、illustrative、illustrative-district、plaza66"
    with pytest.raises(DataError, match=f"没有“plaza67”这个数据集.*{names}"):
        read_dataset("plaza67")


def test_a_folder_of_ones_own_needs_three_files_only(mine):
    assert read_dataset(mine).name == "mine"


def test_a_folder_is_found_from_where_the_user_stands(mine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert read_dataset("mine").name == "mine"


@pytest.mark.parametrize("table", ["entities", "milestones", "settlements", "rivals"])
def test_a_table_that_is_not_there_is_empty(mine, table):
    assert len(getattr(read_dataset(mine), table)) == 0


def test_a_folder_without_descriptor_has_no_comparators(mine):
    assert read_dataset(mine).comparators == ()


def test_a_byte_order_mark_does_no_harm(mine, tmp_path):
    (tmp_path / "mine" / "records.csv").write_text(RECORDS, encoding="utf-8-sig")
    assert len(read_dataset(mine).records) == 5


def test_a_published_dataset_is_not_illustrative(mine):
    assert not read_dataset(mine).illustrative


def test_a_dataset_stays_illustrative_when_none_of_its_sources_is_seen():
    assert read_dataset("illustrative", as_of="2000-01-01").illustrative


def test_sources_are_numbered_from_one_in_the_order_of_the_file(mine):
    numbered = load_sources(mine)[["number", "source"]]
    assert numbered.to_numpy().tolist() == [
        [1, "day"],
        [2, "month"],
        [3, "year"],
        [4, "undated"],
    ]


def test_a_source_counts_the_figures_it_printed(mine):
    # `year` printed one figure; its search without result is none.
    counted = load_sources(mine).set_index("source")["figures"]
    assert counted["year"] == 1


def test_records_are_shown_with_year_date_and_standing(mine):
    last = load_records(mine).iloc[3]
    assert last[["year", "published", "standing"]].tolist() == [2018, "", "weak"]


def test_records_are_shown_without_the_box(mine):
    assert {"lower", "number", "upper"} & set(load_records(mine)) == set()


def test_the_codebook_has_one_row_per_measure(mine):
    assert load_codebook(mine)["measure"].tolist() == ["tax"]


def test_milestones_are_seen_with_their_sources():
    # The case study of 2022 is the source of the opening; by 2018 it was not there.
    known = load_milestones("plaza66", as_of="2018-12-31")
    assert "people-2022" not in set(known["source"])


def test_the_datasets_of_the_library_are_listed_with_their_kind():
    kinds = list_datasets().set_index("dataset")["kind"].to_dict()
    assert kinds == {
        "comparators": "public record",
        "illustrative": "illustrative",
        "illustrative-district": "illustrative",
        "plaza66": "public record",
    }


def test_a_title_that_was_kept_from_being_a_formula_is_read_as_it_was(mine, tmp_path):
    guarded = SOURCES.replace("day,T,", "day,'=T,")
    (tmp_path / "mine" / "sources.csv").write_text(guarded, encoding="utf-8")
    assert load_sources(mine)["title"].tolist() == ["=T", "T", "T", "T"]


def test_a_codebook_saved_by_excel_in_china_is_read(mine, tmp_path):
    chinese = CODEBOOK.replace(",Tax", ",楼内企业当年缴纳的税收")
    (tmp_path / "mine" / "codebook.csv").write_bytes(chinese.encode("gbk"))
    assert load_codebook(mine)["definition"].tolist() == ["楼内企业当年缴纳的税收"]


def test_a_file_in_no_known_encoding_is_refused_with_the_mend(mine, tmp_path):
    (tmp_path / "mine" / "codebook.csv").write_bytes(b"measure\xff\xff\n")
    with pytest.raises(DataError, match="CSV UTF-8"):
        read_dataset(mine)
