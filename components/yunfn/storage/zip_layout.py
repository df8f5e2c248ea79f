"""A zip that somebody else made must read the same for every reader, else its manifest says nothing.

A zip names its files twice: in the directory at its end, which Python reads, and in the header before each content,
which streaming readers go by. A hostile one says one thing here and another there, or has bytes that only one kind of
reader ever sees. Nobody knows how the clouds unzip, so nothing that two readers could take for different is taken.
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

from yunfn.exceptions import PackagingError

# PKWARE's APPNOTE.TXT 6.3.10: 4.3.7 (local header), 4.3.9 (data descriptor), 4.3.12 (directory), 4.3.14-16 (ends).
_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_DIRECTORY_ENTRY = 46
_ENDS = (22, 22 + 56 + 20)
_DESCRIPTOR_FOLLOWS = 0x8
_UTF8 = 0x800
_WIDE = 0xFFFF_FFFF
# Zip64 sizes, times of NTFS and Unix, Unix owners: fields that give no file another name or content.
_HARMLESS = {0x0001, 0x000A, 0x5455, 0x5855, 0x7855, 0x7875}


def refuse_ambiguous(file: Path, label: str) -> None:
    """Raise PackagingError unless every byte of the zip belongs to what its directory lists, and both headers agree.

    ``label`` says in the error which zip it is. The zip's entries must have been read before (``packaging.Archive``):
    contents are not looked into here.
    """
    with zipfile.ZipFile(file) as archive, file.open("rb") as data:
        at = 0
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        for info in infos:
            if info.header_offset != at:
                raise PackagingError(f"{label}: bytes that no entry owns stand before {info.filename!r}")
            try:
                at = _end_of(info, data)
            except (ValueError, struct.error) as error:
                raise PackagingError(f"{label}: {info.filename!r}: readers may differ about it: {error}") from error
        if at != archive.start_dir:
            raise PackagingError(f"{label}: bytes that no entry owns stand before the directory")
        listed = sum(_DIRECTORY_ENTRY + len(_name(each)) + len(each.extra) + len(each.comment) for each in infos)
        if file.stat().st_size - archive.start_dir - listed not in _ENDS:
            raise PackagingError(f"{label}: bytes that no entry owns stand behind the directory")


def _end_of(info: zipfile.ZipInfo, data: BinaryIO) -> int:
    """Where the entry ends; raises ValueError where its local header is not what the directory says."""
    data.seek(info.header_offset)
    head: tuple[int, ...] = _LOCAL.unpack(data.read(_LOCAL.size))[2:]
    flags, method, _, _, crc, compressed, size, name_length, extra_length = head
    name, extra = data.read(name_length), data.read(extra_length)
    if not name.isascii() and not flags & _UTF8:
        raise ValueError("a name in letters that are not said to be UTF-8")
    for found, listed in ((name, _name(info)), (flags, info.flag_bits), (method, info.compress_type)):
        if found != listed:
            raise ValueError(f"its headers say {found!r} and {listed!r}")
    for field in (*_extra_fields(extra), *_extra_fields(info.extra)):
        if field not in _HARMLESS:
            raise ValueError(f"extra field 0x{field:04x}, which readers differ about")
    end = info.header_offset + _LOCAL.size + name_length + extra_length + info.compress_size
    if flags & _DESCRIPTOR_FOLLOWS:
        return end + _descriptor_length(info, data, end)
    for found, listed, widened in (
        (crc, info.CRC, False), (compressed, info.compress_size, True), (size, info.file_size, True)
    ):  # fmt: skip
        if found != listed and not (widened and found == _WIDE and 0x0001 in _extra_fields(extra)):
            raise ValueError(f"its headers say {found} and {listed}")
    return end


def _descriptor_length(info: zipfile.ZipInfo, data: BinaryIO, at: int) -> int:
    """Bytes of the record behind the content that tells CRC and sizes: with a signature or not, narrow or wide."""
    data.seek(at)
    found = data.read(24)
    # Wide first: of an empty file, its beginning looks like a narrow one.
    for shape in ("<LQQ", "<LLL"):
        if max(info.compress_size, info.file_size) > _WIDE and shape == "<LLL":
            continue
        record = struct.pack(shape, info.CRC, info.compress_size, info.file_size)
        for told in (b"PK\7\x08" + record, record):
            if found.startswith(told):
                return len(told)
    raise ValueError("no CRC and sizes behind its content")


def _extra_fields(extra: bytes) -> list[int]:
    fields, at = [], 0
    while at < len(extra):
        field, length = struct.unpack_from("<HH", extra, at)
        fields.append(field)
        at += 4 + length
    if at != len(extra):
        raise ValueError("extra fields that are cut off")
    return fields


def _name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")
