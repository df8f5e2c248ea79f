"""What goes into code packages: ignore files, patterns, and files from elsewhere under a prefix."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from yunfn.exceptions import PackagingError
from yunfn.packaging import Include, pack


def tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())
    return root


@pytest.fixture
def code(tmp_path: Path) -> Path:
    names = ("index.py", "lib/a.py", "lib/a.md", "docs/page.md", "docs/keep.md", "secret.env", "node_modules/x/y.js")
    return tree(tmp_path / "code", *names)


def paths(source: Path, tmp_path: Path, **arguments: Any) -> set[str]:
    return set(pack(source, cache=tmp_path / "cache", **arguments).manifest.paths)


@pytest.mark.parametrize("name", [".fcignore", ".funignore", ".yunfnignore"])
def test_ignore_files_hold_and_stay_out(code: Path, tmp_path: Path, name: str) -> None:
    (code / name).write_text("# no docs\n/docs/*\n!/docs/keep.md\n*.env\n\nnode_modules/\n")
    assert paths(code, tmp_path) == {"index.py", "lib/a.py", "lib/a.md", "docs/keep.md"}


def test_all_ignore_files_hold_together_and_with_exclude(code: Path, tmp_path: Path) -> None:
    (code / ".fcignore").write_text("docs/\n")
    (code / ".yunfnignore").write_text("node_modules\n")
    assert paths(code, tmp_path, exclude=["*.env"]) == {"index.py", "lib/a.py", "lib/a.md"}


def test_ignore_files_of_windows_are_read(code: Path, tmp_path: Path) -> None:
    (code / ".fcignore").write_bytes(b"\xef\xbb\xbfdocs/\r\n*.env\r\nnode_modules/\r\n")
    assert paths(code, tmp_path) == {"index.py", "lib/a.py", "lib/a.md"}


def test_ignore_files_count_only_at_the_top(code: Path, tmp_path: Path) -> None:
    (code / "lib/.fcignore").write_text("*\n")
    assert {"lib/a.py", "lib/.fcignore"} <= paths(code, tmp_path)


def test_a_line_that_is_no_rule_is_named(code: Path, tmp_path: Path) -> None:
    (code / ".fcignore").write_text("docs/\n!\n")
    with pytest.raises(PackagingError, match=r"\.fcignore:2: '!': not a \.gitignore pattern"):
        paths(code, tmp_path)
    (code / ".fcignore").write_bytes(b"\xff\xfe")
    with pytest.raises(PackagingError, match=r"\.fcignore: cannot be read as ignore rules"):
        paths(code, tmp_path)


def test_a_folder_whose_files_are_all_ignored_is_refused(code: Path, tmp_path: Path) -> None:
    (code / ".fcignore").write_text("*\n")
    with pytest.raises(PackagingError, match="holds no file"):
        paths(code, tmp_path)
    with pytest.raises(PackagingError, match="holds no file after the ignore rules"):
        paths(code, tmp_path, generated={"yunfn_wsgi.py": b"x"})


def test_includes_bring_folders_and_files_under_their_prefix(code: Path, tmp_path: Path) -> None:
    common = tree(tmp_path / "common", "auth.py", "sub/x.py", "__pycache__/auth.pyc", "local.env")
    (common / ".fcignore").write_text("*.env\n")
    settings = tree(tmp_path, "settings.json") / "settings.json"
    found = paths(
        code,
        tmp_path,
        include=["*.py", {"source": str(common), "prefix": "vendor/common"}, Include(settings)],
        exclude=["lib/"],
    )
    assert found == {"index.py", "vendor/common/auth.py", "vendor/common/sub/x.py", "settings.json"}


def test_includes_go_below_the_packages_prefix_and_patterns_are_the_sources_own(code: Path, tmp_path: Path) -> None:
    common = tree(tmp_path / "common", "a.txt", "docs/b.md")
    package = pack(
        code,
        prefix="/python/",
        include=["index.py", Include(common, "/more/")],
        exclude=["docs/", "a.txt"],
        generated={"root.py": b""},
        cache=tmp_path / "cache",
    )
    assert package.manifest.paths == {"python/index.py", "python/more/a.txt", "python/more/docs/b.md", "root.py"}
    with zipfile.ZipFile(package.file) as archive:
        assert archive.read("python/more/a.txt") == b"a.txt"


def test_two_sources_of_one_path_are_refused(code: Path, tmp_path: Path) -> None:
    other = tree(tmp_path / "other", "index.py")
    with pytest.raises(PackagingError, match=r"code: 'index\.py': the name is taken by .*other"):
        paths(code, tmp_path, include=[Include(other)])


@pytest.mark.parametrize(
    ("include", "rule"),
    [
        ({"prefix": "x"}, "wants `source`"),
        ({"source": "x", "target": "y"}, "wants `source`"),
        ({"source": "nowhere"}, r"include: nowhere: there is no such file or folder \(looked in "),
        ({"source": ".", "prefix": "../x"}, "'..' would leave"),
    ],
)
def test_an_include_that_cannot_be_meant_is_refused(
    code: Path, tmp_path: Path, include: dict[str, str], rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree(tmp_path / "here", "file"))
    with pytest.raises(PackagingError, match=rule):
        paths(code, tmp_path, include=[include])


def test_a_zip_may_have_includes_too(code: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "code.zip", "w") as archive:
        archive.writestr("index.py", b"x")
        archive.writestr(".fcignore", b"index.py")
    found = paths(tmp_path / "code.zip", tmp_path, include=[Include(code / "lib", "lib")])
    assert found == {"index.py", ".fcignore", "lib/a.py", "lib/a.md"}
