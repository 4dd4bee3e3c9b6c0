"""What was known on a date is what had been published by its end."""

import re
import shutil
from pathlib import Path

import pytest

import hengstats as hs
from hengstats.dataset import load_codebook, load_milestones, load_records, load_sources
from hengstats.dataset import read_dataset as read
from hengstats.records import COLUMNS

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
LABELLED = """measure,zh-Hans,zh-Hant,en,topic,unit,basis,years,precision,definition
tax,我的税,我的稅,My tax,tax,100 million yuan,year,,printed,Tax
"""


@pytest.fixture
def mine(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, text in (
        ("records", RECORDS),
        ("sources", SOURCES),
        ("codebook", CODEBOOK),
    ):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


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
def test_a_source_is_seen_with_its_records_from_the_last_day_of_its_date(
    mine, as_of, seen
):
    assert load_sources(str(mine), as_of)["source"].tolist() == seen
    assert set(load_records(str(mine), as_of)["source"]) == set(seen)


@pytest.mark.parametrize("as_of", ["2018", "31.12.2018", "2018-13-01", "昨天"])
def test_a_bad_date_is_refused(mine, as_of):
    with pytest.raises(hs.DataError, match=f"as_of=“{as_of}”不是日期"):
        hs.load_tax(str(mine), as_of)


def test_an_unknown_dataset_names_those_there_are():
    names = "comparators、illustrative、illustrative-district、national、plaza66"
    with pytest.raises(hs.DataError, match=f"没有“plaza67”这个数据集.*{names}"):
        hs.load_tax("plaza67")


def test_a_folder_of_ones_own_needs_three_files_only(mine, monkeypatch):
    monkeypatch.chdir(mine.parent)  # and is found from where the user stands
    data = read("mine")
    assert (data.name, data.illustrative, data.comparators) == ("mine", False, {})
    assert not sum(
        map(len, (data.entities, data.milestones, data.settlements, data.rivals))
    )


def test_a_dataset_stays_illustrative_when_none_of_its_sources_is_seen():
    assert read("illustrative", as_of="2000-01-01").illustrative


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_files_are_read_as_excel_saves_them(mine, encoding):
    chinese = CODEBOOK.replace(",Tax", ",楼内企业当年缴纳的税收")
    (mine / "codebook.csv").write_bytes(chinese.encode(encoding))
    codebook = load_codebook(str(mine))
    assert codebook["measure"].tolist() == ["tax"]
    assert codebook["definition"].tolist() == ["楼内企业当年缴纳的税收"]


def test_a_file_in_no_known_encoding_is_refused_with_the_mend(mine):
    (mine / "codebook.csv").write_bytes(b"measure\xff\xff\n")
    with pytest.raises(hs.DataError, match="CSV UTF-8"):
        read(str(mine))


def test_a_title_that_was_kept_from_being_a_formula_is_read_as_it_was(mine):
    (mine / "sources.csv").write_text(SOURCES.replace("day,T,", "day,'=T,"), "utf-8")
    assert load_sources(str(mine))["title"].tolist() == ["=T", "T", "T", "T"]


def test_sources_are_numbered_and_count_the_figures_they_printed(mine):
    # `year` printed one figure; its search without result is none.
    told = load_sources(str(mine))[["number", "source", "figures"]]
    assert told.to_numpy().tolist() == [
        [1, "day", 1],
        [2, "month", 1],
        [3, "year", 1],
        [4, "undated", 1],
    ]


def test_records_are_shown_with_year_date_and_standing_and_without_the_box(mine):
    records = load_records(str(mine))
    told = records.iloc[3][["year", "published", "standing", "vintage", "stands"]]
    assert told.tolist() == [2018, "", "weak", 0, True]
    assert {"lower", "number", "upper"} & set(records) == set()


def test_milestones_are_seen_with_their_sources():
    # The case study of 2022 is the source of the opening; by 2018 it was not there.
    known = load_milestones("plaza66", as_of="2018-12-31")
    assert "people-2022" not in set(known["source"])


def test_the_datasets_of_the_library_are_listed_with_their_kind():
    kinds = hs.list_datasets().set_index("dataset")["kind"].to_dict()
    assert kinds == {
        "comparators": "public record",
        "illustrative": "illustrative",
        "illustrative-district": "illustrative",
        "national": "public record",
        "plaza66": "public record",
    }


def test_the_datasets_say_which_pairs_have_how_many_growths():
    pairs = hs.list_datasets().set_index("dataset")["pairs"]
    # Members are printed in 16 years, all of which have a figure of revenue.
    assert pairs["national"].startswith("中共党员总数 × 一般公共预算收入：15；")
    assert pairs["plaza66"] == ""  # 2018 is the only year of both


def test_a_file_that_has_changed_is_read_again_however_quickly(mine):
    assert hs.load_figures(str(mine))["value"].iloc[0] == 1
    told = RECORDS.replace("1亿元,1,exact", "7亿元,7,exact").replace(
        "税收1亿", "税收7亿"
    )
    (mine / "records.csv").write_text(told, encoding="utf-8")
    assert hs.load_figures(str(mine))["value"].iloc[0] == 7


@pytest.mark.parametrize(
    "load",
    [load_records, load_sources, load_codebook, hs.load_figures, hs.build_panel],
)
def test_what_a_user_does_to_a_table_does_not_reach_the_next_load(mine, load):
    before = load(str(mine)).copy(deep=True)
    table = load(str(mine))
    table[table.columns[0]] = "mine now"
    table["more"] = 1
    assert load(str(mine)).equals(before)


@pytest.mark.parametrize(
    ("codebook", "label"),
    [
        (CODEBOOK, None),  # an old codebook: the key is shown
        (LABELLED, ["我的税", "我的稅", "My tax"]),
        (LABELLED.replace("我的稅,My tax", ","), ["我的税"] * 3),
    ],
)
def test_a_measure_is_called_as_its_codebook_says(mine, codebook, label):
    (mine / "codebook.csv").write_text(codebook, encoding="utf-8")
    panel = hs.build_panel(str(mine))
    assert panel.attrs["about"]["labels"].get("tax") == label
    title = hs.draw_tax(panel, measure="tax").get_title()
    assert (label[0] if label else "tax") in title


HEADS = {name: words.replace(" ", ",") + "\n" for name, words in COLUMNS.items()}
EVENT = HEADS["milestones.csv"] + "{},event,tower,甲,甲,A,day,引\n"
RULING = HEADS["settlements.csv"] + "tower,{},{},day,甲,甲,A\n"


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("entities.csv", "", "entities.csv 是空的"),
        (
            "entities.csv",
            HEADS["entities.csv"] + "a,b,c,d,e\na,b,c,d,e,f\n",
            "第 3 行“en”一栏：这一行有 6 栏，表头只有 5 栏",
        ),
        ("entities.csv", HEADS["entities.csv"] + '"a,b,c,d,e\n', "引号没有配对"),
        ("milestones.csv", EVENT.format("20x6"), "第 2 行“date”一栏：“20x6”不是日期"),
        ("settlements.csv", RULING.format("tax", "20x6"), "“20x6”不是年份"),
        ("settlements.csv", RULING.format("tax", "2016-05"), "“2016-05”不是年份"),
        ("settlements.csv", RULING.format("taxes", "2016"), "“taxes”不认识"),
    ],
)
def test_verify_and_every_reader_refuse_the_same_files(mine, file, text, told):
    (mine / file).write_text(text, "utf-8")
    (found,) = hs.verify(mine)
    for read_it in (load_records, hs.load_figures, hs.build_panel, hs.explain_rivals):
        with pytest.raises(hs.DataError, match=told) as refused:
            read_it(str(mine))
        assert str(refused.value) == found


