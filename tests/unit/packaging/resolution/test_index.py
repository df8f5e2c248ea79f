"""Which indexes are asked, in which order, and that their credentials stay where they belong."""

from __future__ import annotations

from pathlib import Path

import pytest

from unit.packaging.resolution.conftest import Builder
from unit.packaging.resolution.package_index import PackageIndex
from yunfn.exceptions import ResolutionError
from yunfn.packaging.definition import Indexes, read_definition
from yunfn.packaging.definition.credentials import without_credentials
from yunfn.packaging.resolution import resolve
from yunfn.packaging.resolution.index import index_settings


def test_nothing_said_is_pypi(tmp_path: Path) -> None:
    assert index_settings(tmp_path, environment={}).urls() == ["https://pypi.org/simple"]


def test_the_definition_comes_before_the_environment_and_that_before_files(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text(
        'index-url = "https://file/simple"\nfind-links = ["wheels", "https://file/links"]\n'
        'allow-insecure-host = ["file"]\nindex-strategy = "unsafe-best-match"\n'
        '[[index]]\nname = "team"\nurl = "https://team/simple"\n'
        '[[index]]\nurl = "https://torch/simple"\nname = "torch"\nexplicit = true\n'
    )
    folder = tmp_path / "layers" / "a"
    folder.mkdir(parents=True)
    env = {
        "UV_INDEX_URL": "https://older/simple",
        "UV_INDEX": "own=https://own/simple https://b/simple",
        "UV_EXTRA_INDEX_URL": "https://c/simple",
        "UV_INDEX_OWN_USERNAME": "me",
        "UV_INDEX_OWN_PASSWORD": "p@ss",
        "UV_INSECURE_HOST": "b",
    }
    settings = index_settings(folder, Indexes(extra=("https://d/simple",)), env)
    assert settings.urls() == [
        "https://d/simple",
        "https://me:p%40ss@own/simple",
        "https://b/simple",
        "https://c/simple",
        "https://team/simple",
        "https://older/simple",
    ]
    assert settings.links == (str(tmp_path / "wheels"), "https://file/links")
    assert settings.insecure_hosts == ("b", "file") and settings.strategy == "unsafe-best-match"
    assert settings.environment() == {
        "UV_DEFAULT_INDEX": "https://older/simple",
        "UV_INDEX": "https://d/simple own=https://own/simple https://b/simple https://c/simple team=https://team/simple",
        "UV_FIND_LINKS": f"{tmp_path / 'wheels'},https://file/links",
        "UV_INSECURE_HOST": "b file",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }
    assert index_settings(folder, Indexes("https://e"), env).urls()[-1] == "https://e"
    assert index_settings(folder, None, {"UV_DEFAULT_INDEX": "https://f", **env}).urls()[-1] == "https://f"
    assert index_settings(folder, None, {"UV_NO_CONFIG": "1"}).urls() == ["https://pypi.org/simple"]


def test_the_nearest_file_counts_and_the_users_own_after_it(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text('index-url = "https://far/simple"\n')
    near = tmp_path / "near"
    near.mkdir()
    (near / "pyproject.toml").write_text('[tool.uv]\nextra-index-url = ["https://near/simple"]\n')
    user = tmp_path / "home" / ".config" / "uv"
    user.mkdir(parents=True)
    (user / "uv.toml").write_text('[[index]]\nurl = "https://user/simple"\ndefault = true\n')
    env = {"HOME": str(tmp_path / "home")}
    assert index_settings(near, None, env).urls() == ["https://near/simple", "https://user/simple"]
    chosen = {"UV_CONFIG_FILE": str(tmp_path / "uv.toml"), **env}
    assert index_settings(near, None, chosen).urls() == ["https://far/simple"]
    (near / "pyproject.toml").write_text("[tool.uv\n")
    with pytest.raises(ResolutionError, match=r"pyproject\.toml: is no TOML"):
        index_settings(near, None, env)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("x https://user:p@ss@host/simple y", "x https://***@host/simple y"),
        ("at `https://token@host/a@b`", "at `https://***@host/a@b`"),
        ("https://host/a@b c@d", "https://host/a@b c@d"),
    ],
)
def test_credentials_are_taken_out_of_texts(text: str, shown: str) -> None:
    assert without_credentials(text) == shown


def test_what_is_shown_of_settings_has_no_credentials(tmp_path: Path) -> None:
    env = {"UV_DEFAULT_INDEX": "https://u:s3cret@host/simple", "UV_INDEX": "a=https://t0ken@b/simple"}
    settings = index_settings(tmp_path, None, env)
    assert "s3cret" not in repr(settings) and "t0ken" not in repr(settings)
    assert settings.shown() == "https://***@b/simple, https://***@host/simple"


def test_an_index_with_a_password_is_asked_by_uv_and_by_us(
    index: PackageIndex, builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.password = "s3cret"
    index.wheel("a", "1.0")
    index.sdist("s", "1.0")
    monkeypatch.delenv("UV_DEFAULT_INDEX")
    file = tmp_path / "r.txt"
    file.write_text(f"-i {index.url}\na\ns\n")
    definition = read_definition(file, ["alibaba:python3"])
    told: list[str] = []
    lock = resolve(definition, wheels=builder, progress=told.append)
    assert [package.name for package in lock.environments["3.6 x86_64-manylinux_2_17"]] == ["a", "s"]
    assert "s3cret" not in repr(definition) + repr(lock) + "".join(told)


def test_a_wrong_password_is_told_without_being_shown(
    index: PackageIndex, builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.password = "right"
    index.sdist("s", "1.0")
    url = index.url.replace("right", "wr0ng")
    monkeypatch.setenv("UV_DEFAULT_INDEX", url)
    file = tmp_path / "r.txt"
    file.write_text("s\n")
    with pytest.raises(ResolutionError, match=r"401|nauthorized") as caught:
        resolve(read_definition(file, ["alibaba:python3"]), wheels=builder)
    assert "wr0ng" not in str(caught.value) and "right" not in str(caught.value)


def test_an_index_that_does_not_answer_is_told(
    index: PackageIndex, builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # uv would wait longer and longer between its tries.
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    index.sdist("s", "1.0")
    file = tmp_path / "r.txt"
    file.write_text("s\n")
    definition = read_definition(file, ["alibaba:python3"])
    resolve(definition, wheels=builder)
    index.broken = True
    file.write_text("s\nt\n")
    with pytest.raises(ResolutionError, match=r"503|Service Unavailable"):
        resolve(read_definition(file, ["alibaba:python3"]), wheels=builder)


def test_settings_of_uv_that_would_change_the_lock_do_not_reach_it(
    index: PackageIndex, builder: Builder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("a", "1.0")
    index.wheel("a", "2.0")
    (tmp_path / "limit.txt").write_text("a<2\n")
    monkeypatch.setenv("UV_CONSTRAINT", str(tmp_path / "limit.txt"))
    monkeypatch.setenv("UV_RESOLUTION", "lowest")
    (tmp_path / "pyproject.toml").write_text('[tool.uv]\nconstraint-dependencies = ["a<2"]\n')
    file = tmp_path / "r.txt"
    file.write_text("a\n")
    lock = resolve(read_definition(file, ["alibaba:python3"]), wheels=builder)
    assert lock.environments["3.6 x86_64-manylinux_2_17"][0].version == "2.0"
