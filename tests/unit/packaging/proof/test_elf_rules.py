"""File formats and extension modules' names."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.packaging.proof import Finding
from yunfn.packaging.proof.elf_rules import extension_suffixes
from yunfn.packaging.target import Target
from yunfn.pythons import Interpreter

from .conftest import Compile, rules

Findings = Callable[..., list[Finding]]
PLAIN = "int answer(void) { return 42; }"


@pytest.mark.parametrize(
    ("symbol", "version", "target", "fits"),
    [
        # As glibc's own lists of symbols have them (sysdeps/unix/sysv/linux/x86_64/64/*.abilist).
        ("secure_getenv", "GLIBC_2.17", "tencent:Python3.6", True),
        ("__cxa_thread_atexit_impl", "GLIBC_2.18", "tencent:Python3.6", False),
        ("getrandom", "GLIBC_2.25", "alibaba:python3", False),
        ("fcntl64", "GLIBC_2.28", "alibaba:python3.10", True),
        ("fcntl64", "GLIBC_2.28", "alibaba:python3.9", False),
        ("gettid", "GLIBC_2.30", "alibaba:python3.10", False),
        ("gettid", "GLIBC_2.30", "alibaba:python3.12", True),
        ("close_range", "GLIBC_2.34", "alibaba:python3.12", False),
        ("close_range", "GLIBC_2.34", "alibaba:custom.debian12+python3.12", True),
    ],
)
def test_the_newest_glibc_there_is(
    findings: Findings, compiled: Compile, symbol: str, version: str, target: str, fits: bool
) -> None:
    source = f"void {symbol}(void); void use(void) {{ {symbol}(); }}"
    library = compiled(source, "-lc", "-fno-builtin", system="x86_64-linux-gnu.2.38")
    prefix = "python/" if target.startswith("alibaba") else ""
    found = findings({f"{prefix}use.so": library}, target)
    assert rules(found) == ([] if fits else ["elf-glibc"])
    assert fits or f"needs {version} of libc.so.6" in found[0].message


@pytest.mark.parametrize(
    ("name", "target", "fits"),
    [
        ("a.cpython-310-x86_64-linux-gnu.so", "alibaba:python3.10", True),
        ("a.cpython-36m-x86_64-linux-gnu.so", "alibaba:python3", True),
        ("a.cpython-37m-x86_64-linux-gnu.so", "tencent:Python3.7", True),
        ("a.abi3.so", "alibaba:python3", True),
        ("a.so", "alibaba:python3", True),
        ("liba.so.1", "alibaba:python3", True),
        ("a.other.so", "alibaba:python3", True),
        ("a.cpython-39-x86_64-linux-gnu.so", "alibaba:python3", False),
        ("a.cpython-36dm-x86_64-linux-gnu.so", "alibaba:python3", False),
        ("a.cpython-310-x86_64-linux-musl.so", "alibaba:python3.10", False),
        ("a.cpython-310-aarch64-linux-gnu.so", "alibaba:python3.10", False),
        ("a.cpython-310-darwin.so", "alibaba:python3.10", False),
        ("a.cpython-313t-x86_64-linux-gnu.so", "alibaba:custom.debian12+python3.13", False),
        ("a.pypy39-pp73-x86_64-linux-gnu.so", "alibaba:python3.9", False),
    ],
)
def test_the_tag_in_an_extensions_name(
    findings: Findings, compiled: Compile, name: str, target: str, fits: bool
) -> None:
    prefix = "python/" if target.startswith("alibaba") else ""
    found = findings({f"{prefix}{name}": compiled(PLAIN)}, target)
    assert rules(found) == ([] if fits else ["elf-python-abi"])


@pytest.mark.parametrize(
    "version, runtime",
    [
        ("3.6", "alibaba:python3"),
        ("3.7", "tencent:Python3.7"),
        ("3.9", "alibaba:python3.9"),
        ("3.12", "alibaba:python3.12"),
    ],
)
def test_the_suffixes_are_those_of_the_real_python(
    python_of: Callable[[str], Interpreter], version: str, runtime: str
) -> None:
    code = "import _imp, json; print(json.dumps(_imp.extension_suffixes()))"
    done = subprocess.run(
        [str(python_of(version).executable), "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    theirs = [suffix.replace("aarch64", "x86_64") for suffix in json.loads(done.stdout)]
    assert [*extension_suffixes(Target.parse(runtime)), ".so"] == theirs


def test_the_stable_abi_of_a_newer_python(findings: Findings, compiled: Compile) -> None:
    """As cryptography's wheels: one file for 3.7 and all that follow, whose name does not say so; its tags do."""
    files = {
        "python/native.abi3.so": compiled(PLAIN),
        "python/native-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: native\nVersion: 1.0\n",
        "python/native-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\nTag: cp37-abi3-manylinux_2_17_x86_64\n",
        "python/native-1.0.dist-info/RECORD": b"native.abi3.so,,\nnative-1.0.dist-info/METADATA,,\n",
    }
    found = findings(files, "alibaba:python3")
    assert rules(found) == ["elf-python-abi"]
    assert "stable ABI of Python 3.7 and newer" in found[0].message
    assert found[0].package == "native 1.0"
    assert findings(files, "alibaba:python3.9") == []


