"""Reads what an ELF file needs, and is not led astray by broken or hostile ones."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yunfn.packaging.proof.elf import DamagedElfError, Elf, read_elf

from .conftest import Compile

PLAIN = "int answer(void) { return 42; }"
_PF_DYNAMIC = 2


#: The extension modules of the Python that runs the tests.
EXTENSIONS = sorted(Path(sysconfig.get_config_var("DESTSHARED")).glob("*.so"))


def read(file: Path) -> Elf:
    with file.open("rb") as stream:
        return read_elf(stream)


def test_what_a_library_says(compiled: Compile) -> None:
    own = compiled(PLAIN, "-Wl,-soname,libanswer.so.1", name="libanswer.so.1")
    source = "#include <string.h>\nint answer(void); void *twice(void *a, void *b) { return memcpy(a, b, answer()); }"
    user = compiled(source, str(own), "-lc", "-Wl,-rpath,$ORIGIN/../a.libs:/opt/lib", "-fno-builtin")
    elf = read(user)
    assert (elf.machine, elf.kind, elf.soname) == ("x86_64", "ET_DYN", "")
    assert set(elf.needed) == {"libanswer.so.1", "libc.so.6"}
    assert (*elf.rpath, *elf.runpath) == ("$ORIGIN/../a.libs", "/opt/lib")
    # glibc gave memcpy a new version in 2.14 (its NEWS file).
    assert elf.versions == (("libc.so.6", "GLIBC_2.14"),)
    assert read(own).soname == "libanswer.so.1"
    assert read(own).needed == ()


def test_what_a_library_provides(compiled: Compile, tmp_path: Path) -> None:
    script = tmp_path / "versions.map"
    script.write_text("ANSWER_1.0 { global: answer; local: *; };\nANSWER_1.1 { global: other; } ANSWER_1.0;\n")
    source = f"{PLAIN} int other(void) {{ return 1; }}"
    library = compiled(source, f"-Wl,--version-script={script}", "-Wl,-soname,libanswer.so.1", name="libanswer.so.1")
    assert {"ANSWER_1.0", "ANSWER_1.1"} <= read(library).provides
    user = compiled("int other(void); int use(void) { return other(); }", str(library))
    assert read(user).versions == (("libanswer.so.1", "ANSWER_1.1"),)


def test_libraries_as_they_come() -> None:
    read_ones = [read(file) for file in EXTENSIONS]
    assert len(read_ones) > 5
    assert {elf.machine for elf in read_ones} == {read(Path(sys.executable).resolve()).machine}
    assert any("libc.so.6" in elf.needed for elf in read_ones)


def test_section_headers_are_not_asked(compiled: Compile, tmp_path: Path) -> None:
    """The loader reads none, so what they say must not matter."""
    source = "#include <string.h>\nunsigned long copy(char *a, const char *b) { return strlcpy(a, b, 4); }"
    library = compiled(source, "-lc", system="x86_64-linux-gnu.2.38")
    expected = read(library)
    content = bytearray(library.read_bytes())
    struct.pack_into("<Q", content, 0x28, 0)  # e_shoff
    struct.pack_into("<HHH", content, 0x3A, 0, 0, 0)  # e_shentsize, e_shnum, e_shstrndx
    assert read_elf(io.BytesIO(content)) == expected
    assert ("libc.so.6", "GLIBC_2.38") in expected.versions


def test_a_weak_need_does_not_count(compiled: Compile) -> None:
    source = "#include <string.h>\nunsigned long copy(char *a, const char *b) { return strlcpy(a, b, 4); }"
    library = compiled(source, "-lc", system="x86_64-linux-gnu.2.38")
    content = bytearray(library.read_bytes())
    # The auxiliary entry of version GLIBC_2.38 is known by the hash of its name (System V ABI, "hash function").
    number = 0
    for letter in b"GLIBC_2.38":
        number = (number << 4) + letter
        number = (number ^ ((number & 0xF0000000) >> 24)) & 0x0FFFFFFF
    at = content.index(struct.pack("<I", number))
    struct.pack_into("<H", content, at + 4, 2)  # VER_FLG_WEAK: ld.so goes on without it
    assert read_elf(io.BytesIO(content)).versions == ()


@pytest.mark.parametrize("size", [4, 16, 63, 64, 200])
def test_a_file_cut_short(compiled: Compile, size: int) -> None:
    with pytest.raises(DamagedElfError):
        read_elf(io.BytesIO(compiled(PLAIN).read_bytes()[:size]))


def test_a_dynamic_section_without_an_end(compiled: Compile) -> None:
    content = bytearray(compiled(PLAIN).read_bytes())
    headers, count = struct.unpack_from("<Q", content, 0x20)[0], struct.unpack_from("<H", content, 0x38)[0]
    for number in range(count):
        at = headers + number * 56
        if struct.unpack_from("<I", content, at)[0] == _PF_DYNAMIC:
            start, size = struct.unpack_from("<Q", content, at + 8)[0], struct.unpack_from("<Q", content, at + 32)[0]
    for at in range(start, start + size, 16):
        struct.pack_into("<qQ", content, at, 0x15, 0)  # DT_DEBUG
    with pytest.raises(DamagedElfError, match="dynamic section has no end"):
        read_elf(io.BytesIO(content))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=12))
def test_any_bytes_are_read_or_called_damaged(compiled: Compile, changes: list[tuple[int, int]]) -> None:
    source = "#include <string.h>\nunsigned long copy(char *a, const char *b) { return strlcpy(a, b, 4); }"
    content = bytearray(compiled(source, "-lc", system="x86_64-linux-gnu.2.38").read_bytes())
    for at, byte in changes:
        # Half of the changes go to the headers, where most of them matter.
        content[(at % 1500 if at % 2 else at) % len(content)] = byte
    content[:4] = b"\x7fELF"
    began = time.process_time()
    try:
        read_elf(io.BytesIO(content))
    except DamagedElfError as error:
        assert str(error)
    assert time.process_time() - began < 2


def test_it_is_quick(compiled: Compile) -> None:
    """150 libraries of numpy's kind are read well under 0.4 s: a millisecond each, and no import that takes longer."""
    code = (
        "import sys, time; t = time.process_time(); from yunfn.packaging.proof.elf import read_elf\n"
        "for _ in range(150):\n with open(sys.argv[1], 'rb') as s: read_elf(s)\n"
        "print(time.process_time() - t)"
    )
    library = max(EXTENSIONS, key=lambda file: file.stat().st_size)
    done = subprocess.run([sys.executable, "-c", code, str(library)], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 3
