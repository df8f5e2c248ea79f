"""What a zip from outside is refused for: every case made from real files, each with a rule and words of its own."""

from __future__ import annotations

import struct
import subprocess
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.packaging.proof import Finding
from yunfn.packaging.target import Target
from yunfn.pythons import Interpreter

from .conftest import Compile, check_zip, write_zip

FC36, SCF36 = Target.parse("alibaba:python3"), Target.parse("tencent:Python3.6")
PLAIN = "int answer(void) { return 42; }"
MODULE = """
#include <Python.h>
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "native", 0, -1, 0};
PyMODINIT_FUNC PyInit_native(void) { return PyModule_Create(&definition); }
"""


def only(found: list[Finding]) -> Finding:
    assert len(found) == 1, found
    assert found[0].severity == "error"
    assert found[0].advice
    return found[0]


def test_what_is_right_is_let_through(tmp_path: Path, compiled: Compile) -> None:
    good = compiled(PLAIN)
    file = write_zip(tmp_path / "good.zip", {"python/good.so": good, "python/good.py": b"", "lib/libgood.so": good})
    assert check_zip(file, FC36) == []


def test_a_darwin_library(tmp_path: Path, compiled: Compile) -> None:
    mac = compiled(PLAIN, system="x86_64-macos")
    assert mac.read_bytes()[:4] == b"\xcf\xfa\xed\xfe"
    found = only(check_zip(write_zip(tmp_path / "a.zip", {"python/native.so": mac}), FC36))
    assert (found.rule, found.path) == ("elf-format", "python/native.so")
    assert "Mach-O file (macOS)" in found.message


def test_a_windows_library(tmp_path: Path, compiled: Compile) -> None:
    entry = "int DllMainCRTStartup(void *a, int b, void *c) { return 1; }"
    windows = compiled(entry, system="x86_64-windows-gnu", name="native.dll")
    found = only(check_zip(write_zip(tmp_path / "a.zip", {"python/native.so": windows}), FC36))
    assert (found.rule, found.path) == ("elf-format", "python/native.so")
    assert "Windows file (PE)" in found.message


def test_an_extension_for_python_39_in_a_36_layer(
    tmp_path: Path, compiled: Compile, python_of: Callable[[str], Interpreter]
) -> None:
    include = python_of("3.9").prefixes[0] / "include" / "python3.9"
    native = compiled(MODULE, f"-I{include}", "-lc")
    name = "python/native.cpython-39-x86_64-linux-gnu.so"
    file = write_zip(tmp_path / "a.zip", {name: native})
    found = only(check_zip(file, FC36))
    assert (found.rule, found.path) == ("elf-python-abi", name)
    assert "for Python 3.9" in found.message
    assert ".cpython-36m-x86_64-linux-gnu.so" in found.message
    assert check_zip(file, Target.parse("alibaba:python3.9")) == []


def test_an_aarch64_library(tmp_path: Path, compiled: Compile) -> None:
    arm = compiled(PLAIN, system="aarch64-linux-gnu.2.17")
    found = only(check_zip(write_zip(tmp_path / "a.zip", {"python/native.so": arm}), FC36))
    assert (found.rule, found.path) == ("elf-architecture", "python/native.so")
    assert "is for aarch64; alibaba:python3 runs x86_64" in found.message


def test_a_library_that_needs_glibc_238(tmp_path: Path, compiled: Compile) -> None:
    # strlcpy came with glibc 2.38 (its NEWS file).
    source = "#include <string.h>\nunsigned long copy(char *a, const char *b) { return strlcpy(a, b, 4); }"
    new = compiled(source, "-lc", system="x86_64-linux-gnu.2.38")
    found = only(check_zip(write_zip(tmp_path / "a.zip", {"python/native.so": new}), FC36))
    assert (found.rule, found.path) == ("elf-glibc", "python/native.so")
    assert "needs GLIBC_2.38 of libc.so.6" in found.message
    assert "GLIBC_2.24 at most" in found.message


def test_bytecode_of_python_38_in_a_36_layer(tmp_path: Path, python_of: Callable[[str], Interpreter]) -> None:
    (tmp_path / "module.py").write_text("answer = 42\n")
    command = [str(python_of("3.8").executable), "-c", "import py_compile; py_compile.compile('module.py', 'm.pyc')"]
    subprocess.run(command, cwd=tmp_path, check=True, timeout=60)
    file = write_zip(tmp_path / "a.zip", {"module.pyc": tmp_path / "m.pyc"})
    found = only(check_zip(file, SCF36))
    assert (found.rule, found.path) == ("bytecode-magic", "module.pyc")
    assert "Python 3.8" in found.message
    assert "Python 3.6" in found.message


