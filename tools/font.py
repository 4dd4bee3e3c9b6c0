"""Make the chart font: the characters our readers need, out of Noto Sans SC.

    python tools/font.py zhplot-1.0.0-py3-none-any.whl HengstatsSansSC-Regular.ttf

The source is the static TrueType `NotoSansSC-Regular.ttf`, given as it is or inside
the wheel of `zhplot` 1.0.0 (`pip download --no-deps zhplot==1.0.0`). The same source
and the same version of fontTools give the same bytes.

Ideographs: GB2312 (6,763), Big5 level 1 (5,401) and JIS X 0208 level 1 (2,965: sources
may be Japanese), which Python's codecs know, and what `kept.txt` adds: 通用规范汉字表
(Unihan property kTGH, 8,105), the traditional forms of its characters
(kTraditionalVariant; 饋 and 鰂 are not in Big5 level 1), Hong Kong's 常用字字形表
(kHKGlyph; 説, 閲), and the forms in `OTHER_FORMS`.
With `--unihan FOLDER` that list is first made again, from the three files of Unihan
as the Debian package `unicode-data` has them.
"""

import argparse
import bz2
import io
import re
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Hengstats Sans SC"
POSTSCRIPT_NAME = "HengstatsSansSC-Regular"
FONTS = Path(__file__).resolve().parent.parent / "hengstats" / "charts" / "fonts"
KEPT = FONTS / "kept.txt"
NAMES_TRIED = "喆堃镕㛃"
# Traditional forms in print in Hong Kong or Taiwan that none of the lists has.
OTHER_FORMS = "啓嫋嬀巹滙潙灩瘻皁粧緼蔿藴衆衞襉諡蹠輼醖钁钂韝餈鯰陜"

# First and last code point. What the source lacks in a block is left out and counted.
BLOCKS = {
    "ASCII and Latin-1": (0x0020, 0x00FF),
    "Latin Extended-A": (0x0100, 0x017F),
    "Greek": (0x0370, 0x03FF),
    "general punctuation": (0x2000, 0x206F),
    "superscripts and subscripts": (0x2070, 0x209F),
    "currency signs": (0x20A0, 0x20BF),
    "letter-like signs": (0x2100, 0x214F),
    "number forms": (0x2150, 0x218F),
    "arrows": (0x2190, 0x21FF),
    "mathematical operators": (0x2200, 0x22FF),
    "enclosed alphanumerics": (0x2460, 0x24FF),
    "box drawing": (0x2500, 0x257F),
    "geometric shapes": (0x25A0, 0x25FF),
    "stars and other marks": (0x2600, 0x266F),
    "CJK punctuation": (0x3000, 0x303F),
    "hiragana and katakana": (0x3040, 0x30FF),
    "bopomofo": (0x3100, 0x312F),
    "enclosed CJK": (0x3200, 0x32FF),
    "CJK units": (0x3300, 0x33FF),
    "CJK vertical and small forms": (0xFE30, 0xFE6F),
    "full-width forms": (0xFF00, 0xFFEF),
}
NAMES_KEPT = {0, 5, 7, 8, 9, 10, 11, 13, 14}  # copyright, makers, trademark, licence


def decoded(encoding: str, lead: Iterable[int], trail: Iterable[int]) -> set[str]:
    """Return the characters that two-byte codes stand for in an encoding."""
    trail = list(trail)
    codes = (bytes([first, second]) for first in lead for second in trail)
    return {text for code in codes if (text := code.decode(encoding, "ignore"))}


def gb2312() -> set[str]:
    """Return the 6,763 ideographs of GB2312 and its 682 other characters."""
    return decoded("gb2312", range(0xA1, 0xF8), range(0xA1, 0xFF))


def big5_level_1() -> set[str]:
    """Return the 5,401 frequent ideographs of Big5, codes A440 to C67E."""
    trail = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    rows = decoded("big5", range(0xA4, 0xC6), trail)
    return rows | decoded("big5", [0xC6], range(0x40, 0x7F))


def jis_level_1() -> set[str]:
    """Return the 2,965 frequent ideographs of JIS X 0208, rows 16 to 47."""
    return decoded("euc_jp", range(0xB0, 0xD0), range(0xA1, 0xFF))


def unihan_property(folder: Path, file: str, name: str) -> dict[str, str]:
    """Return one property of Unihan: its value as written, by character."""
    text = bz2.decompress((folder / f"Unihan_{file}.txt.bz2").read_bytes()).decode()
    lines = re.findall(rf"^U\+(\w+)\t{name}\t(.+)$", text, flags=re.MULTILINE)
    return {chr(int(code, 16)): value for code, value in lines}


