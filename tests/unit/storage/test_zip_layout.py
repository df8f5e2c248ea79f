"""Zips that two readers could take for different are refused; those that ordinary writers make are not."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.exceptions import PackagingError
from yunfn.packaging import pack
from yunfn.storage.zip_layout import refuse_ambiguous

FILES = {"a.py": b"print(1)\n" * 100, "b/ü.bin": os.urandom(5000), "c": b""}


def ordinary() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    return data.getvalue()


class Unseekable(io.RawIOBase):
    """A pipe: what is written cannot be mended, so sizes follow the content."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += bytes(data)
        return len(data)


def streamed(force_zip64: bool) -> bytes:
    pipe = Unseekable()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in FILES.items():
            with archive.open(name, "w", force_zip64=force_zip64) as entry:
                entry.write(content)
    return pipe.data


def zip64() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in FILES.items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(content)
    return data.getvalue()


@pytest.mark.parametrize(
    "make", [ordinary, lambda: streamed(False), lambda: streamed(True), zip64], ids=["plain", "pipe", "pipe64", "zip64"]
)
def test_zips_of_pythons_writer_are_taken(tmp_path: Path, make: Callable[[], bytes]) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(make())
    refuse_ambiguous(file, "x.zip")


def test_our_own_zips_are_taken(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content)
    refuse_ambiguous(pack(tmp_path / "in", cache=tmp_path / "cache").file, "ours")


def test_zips_of_info_zip_are_taken(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(FILES["a.py"])
    try:
        subprocess.run(["zip", "-q", "x.zip", "a.py"], cwd=tmp_path, check=True)
    except FileNotFoundError:
        pytest.skip("there is no zip on this machine")
    refuse_ambiguous(tmp_path / "x.zip", "x.zip")


def prepended() -> bytes:
    return b"#!/bin/sh\n" + ordinary()


def appended() -> bytes:
    return ordinary() + b"more"


def commented() -> bytes:
    data = io.BytesIO(ordinary())
    with zipfile.ZipFile(data, "a") as archive:
        archive.comment = b"PK\5\6" + bytes(18)
    return data.getvalue()


def hidden_entry() -> bytes:
    """An entry that has its content and header, and is not in the directory."""
    data = ordinary()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
        first = archive.infolist()[0]
    directory = data[start:-22]
    length = 46 + len(first.filename)
    end = bytearray(data[-22:])
    struct.pack_into("<HHLL", end, 8, len(FILES) - 1, len(FILES) - 1, len(directory) - length, start)
    return data[:start] + directory[length:] + bytes(end)


def changed(find: bytes, into: bytes) -> bytes:
    """The same bytes changed where they stand first: in a local header."""
    data = ordinary()
    assert find in data and len(find) == len(into)
    return data.replace(find, into, 1)


def renamed() -> bytes:
    return changed(b"a.py", b"z.py")


def other_method() -> bytes:
    data = bytearray(ordinary())
    data[8] = 0
    return bytes(data)


def other_crc() -> bytes:
    data = bytearray(ordinary())
    data[14] ^= 1
    return bytes(data)


def other_size() -> bytes:
    data = bytearray(ordinary())
    data[22] ^= 1
    return bytes(data)


def second_name() -> bytes:
    """A name in Info-ZIP's field for Unicode paths, which its unzip goes by."""
    info = zipfile.ZipInfo("good.py")
    name = b"evil.py"
    info.extra = struct.pack("<HHBL", 0x7075, 5 + len(name), 1, 0) + name
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(info, b"x")
    return data.getvalue()


def no_utf8() -> bytes:
    data = bytearray(ordinary())
    for at in (data.index("b/ü".encode()) - 30 + 6, data.rindex("b/ü".encode()) - 46 + 8):
        struct.pack_into("<H", data, at, 0)
    return bytes(data)


def between() -> bytes:
    """Bytes between an entry's content and the next header."""
    data = ordinary()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start, last = archive.start_dir, archive.infolist()[-1]
    moved = bytearray(data[: last.header_offset] + b"extra" + data[last.header_offset :])
    at = moved.rindex(b"PK\1\2")
    struct.pack_into("<L", moved, at + 42, last.header_offset + 5)
    struct.pack_into("<L", moved, len(moved) - 22 + 16, start + 5)
    return bytes(moved)


AMBIGUOUS = {
    prepended: "before 'a.py'", appended: "no entry owns", commented: "no entry owns", hidden_entry: "before 'b/ü.bin'",
    renamed: "b'z.py' and b'a.py'", other_method: "say 0 and 8", other_crc: "headers say", other_size: "headers say",
    second_name: "field 0x7075", no_utf8: "not said to be UTF-8", between: "before 'c'",
}  # fmt: skip


@pytest.mark.parametrize("make", AMBIGUOUS, ids=lambda make: make.__name__)
def test_what_readers_may_differ_about_is_refused(tmp_path: Path, make: Callable[[], bytes]) -> None:
    file = tmp_path / "x.zip"
    file.write_bytes(make())
    with pytest.raises((PackagingError, zipfile.BadZipFile), match=AMBIGUOUS[make]):
        refuse_ambiguous(file, "x.zip")