@pytest.mark.parametrize(
    ("name", "content", "executable", "expected"),
    [
        ("python/a.so", b"", False, [("elf-format", "error")]),
        ("python/a.so", b"hello, world", False, [("elf-format", "error")]),
        ("python/a.so.1", b"\xfe\xed\xfa\xcf....", False, [("elf-format", "error")]),
        ("python/a.so", b"\xca\xfe\xba\xbe....", False, [("elf-format", "error")]),
        ("python/a.pyd", b"MZ......", False, [("elf-format", "error")]),
        ("python/a.dylib", b"\xcf\xfa\xed\xfe....", False, [("elf-format", "warning")]),
        ("python/a.dll", b"MZ......", False, [("elf-format", "warning")]),
        ("bin/tool", b"\xcf\xfa\xed\xfe....", True, [("elf-format", "error")]),
        ("bin/tool", b"\xcf\xfa\xed\xfe....", False, []),
        # Every setuptools and pip carries such launchers for Windows.
        ("python/setuptools/cli.exe", b"MZ......", True, []),
        ("python/Main.class", b"\xca\xfe\xba\xbe....", False, []),
        ("python/notes.so.txt", b"hello", False, []),
    ],
)
def test_formats(
    tmp_path: Path, findings: Findings, name: str, content: bytes, executable: bool, expected: list[tuple[str, str]]
) -> None:
    if executable:
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True)
        file.touch(mode=0o755)
    found = findings({name: content, "python/setuptools/__init__.py": b""}, "alibaba:python3.10")
    assert [(f.rule, f.severity) for f in found] == expected


def test_modules_for_every_system(findings: Findings, compiled: Compile) -> None:
    """As debugpy ships them: a Windows module is dead weight where the package has a library for Linux."""
    files = {"python/package/tool.cp310-win_amd64.pyd": b"MZ..", "python/package/deep/tool.so": compiled(PLAIN)}
    found = findings({**files, "python/package/__init__.py": b""}, "alibaba:python3.10")
    assert [(f.rule, f.severity) for f in found] == [("elf-format", "warning")]


def test_a_damaged_library(findings: Findings, compiled: Compile) -> None:
    found = findings({"python/a.so": compiled(PLAIN).read_bytes()[:100]}, "alibaba:python3")
    assert rules(found) == ["elf-format"]
    assert "damaged ELF file" in found[0].message


def test_an_object_file(findings: Findings, compiled: Compile) -> None:
    found = findings({"python/a.so": compiled(PLAIN, kind="-r")}, "alibaba:python3")
    assert rules(found) == ["elf-format"]
    assert "ET_REL" in found[0].message


def test_a_program_without_libraries(findings: Findings, compiled: Compile) -> None:
    """A static program, as Go makes them, needs nothing."""
    program = compiled("void _start(void) { for (;;); }", kind="-static", name="tool")
    assert findings({"bin/tool": program}, "alibaba:python3") == []
