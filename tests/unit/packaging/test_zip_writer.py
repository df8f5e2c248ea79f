"""The zips are whole, the same on every run, read by everyone, and need little memory however large they are."""

from __future__ import annotations

import hashlib
import io
import os
import random
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections import Counter
from pathlib import Path
from typing import BinaryIO

import deflate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yunfn.exceptions import PackagingError
from yunfn.packaging import Contents, Entry, Mode, compression, zip_format, zip_writer
from yunfn.packaging.archive import Archive
from yunfn.packaging.folder import Folder
from yunfn.packaging.ignore import Selection
from yunfn.packaging.source import Generated
from yunfn.packaging.zip_writer import write_zip, write_zips

TEXT = b"def handler(event, context): return event\n" * 400
NOISE = random.Random(1).randbytes(300_000)


def contents(files: dict[str, bytes], target: str | None = None) -> Contents:
    return Contents.of([(Generated(files), "")], "test", target)


def written(file: Path, files: dict[str, bytes]) -> zipfile.ZipFile:
    made = contents(files)
    write_zip(made.manifest, made.origin, file)
    return zipfile.ZipFile(file)


def streamed(monkeypatch: pytest.MonkeyPatch, over: int) -> None:
    """Let files of more than so many bytes be streamed, in pieces small enough for the tests' files."""
    monkeypatch.setattr(compression, "STREAM_OVER", over)
    monkeypatch.setattr(compression, "_PIECE", 10_000)


