"""Whose file is it: read from dist-info, with its RECORD or without."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from yunfn.packaging.proof import Finding, distributions, owners

from .conftest import rules, write_tree

HEAD = b"Metadata-Version: 2.1\nName: Some-Package\nVersion: 1.2.post1\nRequires-Python: >=3.7\n\nName: not this one\n"
INFO = "some_package-1.2.post1.dist-info"


def test_by_its_record(tmp_path: Path) -> None:
    record = f"some/a.py,sha256=x,1\nlone.py,,\n../../bin/tool,,\n../../../etc/x,,\nsome/gone.py,,\n{INFO}/RECORD,,\n"
    files = {"some/a.py": b"12345", "lone.py": b"1", "other.py": b"", f"{INFO}/METADATA": HEAD}
    tree = write_tree(tmp_path, {**files, f"{INFO}/RECORD": record.encode()})
    (found,) = distributions(tree)
    assert (found.name, found.version, found.label) == ("Some-Package", "1.2.post1", "Some-Package 1.2.post1")
    assert found.requires_python == ">=3.7"
    assert found.files == ("lone.py", "some/a.py", f"{INFO}/RECORD")
    assert found.size == 6 + len(record)


def test_without_a_record(tmp_path: Path) -> None:
    """Packages that are built here leave RECORD out; then its names tell."""
    files = {
        "some_package/a.py": b"",
        "some_package.libs/libx.so": b"",
        "other/__init__.py": b"",
        "top.cpython-310-x86_64-linux-gnu.so": b"",
        f"{INFO}/METADATA": HEAD,
        f"{INFO}/top_level.txt": b"some_package\ntop\n",
    }
    (found,) = distributions(write_tree(tmp_path, files))
    assert set(found.files) == set(files) - {"other/__init__.py"}


def test_old_egg_info(tmp_path: Path) -> None:
    tree = write_tree(tmp_path, {"old-0.1-py3.6.egg-info": b"Name: old\nVersion: 0.1\n", "old.py": b""})
    (found,) = distributions(tree)
    assert (found.label, found.files) == ("old 0.1", ("old-0.1-py3.6.egg-info", "old.py"))


def test_owners_stand_under_the_prefix(tmp_path: Path) -> None:
    tree = write_tree(tmp_path, {"some_package.py": b"", f"{INFO}/METADATA": HEAD})
    assert owners(distributions(tree), "python")["python/some_package.py"] == "Some-Package 1.2.post1"


def test_as_importlib_reads_a_real_tree() -> None:
    """The packages that the tests run with."""
    site = Path(sysconfig.get_path("purelib"))
    theirs = {(d.metadata["Name"], d.version) for d in metadata.distributions(path=[str(site)])}
    ours = distributions(site)
    assert {(d.name, d.version) for d in ours} == theirs
    (pytest_itself,) = [d for d in ours if d.name == "pytest"]
    assert "_pytest/config/__init__.py" in pytest_itself.files
    assert Path(sys.modules["pytest"].__file__ or "").relative_to(site).as_posix() in pytest_itself.files


@pytest.mark.parametrize(
    ("wanted", "target", "fits"),
    [
        (">=3.7", "tencent:Python3.6", False),
        (">=3.7", "tencent:Python3.7", True),
        (">=3.6.1", "tencent:Python3.6", True),
        ("<4,>=3.6", "tencent:Python3.10", True),
        (">=2.7, !=3.0.*", "tencent:Python3.10", True),
        ("<3", "tencent:Python3.10", False),
        ("three", "tencent:Python3.10", True),
        ("", "tencent:Python3.10", True),
    ],
)
def test_the_python_a_package_wants(
    findings: Callable[..., list[Finding]], wanted: str, target: str, fits: bool
) -> None:
    head = f"Name: some\nVersion: 1\nRequires-Python: {wanted}\n".encode()
    found = findings({"some.py": b"", "some-1.dist-info/METADATA": head}, target)
    assert rules(found) == ([] if fits else ["requires-python"])
    assert fits or (found[0].package, found[0].path) == ("some 1", "some-1.dist-info")


def test_what_packages_carry_along_is_not_asked(findings: Callable[..., list[Finding]]) -> None:
    files = {
        "python/pip/__init__.py": b"",
        "python/pip/_vendor/old.py": b"",
        "python/pip/_vendor/old-1.dist-info/METADATA": b"Name: old\nVersion: 1\nRequires-Python: <3\n",
    }
    assert findings(files, "alibaba:python3.10") == []
