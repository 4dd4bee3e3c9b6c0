"""Every bit that changes in a dataset is found, and every vintage that is lost."""

import os

import pytest
from storing import begin

from hengstats.adding import add, new, verify
from hengstats.dataset import read_dataset
from hengstats.errors import DataError
from hengstats.records import COLUMNS, REQUIRED

SHEET = "年份,楼宇,税收(亿元)\n2020,示例甲楼,1.5\n2021,示例乙楼,约2\n"
RULINGS = b"entity,measure,year,accepted,zh-Hans,zh-Hant,en\n"
VINTAGES = ["0001.json", "0002.json", "0003.json"]


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Return the folder of a dataset with three vintages."""
    later = [(SHEET.replace("1.5", f"1.{year}"), f"202{year}") for year in (3, 4)]
    begin(tmp_path, monkeypatch, SHEET, *later)
    return tmp_path / "mine"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Return the folder of a dataset as small as can be, with one vintage."""
    folder = tmp_path_factory.mktemp("small") / "mine"
    with pytest.MonkeyPatch.context() as patch:
        fill = begin(folder.parent, patch)
        for path in folder.iterdir():
            path.unlink()
        for name in REQUIRED:
            head = COLUMNS[name].replace(" ", ",") + "\n"
            (folder / name).write_text(head, "utf-8")
        with open(folder / "codebook.csv", "a", encoding="utf-8") as file:
            file.write("tax_revenue,tax,100 million yuan,year,,printed,T\n")
        fill("年份,楼宇,税收(亿元)\n2020,示例楼,1.5\n", "2022-03-31")
    return folder


# Of the last hundred bytes, which hold the seal, every bit is flipped; of the others
# the one that makes a letter capital, and another one in turn.
@pytest.mark.parametrize(
    "file", ["vintages/0001.json", "vintages/latest.json", *REQUIRED]
)
def test_a_flipped_bit_of_any_byte_is_found(small, file):
    path = small / file
    data, silent = path.read_bytes(), []
    seal = len(data) - 100
    flips = [
        (i, b)
        for i in range(len(data))
        for b in range(8)
        if i > seal or b in (5, i % 8)
    ]
    for place, bit in flips:
        flipped = bytearray(data)
        flipped[place] ^= 1 << bit
        path.write_bytes(flipped)
        if not verify(small):
            silent.append((place, bit))
    assert silent == []
    path.write_bytes(data)
    assert verify(small) == []


@pytest.mark.parametrize("dataset", ["plaza66", "mine", "empty"])
def test_a_sound_dataset_has_no_findings(mine, dataset):
    new("empty")
    assert verify(dataset) == []


# Lost, exchanged or strange


@pytest.mark.parametrize("name", VINTAGES, ids=["first", "middle", "last"])
def test_a_lost_vintage_is_named_also_the_last_one(mine, name):
    (mine / "vintages" / name).unlink()
    assert f"mine 里缺少 vintages/{name}" in verify(mine)[0]
    with pytest.raises(DataError, match=f"里缺少 vintages/{name}.*hengstats verify"):
        read_dataset("mine")


def test_each_damaged_vintage_is_named(mine):
    for name in VINTAGES[1:]:
        path = mine / "vintages" / name
        path.write_bytes(path.read_bytes().replace(b"tax_revenue", b"tax_revenus", 1))
    told = verify(mine, accept=True)
    assert len(told) == 2
    for one, name in zip(told, VINTAGES[1:], strict=True):
        assert f"mine/vintages/{name} 与校验和不符" in one
    with pytest.raises(DataError, match=r"vintages/0002.json 与校验和不符"):
        read_dataset("mine")


@pytest.mark.parametrize(
    ("other", "name"), [("0001.json", "0002.json"), ("0002.json", "0003.json")]
)
def test_a_sound_file_in_the_wrong_place_is_named(mine, other, name):
    where = mine / "vintages"
    (where / name).write_bytes((where / other).read_bytes())
    assert f"vintages/{name} 不是接着前一期存入的" in verify(mine)[0]


def test_another_last_vintage_than_the_one_stored_is_named(mine, tmp_path):
    guard = mine / "vintages/latest.json"
    stored = guard.read_bytes()
    guard.unlink()
    (mine / "vintages/0003.json").unlink()
    (tmp_path / "other.csv").write_text(SHEET.replace("1.5", "1.9"), "utf-8")
    add(tmp_path / "other.csv", "mine")
    assert verify(mine) == []
    guard.write_bytes(stored)
    assert "vintages/0003.json 不是接着前一期存入的" in verify(mine)[0]


def test_what_guards_the_last_vintage_may_be_deleted(mine):
    guard = mine / "vintages/latest.json"
    guard.write_bytes(b"{}")
    assert "删去这个文件" in verify(mine)[0]
    guard.unlink()
    assert verify(mine) == []
    assert len(read_dataset("mine").vintages) == 3


@pytest.mark.parametrize("name", ["notes.txt", "0002 (1).json", "00004.json"])
def test_a_file_that_is_no_vintage_is_named_and_left_alone(mine, name):
    (mine / "vintages" / name).write_text("x", "utf-8")
    assert f"{name} 不属于任何一期" in verify(mine)[0]
    assert len(read_dataset("mine").vintages) == 3


def test_what_a_killed_add_left_is_no_finding_and_gone_an_hour_later(
    tmp_path, monkeypatch
):
    again = begin(tmp_path, monkeypatch, SHEET)
    left = [tmp_path / "mine/vintages" / name for name in ("a.tmp", "b.tmp")]
    for path in left:
        path.write_text("x", "utf-8")
    os.utime(left[0], (0, 0))  # the other may be of somebody who is writing
    assert verify("mine") == []
    again(SHEET.replace("1.5", "1.6"), "2023-03-31")
    assert ([path.exists() for path in left], verify("mine")) == ([False, True], [])


# By hand


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("entities.csv", lambda data: data + b"x,building,X,X,X\n", "改动过：是你改的"),
        ("datapackage.json", None, "不见了"),
        ("settlements.csv", lambda _: RULINGS, "新加的"),
    ],
    ids=["changed", "gone", "new"],
)
def test_a_change_by_hand_is_asked_about_and_can_be_accepted(mine, name, change, told):
    path = mine / name
    if change is None:
        path.unlink()
    else:
        path.write_bytes(change(path.read_bytes() if path.exists() else b""))
    assert f"mine/{name} 自上次存入以来" in verify(mine)[0]
    assert told in verify(mine)[0]
    assert (verify(mine, accept=True), verify(mine)) == ([], [])


def test_what_is_accepted_stays_so_after_the_next_add(tmp_path, monkeypatch):
    again = begin(tmp_path, monkeypatch, SHEET)
    path = tmp_path / "mine/entities.csv"
    path.write_bytes(path.read_bytes() + b"x,building,X,X,X\n")
    verify("mine", accept=True)
    assert "changed_by_hand" not in again(SHEET.replace("1.5", "1.6")).say()
    assert verify("mine") == []


def test_a_row_at_fault_is_found_when_every_byte_is_in_place(mine):
    book = mine / "codebook.csv"
    book.write_bytes(book.read_bytes().replace(b"100 million yuan", b"persons"))
    assert "不能换算" in verify(mine, accept=True)[0]