@pytest.mark.parametrize(
    ("target", "path", "folder", "words"),
    [
        ("alibaba:python3", "python/python/six.py", "python/python/", "1 folder too deep"),
        ("alibaba:python3", "layer/python/six.py", "layer/python/", "imports from /opt/python"),
        ("alibaba:python3", "python/layer/six/__init__.py", "python/layer/", "1 folder too deep"),
        ("alibaba:python3", "six.py", "six", "stands at the root of the zip"),
        ("alibaba:python3", "requests/__init__.py", "requests", "stands at the root of the zip"),
        (
            "alibaba:python3.10",
            "python/lib/python3.10/site-packages/six.py",
            "python/lib/python3.10/site-packages/",
            "3 folders too deep",
        ),
        ("tencent:Python3.6", "python/six.py", "python/", "1 folder too deep"),
        ("tencent:Python3.6", "my-layer/requests/__init__.py", "my-layer/", "imports from /opt,"),
    ],
)
def test_a_folder_one_level_too_deep(tmp_path: Path, target: str, path: str, folder: str, words: str) -> None:
    found = only(check_zip(write_zip(tmp_path / "a.zip", {path: b""}), Target.parse(target)))
    assert (found.rule, found.path) == ("layout-depth", folder)
    assert words in found.message


def zeros(blocks: int) -> bytes:
    """A zip with one file of that many times 64 MB of zeros, 64 kB each: one compressed block said again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    plain = bytes(64 << 20)
    block = packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH)
    check = 0
    for _ in range(blocks):
        check = zlib.crc32(plain, check)
    data = block * blocks + zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    sizes = (check, len(data), blocks * len(plain), 5, 0)
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 33, *sizes) + b"zeros"
    central = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 33, *sizes, 0, 0, 0, 0, 0) + b"zeros"
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(central), len(local) + len(data), 0)
    return local + data + central + end


def test_the_bomb_is_real(tmp_path: Path) -> None:
    """One of its blocks less than the limit goes through a full read."""
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(zeros(2))
    with zipfile.ZipFile(bomb) as archive:
        assert archive.testzip() is None
        assert archive.getinfo("zeros").file_size == 128 << 20


def test_a_zip_bomb_is_refused_unread(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    bomb.write_bytes(zeros(33))
    assert bomb.stat().st_size < 4 << 20
    started = time.process_time()
    found = only(check_zip(bomb, FC36))
    # Unzipping two gigabytes takes seconds.
    assert time.process_time() - started < 1.2
    assert (found.rule, found.path) == ("archive-bomb", "zeros")
    assert "unzips to more than 2147483648 bytes" in found.message


def test_a_zip_bomb_that_hides_its_size(tmp_path: Path) -> None:
    """The headers say 100 bytes; a reader that believed them would unzip the rest."""
    file = write_zip(tmp_path / "a.zip", {"zeros": b"\0" * 1_000_000})
    content = bytearray(file.read_bytes())
    central = content.index(b"PK\x01\x02")
    struct.pack_into("<I", content, central + 24, 100)
    struct.pack_into("<I", content, content.index(b"PK\x03\x04") + 22, 100)
    file.write_bytes(content)
    found = only(check_zip(file, FC36))
    assert (found.rule, found.path) == ("archive-damaged", "zeros")


def test_entries_that_share_their_bytes(tmp_path: Path) -> None:
    file = write_zip(tmp_path / "a.zip", {"a.py": b"x" * 1000, "b.py": b"y" * 1000})
    content = bytearray(file.read_bytes())
    struct.pack_into("<I", content, content.rindex(b"PK\x01\x02") + 42, 0)
    file.write_bytes(content)
    assert only(check_zip(file, FC36)).rule == "archive-bomb"


def test_a_path_with_dots(tmp_path: Path) -> None:
    found = only(check_zip(write_zip(tmp_path / "a.zip", {"python/../../evil.py": b""}), FC36))
    assert (found.rule, found.path) == ("archive-parent-path", "python/../../evil.py")
    assert "'..' would leave" in found.message


def test_an_absolute_path(tmp_path: Path) -> None:
    found = only(check_zip(write_zip(tmp_path / "a.zip", {"/etc/cron.d/evil": b""}), FC36))
    assert (found.rule, found.path) == ("archive-absolute-path", "/etc/cron.d/evil")


def test_an_absolute_link(tmp_path: Path) -> None:
    file = write_zip(tmp_path / "a.zip", {"python/six.py": b""}, {"python/passwd": "/etc/passwd"})
    found = only(check_zip(file, FC36))
    assert (found.rule, found.path) == ("archive-absolute-link", "python/passwd")
    assert "'/etc/passwd'" in found.message


def test_a_link_that_climbs_out(tmp_path: Path) -> None:
    file = write_zip(tmp_path / "a.zip", {"python/six.py": b""}, {"python/up": "../../up"})
    found = only(check_zip(file, FC36))
    assert (found.rule, found.path) == ("archive-link-escape", "python/up")


@pytest.mark.parametrize("flagged", [True, False])
def test_a_name_that_is_not_utf8(tmp_path: Path, flagged: bool) -> None:
    """Chinese Windows writes GBK; whether the zip claims that its names are UTF-8 does not matter."""
    name = "python/模块.py".encode("gbk")
    file = write_zip(tmp_path / "a.zip", {"python/" + "x" * (len(name) - 10) + ".py": b""})
    content = file.read_bytes().replace(b"python/" + b"x" * (len(name) - 10) + b".py", name)
    changed = bytearray(content)
    if flagged:
        for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            struct.pack_into("<H", changed, content.index(start) + offset, 0x800)
    file.write_bytes(changed)
    found = only(check_zip(file, FC36))
    assert found.rule == "archive-name-encoding"
    assert repr(name) == found.path
    assert "must be UTF-8" in found.message


def test_a_utf8_name_without_the_flag_is_taken_as_what_it_is(tmp_path: Path) -> None:
    """As macOS's ditto and some zip programs on Linux write it."""
    name = "python/图片.py"
    file = write_zip(tmp_path / "a.zip", {name: b"x = 1"})
    changed = bytearray(file.read_bytes())
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", changed, changed.index(start) + offset, 0)
    file.write_bytes(changed)
    assert check_zip(file, FC36) == []


