"""Layers that a program builds: what is said while they are built, and why one could not be."""

from __future__ import annotations

from pathlib import Path

import pulumi
import pytest

from support.wheels import write_wheel
from yunfn.exceptions import BuildError, PackagingError, ResolutionError
from yunfn.isolation import isolation
from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import BuildOptions, build_layer
from yunfn.program.built_layer import built_packages

HINT = "A local cloud reaches no package index"
PRINTED = "./add.go:3:2: undefined: x"


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What Pulumi was told, by severity; caches are the test's own, and the index is a folder."""
    lines: dict[str, list[str]] = {"debug": [], "info": [], "warn": []}
    for severity, told in lines.items():
        monkeypatch.setattr(pulumi.log, severity, told.append)
    (tmp_path / "wheels").mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("YUNFN_LOCAL", "1")
    return lines


def layer(tmp_path: Path, yaml: str) -> Path:
    """A folder with a layer.yaml for one runtime."""
    place = tmp_path / "things"
    place.mkdir()
    (place / "layer.yaml").write_text(f"targets: alibaba:python3.10\n{yaml}\n")
    return place


def test_what_a_failing_hook_printed_is_told_once(tmp_path: Path, said: dict[str, list[str]]) -> None:
    if isolation().mode != "namespaces":
        pytest.skip(f"this machine forbids namespaces: {isolation().reason}")
    write_wheel(tmp_path / "wheels", "one")
    place = layer(tmp_path, "requirements: one")
    build_layer(read_definition(place), options=BuildOptions(offline=True))
    with (place / "layer.yaml").open("a") as file:
        file.write("before: {run: sh build.sh, files: build.sh}\n")
    (place / "build.sh").write_text(f"echo '{PRINTED}' >&2; exit 3")
    with pytest.raises(BuildError) as caught:
        built_packages("alibaba", "packages", place, ["python3.10"])
    shown = "\n".join([*said["info"], *said["warn"], str(caught.value)])
    assert shown.endswith(f"the hook 'sh build.sh' for alibaba:python3.10 ended with code 3:\n  {PRINTED}")
    assert shown.count(PRINTED) == 1 and HINT not in shown
    assert said["debug"] == [f"packages: {PRINTED}"]


def test_a_package_that_is_not_in_the_cache_is_told_with_what_to_do(
    tmp_path: Path, said: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_wheel(tmp_path / "wheels", "one")
    place = layer(tmp_path, "requirements: one")
    build_layer(read_definition(place), options=BuildOptions(offline=True))
    next((tmp_path / "wheels").glob("one-*.whl")).unlink()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    with pytest.raises(PackagingError) as caught:
        built_packages("alibaba", "packages", place, ["python3.10"])
    assert str(caught.value).endswith(f"\n{HINT}: build the layer before: yunfn layer build {place}")


def test_so_is_a_package_that_a_build_needs(
    tmp_path: Path, said: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise BuildError("build requirements of one 1.0") from ResolutionError("setuptools was not found in the cache")

    monkeypatch.setattr("yunfn.packaging.layer.build_layer", failing)
    place = layer(tmp_path, "requirements: one")
    with pytest.raises(PackagingError, match=HINT):
        built_packages("alibaba", "packages", place, ["python3.10"])
    monkeypatch.delenv("YUNFN_LOCAL")
    with pytest.raises(BuildError, match=r"of one 1\.0$"):
        built_packages("alibaba", "packages", place, ["python3.10"])