def unihan_characters(folder: Path) -> set[str]:
    """Return 通用规范汉字表, its traditional forms and Hong Kong's list."""
    standard = set(unihan_property(folder, "OtherMappings", "kTGH"))
    variants = unihan_property(folder, "Variants", "kTraditionalVariant")
    codes = " ".join(variants.get(character, "") for character in standard)
    traditional = {chr(int(code, 16)) for code in re.findall(r"U\+(\w+)", codes)}
    hong_kong = set(unihan_property(folder, "DictionaryLikeData", "kHKGlyph"))
    return standard | traditional | hong_kong


def kept_text(characters: set[str]) -> str:
    """Return the text of `kept.txt`: the characters by code point, 40 to a line."""
    ordered = "".join(sorted(characters))
    lines = [ordered[start : start + 40] for start in range(0, len(ordered), 40)]
    return "\n".join(lines) + "\n"


def wanted() -> dict[str, set[str]]:
    """Return the characters asked of the source, by block or character set."""
    blocks = {
        name: {chr(code) for code in range(first, last + 1)}
        for name, (first, last) in BLOCKS.items()
    }
    return blocks | {
        "GB2312": gb2312(),
        "Big5 level 1": big5_level_1(),
        "JIS X 0208 level 1": jis_level_1(),
        "kept.txt": set("".join(KEPT.read_text(encoding="utf-8").split())),
    }


def read_source(path: Path) -> TTFont:
    """Return the font at `path`, which is a TrueType file or a wheel that holds it."""
    if path.suffix != ".whl":
        return TTFont(path, recalcTimestamp=False)
    with zipfile.ZipFile(path) as wheel:
        inside = [name for name in wheel.namelist() if name.endswith("SC-Regular.ttf")]
        if len(inside) != 1:
            sys.exit(f"{path.name}: expected one *SC-Regular.ttf, found {inside}")
        return TTFont(io.BytesIO(wheel.read(inside[0])), recalcTimestamp=False)


def rename(font: TTFont) -> None:
    """Give the font our family name; leave copyright and licence as they are."""
    table = font["name"]
    table.names = [entry for entry in table.names if entry.nameID in NAMES_KEPT]
    version = table.getDebugName(5)
    new = {
        1: FAMILY,
        2: "Regular",
        3: f"{version};{POSTSCRIPT_NAME}",
        4: f"{FAMILY} Regular",
        5: f"{version};subset for hengstats",
        6: POSTSCRIPT_NAME,
    }
    for name_id, text in new.items():
        table.setName(text, name_id, 3, 1, 0x409)


def make_font(font: TTFont, characters: set[str]) -> bytes:
    """Return the file of a font with these characters of `font`, under our name.

    Outlines stay TrueType. The source carries no hints worth dropping. Of its layout
    rules only kerning stays; tables for vertical and variable setting go.
    """
    options = subset.Options(
        layout_features=["kern"],
        drop_tables=["BASE", "GSUB", "STAT", "vhea", "vmtx"],
        name_IDs=["*"],
        name_languages=["*"],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in characters])
    subsetter.subset(font)
    rename(font)
    font["head"].modified = font["head"].created  # no clock enters the file
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def report(asked: dict[str, set[str]], has: set[str]) -> str:
    """Return what each set asked for and what the source lacks, a line each."""
    lines = [
        f"{name}: {len(characters & has)} of {len(characters)}"
        for name, characters in asked.items()
    ]
    tried = [f"{name} {'yes' if name in has else 'NO'}" for name in NAMES_TRIED]
    return "\n".join([*lines, f"names: {', '.join(tried)}"])


def main() -> None:
    """Write the font, and print what is in it."""
    parser = argparse.ArgumentParser(description="Subset Noto Sans SC for the charts.")
    parser.add_argument("source", type=Path, help="the TrueType file, or the wheel")
    parser.add_argument("output", type=Path, help="the font to write")
    parser.add_argument("--unihan", type=Path, help="folder to make kept.txt from")
    arguments = parser.parse_args()
    if arguments.unihan:
        added = unihan_characters(arguments.unihan) | set(OTHER_FORMS)
        added -= gb2312() | big5_level_1()
        KEPT.write_text(kept_text(added), encoding="utf-8", newline="\n")
    font = read_source(arguments.source)
    has = {chr(code) for code in font.getBestCmap()}
    asked = wanted()
    characters = set().union(*asked.values()) & has
    data = make_font(font, characters)
    arguments.output.write_bytes(data)
    print(report(asked, has))
    print(f"{len(characters)} characters, {len(data)} bytes")


if __name__ == "__main__":
    main()
