"""Every bit that changes in a dataset is found."""

import pytest

from hengstats.adding import add, new, verify
from hengstats.errors import DataError
from hengstats.records import COLUMNS, REQUIRED
from hengstats.vintages import PARTS

SHEET = "年份,楼宇,税收(亿元)\n2020,示例甲楼,1.5\n2021,示例乙楼,约2\n"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """Return the folder of a dataset with one vintage."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(SHEET, "utf-8")
    folder = new("mine")
    add("a.csv", folder, published="2022-03-31")
    return tmp_path / "mine"


@pytest.fixture
def small(tmp_path):
    """Return the folder of a dataset as small as can be, with one vintage."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, columns in COLUMNS.items():
        if name in REQUIRED:
            (folder / name).write_text(columns.replace(" ", ",") + "\n", "utf-8")
    with open(folder / "codebook.csv", "a", encoding="utf-8") as file:
        file.write("tax_revenue,tax,100 million yuan,year,,printed,T\n")
    (tmp_path / "a.csv").write_text("年份,楼宇,税收(亿元)\n2020,示例楼,1.5\n", "utf-8")
    add(tmp_path / "a.csv", folder, published="2022-03-31")
    return folder


def silent_flips(path, folder):
    """Flip one bit after another; return the places where `verify` says nothing."""
    data, silent = path.read_bytes(), []
    for place in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        path.write_bytes(flipped)
        if not verify(folder):
            silent.append(place)
    path.write_bytes(data)
    return silent


def test_a_sound_dataset_has_no_findings(mine):
    assert verify(mine) == []


def test_a_dataset_without_vintages_has_no_findings(tmp_path):
    assert verify(new(tmp_path / "empty")) == []


def test_the_datasets_of_the_library_have_no_findings():
    assert verify("plaza66") == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "file", ["head.json", "parts/*.csv", "records.csv", "sources.csv", "codebook.csv"]
)
def test_every_flipped_bit_is_found(small, file):
    assert silent_flips(next(small.glob(file)), small) == []


def test_a_damaged_part_is_named(mine):
    part = next((mine / PARTS).iterdir())
    part.write_bytes(part.read_bytes() + b"\n")
    assert part.name in verify(mine)[0]


def test_a_missing_part_is_named(mine):
    part = next((mine / PARTS).iterdir())
    part.unlink()
    assert part.name in verify(mine)[0]


def test_a_missing_head_is_named(mine):
    (mine / "head.json").unlink()
    assert "却没有 head.json" in verify(mine)[0]


def test_an_unknown_file_among_the_parts_is_named(mine):
    (mine / PARTS / "notes.txt").write_text("x", "utf-8")
    assert "notes.txt 不属于任何一批" in verify(mine)[0]


def test_a_part_that_is_not_listed_is_named(mine):
    (mine / PARTS / f"{'0' * 64}.csv").write_text("x", "utf-8")
    assert "没有列在 head.json 里" in verify(mine)[0]


def test_what_a_killed_add_left_is_gone_after_the_next(mine, tmp_path):
    left = [
        mine / "head.json.tmp",
        *(mine / PARTS / f"{'0' * 64}.csv{s}" for s in ("", ".tmp")),
    ]
    for path in left:
        path.write_text("x", "utf-8")
    (tmp_path / "a.csv").write_text(SHEET.replace("1.5", "1.6"), "utf-8")
    add("a.csv", mine)
    assert ([path for path in left if path.exists()], verify(mine)) == ([], [])


def test_what_nobody_knows_is_left_alone(mine, tmp_path):
    (mine / PARTS / "notes.txt").write_text("x", "utf-8")
    (tmp_path / "a.csv").write_text(SHEET.replace("1.5", "1.6"), "utf-8")
    add("a.csv", mine)
    assert (mine / PARTS / "notes.txt").exists()


def test_a_change_by_hand_is_asked_about(mine):
    path = mine / "entities.csv"
    path.write_bytes(path.read_bytes() + b"x,building,X,X,X\n")
    assert "mine/entities.csv 自上次存入以来改动过：是你改的吗？" in verify(mine)[0]


def test_a_change_by_hand_can_be_accepted(mine):
    path = mine / "entities.csv"
    path.write_bytes(path.read_bytes() + b"x,building,X,X,X\n")
    assert (verify(mine, accept=True), verify(mine)) == ([], [])


def test_a_hand_kept_file_that_is_gone_or_new_is_named(mine):
    (mine / "datapackage.json").unlink()
    (mine / "milestones.csv").write_text(
        "date,kind,entity,zh-Hans,zh-Hant,en,source,quote\n", "utf-8"
    )
    gone, fresh = verify(mine)
    assert ("不见了" in gone, "新加的" in fresh) == (True, True)


def test_accepting_does_not_excuse_a_damaged_part(mine):
    part = next((mine / PARTS).iterdir())
    part.write_bytes(b"x")
    assert len(verify(mine, accept=True)) == 1


def test_accepting_does_not_excuse_a_damaged_head(mine):
    (mine / "head.json").write_bytes(b"{}")
    with pytest.raises(DataError, match=r"head\.json 与校验和不符"):
        verify(mine, accept=True)


def test_a_row_at_fault_is_found_when_every_byte_is_in_place(mine):
    book = mine / "codebook.csv"
    book.write_bytes(book.read_bytes().replace(b"100 million yuan", b"persons"))
    assert "不能换算" in verify(mine, accept=True)[0]
