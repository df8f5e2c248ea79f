"""Packages stand where Python looks; what only looks like a mistake is let through."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.packaging.manifest import Entry, Mode
from yunfn.packaging.proof import Finding, examine
from yunfn.packaging.proof.sizes import check_unzipped_size, check_zip_size
from yunfn.packaging.proof.structure import check_names
from yunfn.packaging.target import Target

from .conftest import rules

Findings = Callable[..., list[Finding]]
FC, SCF = "alibaba:python3.10", "tencent:Python3.10"
CUSTOM = "alibaba:custom.debian11+python3.10"
INFO = {"six-1.dist-info/METADATA": b"Name: six\nVersion: 1\n"}


def under(prefix: str, files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{prefix}{path}": content for path, content in files.items()}


@pytest.mark.parametrize(
    ("target", "files"),
    [
        (FC, {"python/six.py": b"", "python/requests/__init__.py": b"", **under("python/", INFO)}),
        (SCF, {"six.py": b"", "requests/__init__.py": b"", **INFO}),
        (FC, {"lib/data.bin": b"", "models/weights.bin": b""}),
        (FC, {"python/six.py": b"", "scripts/tool.py": b"", "start.py": b""}),
        # Namespace packages have no __init__: what was installed is known by its dist-info …
        (FC, {"python/google/protobuf/__init__.py": b"", "python/protobuf-1.dist-info/METADATA": b"Name: protobuf\n"}),
        (SCF, {"google/protobuf/__init__.py": b"", "google_x-1.dist-info/METADATA": b"Name: x\n"}),
        # … and one's own by how it calls itself.
        (FC, {"python/acme/tools/__init__.py": b"import os\nfrom acme.tools import run\n"}),
        # What a package carries along is its own affair.
        (FC, {"python/pip/__init__.py": b"", "python/pip/_vendor/six-1.dist-info/METADATA": b"Name: six\n"}),
        (FC, {"python/package/__init__.py": b"", "python/package/python/a/__init__.py": b""}),
        (FC, {"python/package/__init__.py": b"", "python/package/data/python/a/__init__.py": b""}),
        # Beside packages in their place, a folder without __init__ is a namespace or data.
        (FC, {"python/six.py": b"", "python/plugins/one/__init__.py": b""}),
    ],
)
def test_let_through(findings: Findings, target: str, files: dict[str, bytes]) -> None:
    assert findings(files, target) == []


@pytest.mark.parametrize(
    ("target", "files", "place"),
    [
        (FC, under("my-layer/python/", INFO), "my-layer/python/"),
        (FC, under("python/site-packages/", INFO), "python/site-packages/"),
        (FC, INFO, "six"),
        (FC, {"python/ok.py": b"", **under("site/", INFO)}, "site/"),
        (SCF, under("python/", INFO), "python/"),
        (SCF, {"six.py": b"", "python/requests/__init__.py": b""}, "python/"),
        (FC, {"python/acme/tools/__init__.py": b"from tools import run\n"}, "python/acme/"),
    ],
)
def test_refused(findings: Findings, target: str, files: dict[str, bytes], place: str) -> None:
    found = [f for f in findings(files, target) if f.rule == "layout-depth"]
    assert [(f.path, f.severity) for f in found] == [(place, "error")]


def test_one_finding_for_a_whole_tree(findings: Findings) -> None:
    names = ["alpha", "beta", "gamma", "delta", "epsilon"]
    found = findings({f"python/{name}/__init__.py": b"" for name in names}, SCF)
    assert rules(found) == ["layout-depth"]
    assert "alpha, beta, delta and 2 more stand in python/" in found[0].message
    assert found[0].advice == "put packages at the root of the zip"


def test_a_custom_runtime_has_the_path_it_is_told(findings: Findings) -> None:
    found = findings({"site/requests/__init__.py": b"", **under("site/", INFO)}, CUSTOM)
    assert [(f.rule, f.severity) for f in found] == [("layout-depth", "warning")]
    assert "set PYTHONPATH to /opt/site" in found[0].advice


def test_names_that_other_systems_take_for_one() -> None:
    composed, split = unicodedata.normalize("NFC", "é.py"), unicodedata.normalize("NFD", "é.py")
    found = list(check_names(["README", "Readme", "a/x.py", "A/y.py", composed, split, "plain"]))
    assert {(f.rule, f.severity) for f in found} == {("path-case-conflict", "warning")}
    assert {f.path for f in found} == {"Readme", "a", composed}


def test_what_macos_and_windows_leave_behind() -> None:
    found = list(check_names(["a/.DS_Store", "__MACOSX/a/._x.py", "b/.DS_Store", "Thumbs.db", "a/._y", "ok/DS_Store"]))
    assert sorted((f.rule, f.path) for f in found) == [
        ("path-leftover", "Thumbs.db"),
        ("path-leftover", "__MACOSX/a/._x.py"),
        ("path-leftover", "__MACOSX/a/._x.py"),
        ("path-leftover", "a/.DS_Store"),
    ]


MB = 1024**2


@pytest.mark.parametrize(("target", "limit"), [(FC, 500), (SCF, 500)])
def test_the_zips_size(target: str, limit: int) -> None:
    assert list(check_zip_size("a.zip", limit * MB, Target.parse(target))) == []
    (found,) = check_zip_size("a.zip", limit * MB + 1, Target.parse(target))
    assert (found.rule, found.path, found.severity) == ("size-zip", "a.zip", "error")
    assert f"takes {limit} MB per layer" in found.message


@pytest.mark.parametrize(("target", "limit"), [(FC, 2048), (SCF, 500)])
def test_the_size_unzipped(target: str, limit: int) -> None:
    def entries(extra: int) -> list[Entry]:
        return [Entry("a", Mode.FILE, "", 300 * MB), Entry("b", Mode.FILE, "", (limit - 300) * MB + extra)]

    owners = {"a": "torch 2.0", "b": "numpy 1.0"}
    assert list(check_unzipped_size("a.zip", entries(0), Target.parse(target), owners)) == []
    (found,) = check_unzipped_size("a.zip", entries(1), Target.parse(target), owners)
    assert (found.rule, found.path, found.severity) == ("size-unzipped", "a.zip", "error")
    assert f"takes {limit} MB" in found.message
    assert "torch 2.0 (300 MB)" in found.advice


def test_a_tree_over_the_limit_is_refused_unread(tmp_path: Path) -> None:
    big = tmp_path / "weights.bin"
    with big.open("wb") as file:
        os.truncate(file.fileno(), 600 * MB)
    entries = [Entry("weights.bin", Mode.FILE, "", 600 * MB)]
    found = examine(entries, lambda path: (tmp_path / path).open("rb"), Target.parse(SCF), name="layer").findings
    assert [(f.rule, f.path) for f in found] == [("size-unzipped", "layer")]
