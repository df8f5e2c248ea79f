"""Source distributions are hostile archives until shown otherwise, and say how they want to be built."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from yunfn.exceptions import BuildError
from yunfn.packaging.building import sdist
from yunfn.packaging.building.sdist import BuildSystem, read_build_system, unpack_sdist


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


@pytest.fixture
def make_tar(tmp_path: Path) -> Callable[..., Path]:
    """Writes a .tar.gz of members; a text is the content of a file, or what a link leads to."""

    def make(*members: tuple[str, bytes, str], mode: int = 0o644) -> Path:
        path = tmp_path / "probe-1.0.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            for name, kind, text in members:
                member = tarfile.TarInfo(name)
                member.type, member.mode = kind, mode
                if kind == tarfile.REGTYPE:
                    member.size = len(text)
                    tar.addfile(member, io.BytesIO(text.encode()))
                else:
                    member.linkname = text
                    tar.addfile(member)
        return path

    return make


FILE, LINK, HARD, FOLDER = tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE


def test_files_links_and_modes_are_kept(make_tar: Callable[..., Path], into: Path) -> None:
    tar = make_tar(
        ("p-1/a/run.sh", FILE, "#!"), ("p-1/same", HARD, "p-1/a/run.sh"), ("p-1/link", LINK, "a/run.sh"), mode=0o6777
    )
    sources = unpack_sdist(tar, into)
    assert sources.folder == into / "p-1" and not sources.compiled and not sources.cplusplus
    assert stat.S_IMODE((into / "p-1/a/run.sh").stat().st_mode) == 0o755
    assert (into / "p-1/link").readlink() == Path("a/run.sh") and (into / "p-1/same").read_text() == "#!"


@pytest.mark.parametrize(
    ("name", "compiled", "cplusplus"),
    [
        ("a.py", False, False),
        ("a.h", False, False),
        ("x/a.C", True, False),
        ("a.pyx", True, False),
        ("a.cpp", True, True),
    ],
)
def test_what_must_be_compiled_is_seen(
    make_tar: Callable[..., Path], into: Path, name: str, compiled: bool, cplusplus: bool
) -> None:
    sources = unpack_sdist(make_tar((f"p-1/{name}", FILE, "")), into)
    assert (sources.compiled, sources.cplusplus) == (compiled, cplusplus)


@pytest.mark.parametrize(
    "members",
    [
        [("p-1/../../outside", FILE, "x")],
        [("/outside", FILE, "x")],
        [("p-1/back\\slash", FILE, "x")],
        [("p-1/link", LINK, "/etc/passwd")],
        [("p-1/link", LINK, "../../outside")],
        [("p-1/same", HARD, "/etc/passwd")],
        [("p-1/same", HARD, "../outside")],
        [("p-1/pipe", tarfile.FIFOTYPE, "")],
        [("p-1/device", tarfile.CHRTYPE, "")],
        [("p-1/file", FILE, ""), ("p-1/file/below", FILE, "x")],
        [("a/x", FILE, ""), ("b/x", FILE, "")],
        [],
    ],
)
def test_what_leaves_the_folder_or_is_no_file_is_refused(
    make_tar: Callable[..., Path], into: Path, members: list[tuple[str, bytes, str]], tmp_path: Path
) -> None:
    (tmp_path / "outside").write_text("mine")
    with pytest.raises(BuildError, match=r"probe-1\.0\.tar\.gz"):
        unpack_sdist(make_tar(*members), into)
    assert (tmp_path / "outside").read_text() == "mine" and not Path("/outside").exists()


def test_nothing_is_written_through_a_link(make_tar: Callable[..., Path], into: Path, tmp_path: Path) -> None:
    """A link to a folder first, then a file below it: the file makes a folder of its own, the link is left out."""
    (tmp_path / "target").mkdir()
    tar = make_tar(("p-1/link", LINK, "sub"), ("p-1/link/file", FILE, "x"), ("p-1/sub", LINK, "link"))
    unpack_sdist(tar, into)
    assert not (into / "p-1/link").is_symlink() and (into / "p-1/link/file").read_text() == "x"


def test_links_that_lead_out_together_are_refused(make_tar: Callable[..., Path], into: Path) -> None:
    tar = make_tar(("p-1/x", FOLDER, ""), ("p-1/d", LINK, "."), ("p-1/out", LINK, "d/d/d/../../../outside"))
    with pytest.raises(BuildError, match=r"the link 'out' to 'd/d/d/\.\./\.\./\.\./outside' leaves the folder"):
        unpack_sdist(tar, into)


def test_bombs_are_refused(make_tar: Callable[..., Path], into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdist, "_MAX_BYTES", 1000)
    with pytest.raises(BuildError, match="more than 1000 bytes"):
        unpack_sdist(make_tar(("p-1/a", FILE, "x" * 600), ("p-1/b", FILE, "x" * 600)), into)
    monkeypatch.setattr(sdist, "_MAX_ENTRIES", 2)
    with pytest.raises(BuildError, match="more than 2 entries"):
        unpack_sdist(make_tar(*((f"p-1/{n}", FILE, "") for n in range(3))), into)


def test_zips_are_sources_too(into: Path, tmp_path: Path) -> None:
    path = tmp_path / "probe-1.0.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("p-1/setup.py", "x = 1")
        link = zipfile.ZipInfo("p-1/link")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "setup.py")
    assert unpack_sdist(path, into).folder == into / "p-1"
    assert (into / "p-1/link").readlink() == Path("setup.py")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("p-1/../../outside", "x")
    with pytest.raises(BuildError, match="leaves the folder"):
        unpack_sdist(path, into)


def test_what_is_no_archive_is_said(into: Path, tmp_path: Path) -> None:
    path = tmp_path / "probe-1.0.tar.gz"
    path.write_text("<html>404</html>")
    with pytest.raises(BuildError, match=r"probe-1\.0\.tar\.gz cannot be unpacked"):
        unpack_sdist(path, into)


def test_without_pyproject_setuptools_builds(tmp_path: Path) -> None:
    (tmp_path / "setup.py").touch()
    assert read_build_system(tmp_path).backend == "setuptools.build_meta:__legacy__"
    (tmp_path / "pyproject.toml").write_text("[tool.black]\n")
    assert read_build_system(tmp_path) == BuildSystem()


def test_the_build_system_is_read(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["flit_core >=3,<4"]\n'
        'build-backend = "flit_core.buildapi"\nbackend-path = ["own"]\n'
    )
    assert read_build_system(tmp_path) == BuildSystem(("flit_core<4,>=3",), "flit_core.buildapi", ("own",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[build-system", "pyproject.toml is wrong"),
        ("[build-system]\n", "requires is not a list"),
        ('[build-system]\nrequires = ["-r /etc/passwd"]\n', "build requirement '-r /etc/passwd' is wrong"),
        ('[build-system]\nrequires = ["evil @ https://example.com/evil.whl"]\n', "is a link"),
        ('[build-system]\nrequires = []\nbackend-path = ["../x"]\n', "leaves the sources"),
    ],
)
def test_a_wrong_build_system_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(BuildError, match=said):
        read_build_system(tmp_path)


def test_a_build_system_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the user's own")
    (tmp_path / "p").mkdir()
    (tmp_path / "p/pyproject.toml").symlink_to(secret)
    with pytest.raises(BuildError, match="no regular file"):
        read_build_system(tmp_path / "p")


def test_what_has_neither_is_no_source_distribution(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"neither pyproject\.toml nor setup\.py"):
        read_build_system(tmp_path)
