"""Real binaries for the checks: compiled for any system by the compiler that the product ships, made once per run."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from yunfn.packaging.folder import Folder
from yunfn.packaging.ignore import Selection
from yunfn.packaging.proof import Finding, examine, examine_zip
from yunfn.packaging.target import Target
from yunfn.pythons import Interpreter, installed_python

LINUX = "x86_64-linux-gnu.2.17"
Files = Mapping[str, bytes | Path]
Compile = Callable[..., Path]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Compile C source for a zig target, as a shared library unless ``kind`` says else; a call again is free."""
    folder = tmp_path_factory.mktemp("compiled")
    made: dict[tuple[str, ...], Path] = {}

    def compile(source: str, *flags: str, system: str = LINUX, name: str = "library.so", kind: str = "-shared") -> Path:
        key = (source, system, name, kind, *flags)
        if key not in made:
            place = Path(tempfile.mkdtemp(dir=folder))
            (place / "source.c").write_text(source)
            command = [sys.executable, "-m", "ziglang", "cc", "-target", system, "-O2", "-fno-sanitize=undefined"]
            command += [kind, "-nostdlib", "-o", str(place / name), str(place / "source.c"), *flags]
            environment = {**os.environ, "ZIG_GLOBAL_CACHE_DIR": str(folder / "cache")}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
            assert done.returncode == 0, done.stderr
            made[key] = place / name
        return made[key]

    return compile


@pytest.fixture(scope="session")
def python_of() -> Callable[[str], Interpreter]:
    """A real Python of this machine; the test is skipped where it is not here."""

    def find(version: str) -> Interpreter:
        found = installed_python(version)
        if found is None:
            pytest.skip(f"Python {version} is not on this machine")
        return found

    return find


def write_tree(root: Path, files: Files, links: Mapping[str, str] | None = None) -> Path:
    """A folder with these files (content, or a file to copy) and symbolic links."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content if isinstance(content, bytes) else content.read_bytes())
    for path, target in (links or {}).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).symlink_to(target)
    return root


def write_zip(file: Path, files: Files, links: Mapping[str, str] | None = None) -> Path:
    """A zip of these files and links, as ``zip -y`` makes it."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for path, content in files.items():
            out.writestr(path, content if isinstance(content, bytes) else content.read_bytes())
        for path, target in (links or {}).items():
            info = zipfile.ZipInfo(path)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            out.writestr(info, target)
    return file


@pytest.fixture
def findings(tmp_path: Path) -> Callable[..., list[Finding]]:
    """What ``examine`` finds in a folder with these files."""

    def found(files: Files, target: str, links: Mapping[str, str] | None = None) -> list[Finding]:
        root = write_tree(tmp_path / "tree", files, links)
        folder = Folder(root, Selection(defaults=False))
        return list(examine(list(folder.entries()), folder.open, Target.parse(target)).findings)

    return found


def check_zip(file: Path, target: Target) -> list[Finding]:
    """What ``examine_zip`` finds in a zip."""
    return list(examine_zip(file, target).findings)


def rules(found: list[Finding]) -> list[str]:
    """The rules alone, in order."""
    return [finding.rule for finding in found]