def test_no_zip_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"<html>404</html>")
    found = only(check_zip(tmp_path / "a.zip", FC36))
    assert (found.rule, found.path) == ("archive-damaged", "a.zip")
    empty = write_zip(tmp_path / "empty.zip", {})
    assert only(check_zip(empty, FC36)).rule == "archive-empty"


def test_a_folder_that_is_a_link(tmp_path: Path) -> None:
    file = write_zip(tmp_path / "a.zip", {"python/a.py": b""}, {"python/out/": "/etc"})
    found = only(check_zip(file, FC36))
    assert (found.rule, found.path) == ("archive-special-file", "python/out/")


def test_a_zip_without_its_beginning(tmp_path: Path) -> None:
    whole = write_zip(tmp_path / "a.zip", {"python/a.py": b"", "python/b.py": b""})
    whole.write_bytes(whole.read_bytes()[20:])
    found = only(check_zip(whole, FC36))
    assert found.rule == "archive-damaged"
    assert "its beginning is missing" in found.message


@pytest.mark.parametrize(
    ("path", "words"),
    [("python/" + "名" * 86, "more than 255 bytes"), ("python/" + "a/" * 2042 + "b", "more than 4090 bytes")],
)
def test_a_name_that_linux_cannot_have(tmp_path: Path, path: str, words: str) -> None:
    found = only(check_zip(write_zip(tmp_path / "a.zip", {path: b""}), FC36))
    assert (found.rule, words in found.message) == ("path-too-long", True)
    assert len(found.path) < 100
    just = "python/" + "a/" * 2041
    assert check_zip(write_zip(tmp_path / "b.zip", {"python/" + "b" * 255: b"", just[:-2] + "bb": b""}), FC36) == []


def test_a_name_does_not_steer_the_terminal(tmp_path: Path) -> None:
    found = only(check_zip(write_zip(tmp_path / "a.zip", {"python/\x1b]0;owned\x07\nok\u202e.py": b""}), FC36))
    assert r"python/\x1b]0;owned\x07\nok\u202e.py" in str(found)
    assert str(found).isprintable()
