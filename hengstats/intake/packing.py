"""Do the directory and the members of a ZIP archive say the same?

Everything is judged from the bytes alone: the directory against the members, their
names, sizes and checksums. Nothing is unpacked beyond its declared size.
"""

import io
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from hengstats.intake.limits import MEMBERS, UNPACKED
from hengstats.intake.result import Refusal

_CHUNK = 1 << 22  # an XML parser reads a token again for each piece that it spans
_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_MEMBER = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Archive:
    """A ZIP archive that has been scanned.

    Attributes
    ----------
    data : bytes
        The whole file.
    members : dict
        Name to `ZipInfo`.
    starts : dict
        Name to the offset where the packed bytes of the member begin.
    """

    data: bytes
    members: dict[str, zipfile.ZipInfo]
    starts: dict[str, int]

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a member piece by piece, never more than it declares.

        Raises
        ------
        Refusal
            `corrupt` if it is longer or shorter than declared, or its checksum wrong.
        """
        member, start = self.members[name], self.starts[name]
        packed = memoryview(self.data)[start : start + member.compress_size]
        crc = size = 0
        try:
            for piece in _inflate(packed, member):
                size, crc = size + len(piece), zlib.crc32(piece, crc)
                if size > member.file_size:
                    break
                yield piece
        except zlib.error as error:
            raise corrupt(
                name, "压缩数据损坏", "its packed data are damaged"
            ) from error
        if size != member.file_size:
            raise corrupt(
                name, "长度与目录所记不符", "its size is not the declared one"
            )
        if crc != member.CRC:
            raise corrupt(name, "校验和（CRC）不符", "its checksum is wrong")

    def read(self, name: str) -> bytes:
        """Return a whole member."""
        return b"".join(self.chunks(name))


def open_archive(data: bytes) -> Archive:
    """Return an archive whose directory and members agree.

    Raises
    ------
    Refusal
        `corrupt`, `encrypted`, `too_large` or `unsafe_archive`.
    """
    end = data.rfind(b"PK\x05\x06")
    if end < 0 or end + _END.size > len(data):
        raise corrupt("", "文件不完整，没有结尾", "the archive has no end")
    if end + _END.size + _END.unpack_from(data, end)[-1] != len(data):
        raise corrupt("", "结尾之后还有别的内容", "bytes follow the end of the archive")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members, directory = archive.infolist(), archive.start_dir
    except (zipfile.BadZipFile, struct.error, UnicodeError, ValueError) as error:
        raise corrupt("", "目录损坏", "its directory is damaged") from error
    except NotImplementedError as error:
        raise _unsafe(
            "使用了少见的压缩办法", "it is packed in an unusual way"
        ) from error
    if len(members) > MEMBERS:
        raise _too_large(f"内含 {len(members)} 个文件", f"{len(members)} members")
    declared = sum(member.file_size for member in members)
    if declared > UNPACKED:
        told = f"{declared / 2**20:,.0f} MB unpacked, the limit is 48 MB"
        raise _too_large(f"解开后有 {declared / 2**20:,.0f} MB，上限 48 MB", told)
    seen: set[str] = set()
    for member in members:
        _check_name(member, seen)
    starts = _starts(data, members, directory)
    return Archive(data, {member.filename: member for member in members}, starts)


def _check_name(member: zipfile.ZipInfo, seen: set[str]) -> None:
    """Refuse a member outside the archive, there twice, encrypted or a link."""
    name = member.orig_filename.replace("\\", "/")
    steps = name.split("/")
    outside = name.startswith("/") or ".." in steps or ":" in steps[0]
    if outside or not name.isprintable():
        raise _unsafe("内含指向文件之外的路径", "a member points outside the archive")
    key = unicodedata.normalize("NFC", name).casefold()
    if key in seen:
        raise _unsafe("内含两个同名文件", "a member is there twice")
    seen.add(key)
    if member.flag_bits & 1:
        raise Refusal(
            "encrypted",
            "压缩包有密码",
            "取消密码再交来",
            "the archive is encrypted; hand it in without a password",
        )
    if member.external_attr >> 28 == 0xA:
        raise _unsafe("内含链接", "a member is a link")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _unsafe("使用了少见的压缩办法", "it is packed in an unusual way")


def _starts(
    data: bytes, members: list[zipfile.ZipInfo], directory: int
) -> dict[str, int]:
    """Return where members begin, if local heads and directory say the same."""
    starts: dict[str, int] = {}
    reached = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        at = member.header_offset
        if at < reached or (at > reached and _MEMBER in data[reached:at]):
            raise _unsafe("目录与内容不一致", "members overlap or are hidden")
        if reached == 0 and at > 0:
            raise _unsafe("文件开头另有内容", "something stands before the archive")
        if at + _LOCAL.size > len(data):
            raise corrupt("", "目录损坏", "its directory is damaged")
        head = _LOCAL.unpack_from(data, at)
        mark, _, flags, method, _, _, crc, packed, size, name_size, extra_size = head
        name = data[at + _LOCAL.size : at + _LOCAL.size + name_size]
        code = "utf-8" if flags & 0x800 else "cp437"
        told = member.orig_filename.encode(code, "replace")
        agrees = mark == _MEMBER and method == member.compress_type
        agrees = agrees and name == told and not flags & 1
        if not flags & 8 and 0xFFFFFFFF not in (packed, size):
            found = (member.CRC, member.compress_size, member.file_size)
            agrees = agrees and (crc, packed, size) == found
        if not agrees:
            raise _unsafe("目录与内容不一致", "directory and members disagree")
        starts[member.filename] = at + _LOCAL.size + name_size + extra_size
        reached = starts[member.filename] + member.compress_size
        if reached > len(data):
            raise corrupt(member.filename, "文件不完整", "it is cut off")
    if _MEMBER in data[reached:directory]:
        raise _unsafe("目录与内容不一致", "members are hidden")
    return starts


def _inflate(packed: memoryview, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the unpacked pieces of a member, one byte past its size at most."""
    if member.compress_type == zipfile.ZIP_STORED:
        for at in range(0, len(packed), _CHUNK):
            yield bytes(packed[at : at + _CHUNK])
        return
    inflator = zlib.decompressobj(-15)
    for at in range(0, len(packed), _CHUNK):
        rest = bytes(packed[at : at + _CHUNK])
        while rest and not inflator.eof:
            yield inflator.decompress(rest, _CHUNK)
            rest = inflator.unconsumed_tail
    while not inflator.eof:
        piece = inflator.decompress(b"", _CHUNK)
        if not piece:
            raise zlib.error("the stream has no end")
        yield piece


def corrupt(name: str, found: str, english: str) -> Refusal:
    """Return the refusal of a damaged archive; `name` is that of the member."""
    where, told = (f"内部文件 {name} ", f"{name}: ") if name else ("", "")
    return Refusal(
        "corrupt",
        f"文件已损坏：{where}{found}",
        "向来源重新索取，或在 Excel 里另存一份再交来",
        f"the file is damaged: {told}{english}",
    )


def _unsafe(found: str, english: str) -> Refusal:
    """Return the refusal of an archive that contradicts itself."""
    return Refusal(
        "unsafe_archive",
        f"{found}，Excel 不会写出这样的文件",
        "在 Excel 里重新另存为 .xlsx 再交来",
        f"{english}; save it anew in Excel",
    )


def _too_large(found: str, english: str) -> Refusal:
    """Return the refusal of an archive beyond the bounds."""
    return Refusal("too_large", found, "只留要交的表，分成几个文件再交来", english)