# What lies elsewhere


@pytest.fixture
def compared(mine):
    """Return a function that names a comparator, of which there are some about."""
    for place in ("mine/within", "beside", "far/away"):
        shutil.copytree(mine, mine.parent / place, dirs_exist_ok=True)
    (mine.parent / "linked").symlink_to(mine.parent / "far/away")

    def compared(text):
        (mine / "datapackage.json").write_text(text, "utf-8")
        return read(str(mine)).comparators

    return compared


@pytest.mark.parametrize("name", ["plaza66", "within", "beside"])
def test_a_comparator_comes_with_the_library_or_lies_within_or_beside(compared, name):
    (where,) = compared(f'{{"comparators": ["{name}"]}}').values()
    assert Path(where).name == name
    assert read(where).name == name


@pytest.mark.parametrize(
    "name",
    ["../beside", "{}/beside", "../far/away", "far/away", "linked", "", "a\\u0000"],
)
def test_a_comparator_elsewhere_is_refused_with_place_and_mend(compared, name, mine):
    told = r"mine/datapackage.json 的 comparators 里的.*旁边.*\[mine/datapackage.json"
    with pytest.raises(hs.DataError, match=told):
        compared(f'{{"comparators": ["{name.format(mine.parent)}"]}}')


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"comparators": 1}', "[" * 9999, "\ud800"]
)
def test_a_descriptor_that_is_none_is_refused(compared, text, mine):
    with pytest.raises(hs.DataError, match="不是数据集的说明"):
        compared(text.encode("utf-8", "replace").decode())


@pytest.mark.parametrize("name", ["records.csv", "vintages"])
def test_a_file_that_is_a_link_to_somewhere_else_is_not_read(mine, name):
    (mine / "vintages").mkdir()
    (mine / "vintages/0001.json").write_text("{}")
    (mine / name).rename(mine.parent / name)
    (mine / name).symlink_to(mine.parent / name)
    with pytest.raises(hs.DataError, match=f"mine/{name}.* 是通往别处的链接"):
        read(str(mine))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            "../here/台账.xlsx",
            "“../here/台账.xlsx”是一份表，还不是数据集。请先用 hengstats new",
        ),
        ("台帐.xlsx", "没有“台帐.xlsx”这个文件（是不是“台账.xlsx”？）。"),
        ("mydta", "没有“mydta”这个数据集（是不是“mydata”？）。请从现有的数据集里选"),
        (".", "不是数据集：里面没有 records.csv"),
    ],
)
def test_what_is_no_dataset_is_told_what_it_is(tmp_path, monkeypatch, asked, said):
    (tmp_path / "here" / "mydata").mkdir(parents=True)
    (tmp_path / "here" / "mydata" / "records.csv").touch()
    (tmp_path / "here" / "台账.xlsx").touch()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(hs.DataError, match=re.escape(said)) as refused:
        hs.build_panel([asked])
    assert "data/.." not in str(refused.value)