def test_others_read_what_is_written(tmp_path: Path) -> None:
    files = {"index.py": TEXT, "lib/é.bin": NOISE, "empty": b"", "again.py": TEXT, "one": b"1"}
    with written(tmp_path / "a.zip", files) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
        methods = {info.filename: info.compress_type for info in archive.infolist()}
    assert methods == {"index.py": 8, "again.py": 8, "lib/é.bin": 0, "empty": 0, "one": 0}
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tqq", tmp_path / "a.zip"], check=True, timeout=60)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text("abé -", min_size=1, max_size=5), st.binary(max_size=3000), min_size=1))
def test_whatever_goes_in_comes_out(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    with written(tmp_path_factory.mktemp("zip") / "a.zip", files) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


@pytest.mark.parametrize("size", [20_001, 10_000, 30_000, 9_999])
def test_large_files_are_streamed_and_stay_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    streamed(monkeypatch, 5000)
    large = random.Random(2).randbytes(100) * (size // 100) + b"x" * (size % 100)
    with written(tmp_path / "a.zip", {"a": TEXT[:4000], "large": large, "z": b"end" * 50}) as archive:
        assert archive.read("large") == large
        assert archive.read("z") == b"end" * 50
        assert archive.getinfo("large").compress_size < size / 10
    monkeypatch.setattr(compression, "threads", lambda: 7)
    with written(tmp_path / "b.zip", {"a": TEXT[:4000], "large": large, "z": b"end" * 50}):
        assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_streamed_pieces_compress_about_as_well_as_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    streamed(monkeypatch, 5000)
    words = b" ".join(b"%d" % random.Random(n).randrange(3000) for n in range(40_000))
    with written(tmp_path / "a.zip", {"words": words}) as archive:
        assert archive.getinfo("words").compress_size < 1.02 * len(zlib.compress(words, 6))


def test_a_streamed_file_that_does_not_compress_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    streamed(monkeypatch, 5000)
    with written(tmp_path / "a.zip", {"noise": NOISE, "z": TEXT}) as archive:
        assert archive.testzip() is None
        assert archive.read("noise") == NOISE
        assert archive.getinfo("noise").compress_type == zipfile.ZIP_STORED
        assert archive.read("z") == TEXT
    assert (tmp_path / "a.zip").stat().st_size < len(NOISE) + 2000


def test_numbers_that_outgrow_32_bits_stand_in_zip64_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_format, "LIMIT_32", 10_000)
    monkeypatch.setattr(zip_format, "LIMIT_16", 2)
    streamed(monkeypatch, 200_000)
    files = {"a": TEXT, "b": NOISE, "c": b"small", "d": TEXT + b"x" * 9999}
    with written(tmp_path / "a.zip", files) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
        versions = {info.filename: info.extract_version for info in archive.infolist()}
    # c is small, but it lies beyond the limit.
    assert versions == {"a": 45, "b": 45, "c": 45, "d": 45}
    assert b"PK\6\6" in (tmp_path / "a.zip").read_bytes()[-200:]
    if shutil.which("unzip"):
        subprocess.run(["unzip", "-tqq", tmp_path / "a.zip"], check=True, timeout=60)


def test_more_than_65535_files_fit(tmp_path: Path) -> None:
    files = {f"{number:05}": b"%d" % (number % 7) for number in range(66_000)}
    with written(tmp_path / "a.zip", files) as archive:
        assert len(archive.namelist()) == 66_000
        assert archive.read("65999") == b"3"


class Counting:
    """A source that counts how often each file is opened."""

    label = "counting"

    def __init__(self, files: dict[str, bytes]) -> None:
        self._source = Generated(files)
        self.opened: Counter[str] = Counter()

    def entries(self) -> list[Entry]:
        return list(self._source.entries())

    def open(self, path: str) -> BinaryIO:
        self.opened[path] += 1
        return self._source.open(path)


def test_several_targets_compress_what_they_share_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    streamed(monkeypatch, 250_000)
    source = Counting({"a.py": TEXT, "copy.py": TEXT, "large": TEXT * 20, "noise": NOISE[:90_000]})
    one = Contents.of([(source, "python")], "test", "alibaba:python3.10")
    two = Contents.of([(source, ""), (Generated({"more": b"more"}), "")], "test", "tencent:Python3.10")
    write_zips([(c.manifest, c.origin, tmp_path / f"{n}.zip") for n, c in enumerate((one, two))])
    # Neither the copy nor the second zip is read again.
    assert source.opened == {"a.py": 1, "large": 1, "noise": 1}
    for number, made in enumerate((one, two)):
        write_zip(made.manifest, made.origin, tmp_path / "alone.zip")
        assert (tmp_path / "alone.zip").read_bytes() == (tmp_path / f"{number}.zip").read_bytes()
        with zipfile.ZipFile(tmp_path / "alone.zip") as archive:
            assert archive.testzip() is None


def test_threads_may_read_one_zip_at_a_time(tmp_path: Path) -> None:
    files = {f"{n:03}": random.Random(n).randbytes(30_000) + TEXT for n in range(200)}
    with zipfile.ZipFile(tmp_path / "from.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    source = Archive(tmp_path / "from.zip", Selection(defaults=False))
    made = Contents.of([(source, "")], "test")
    write_zip(made.manifest, made.origin, tmp_path / "a.zip")
    source.close()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == files


def test_a_twin_keeps_its_own_mode(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    for name, mode in (("plain", 0o644), ("run", 0o755)):
        (tmp_path / "code" / name).write_bytes(TEXT)
        (tmp_path / "code" / name).chmod(mode)
    made = Contents.of([(Folder(tmp_path / "code", Selection()), "")], "test")
    write_zip(made.manifest, made.origin, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        modes = [info.external_attr >> 16 for info in archive.infolist()]
    assert modes == [Mode.FILE.value, Mode.EXECUTABLE.value]


@pytest.mark.parametrize("size", [1000, 50_000])
@pytest.mark.parametrize("change", ["other", "longer", "shorter", "gone"])
def test_a_file_that_changes_is_named_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, change: str
) -> None:
    streamed(monkeypatch, 20_000)
    folder, out = tmp_path / "code", tmp_path / "out"
    folder.mkdir()
    (folder / "a").write_bytes(b"a" * 500)
    (folder / "file").write_bytes(b"x" * size)
    made = Contents.of([(Folder(folder, Selection()), "")], "test")
    match change:
        case "gone":
            (folder / "file").unlink()
        case _:
            harm = {"other": b"y" * size, "longer": b"x" * (size + 1), "shorter": b"x" * (size - 1)}
            (folder / "file").write_bytes(harm[change])
    with pytest.raises(PackagingError, match="'file': " + ("cannot be packed" if change == "gone" else "changed")):
        write_zip(made.manifest, made.origin, out / "a.zip")
    assert list(out.iterdir()) == []


def test_if_one_of_several_fails_none_is_written(tmp_path: Path) -> None:
    class Failing(Counting):
        def open(self, path: str) -> BinaryIO:
            raise OSError(5, "Input/output error")

    good, bad = contents({"a": TEXT}), Contents.of([(Failing({"b": NOISE}), "")], "test")
    with pytest.raises(PackagingError, match=r"counting: 'b': cannot be packed: .*Input/output error"):
        write_zips([(c.manifest, c.origin, tmp_path / f"{n}.zip") for n, c in enumerate((good, bad))])
    assert list(tmp_path.iterdir()) == []


def test_memory_for_contents_read_ahead_is_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[int] = []
    most = [0]

    class Holding(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            held.append(len(data))
            return data

    class Source(Counting):
        def open(self, path: str) -> BinaryIO:
            return Holding(self._source.open(path).read())

    def put(archive: object, entry: Entry, content: object) -> None:
        most[0] = max(most[0], sum(held))
        held.remove(entry.size)
        true_put(archive, entry, content)  # type: ignore[arg-type]

    true_put = zip_writer._put
    monkeypatch.setattr(zip_writer, "_put", put)
    monkeypatch.setattr(zip_writer, "_AHEAD", 400_000)
    monkeypatch.setattr(zip_writer, "_BATCH", 50_000)
    files = {f"{n:03}": NOISE[n * 1000 : n * 1000 + 50_000] for n in range(100)}
    made = Contents.of([(Source(files), "")], "test")
    write_zip(made.manifest, made.origin, tmp_path / "a.zip")
    assert 100_000 <= most[0] <= 400_000


CHILD = r"""
import re, sys
from pathlib import Path
from yunfn.packaging import pack
package = pack(sys.argv[1], cache=Path(sys.argv[2]))
# Not ru_maxrss: that starts at what the parent had when it started this process.
peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
print(package.manifest.size, peak[1], package.file)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of memory from /proc")
def test_500_mb_are_packed_in_less_than_300_mb(tmp_path: Path) -> None:
    root, mb = tmp_path / "tree", 2**20
    root.mkdir()
    # Hard to compress, so that what is read stays in memory until it is written.
    part = [os.urandom(900_000) + bytes(mb - 900_000) for _ in range(8)]
    sizes = [170, 64, 70, 64, 63, 62, 40, *[3] * 10]
    for number, size in enumerate(sizes):
        with (root / f"{number:03}.bin").open("wb") as file:
            for at in range(size):
                file.write(b"%9d" % (number * 1000 + at) + part[(number + at) % 8][9:])
    for number in range(2000):
        (root / f"m{number}.py").write_bytes(b"VALUE = %d\n" % number)
    command = [sys.executable, "-c", CHILD, root, tmp_path / "cache"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    size, kilobytes, file = done.stdout.split()
    assert int(size) > 500 * mb
    assert int(kilobytes) / 1024 < 300
    with zipfile.ZipFile(file) as archive, archive.open("000.bin") as large:
        assert hashlib.file_digest(large, "sha256").digest() == _sha256(root / "000.bin")
        assert archive.getinfo("000.bin").compress_size < 150 * mb
    shutil.rmtree(tmp_path / "cache")
    shutil.rmtree(root)


def _sha256(file: Path) -> bytes:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").digest()


def test_libdeflate_is_what_compresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with written(tmp_path / "a.zip", {"a": TEXT}) as archive:
        assert archive.getinfo("a").compress_size == len(deflate.deflate_compress(TEXT, 6))
