"""layer.lock while others write it too, and where it may not be written."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from unit.packaging.layer.conftest import WriteWheel
from yunfn.exceptions import DefinitionError
from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import BuildOptions, build_layer, shared
from yunfn.packaging.resolution import read_lock

OLD, NEW = "alibaba:python3.10", "alibaba:python3.12"


@pytest.fixture
def layer(tmp_path: Path, wheel: WriteWheel) -> Path:
    wheel("one")
    folder = tmp_path / "layers/things"
    folder.mkdir(parents=True)
    (folder / "layer.yaml").write_text(f"requirements: one\ntargets: {OLD}\n")
    return folder


def when(word: str, act: Callable[[], object]) -> Callable[[str], None]:
    """Acts once, as soon as progress tells of ``word``."""
    done: list[str] = []

    def progress(line: str) -> None:
        if word in line and not done:
            done.append(line)
            act()

    return progress


@pytest.mark.parametrize("word", ["resolving", "installing"])
def test_two_builds_at_once_keep_what_each_other_wrote(layer: Path, options: BuildOptions, word: str) -> None:
    def other() -> None:
        build_layer(read_definition(layer, [NEW]), options=replace(options, progress=lambda _: None))

    build_layer(read_definition(layer), options=replace(options, progress=when(word, other)))
    lock = read_lock(layer / "layer.lock")
    assert {name.partition(" ")[0] for name in lock.environments} == {"3.10", "3.12"}
    assert set(lock.artifacts) == {OLD, NEW}


def test_a_lock_made_anew_meanwhile_stays(layer: Path, options: BuildOptions, wheel: WriteWheel) -> None:
    def other() -> None:
        wheel("two")
        (layer / "layer.yaml").write_text(f"requirements: [one, two]\ntargets: {OLD}\n")
        build_layer(read_definition(layer), options=replace(options, update=True, progress=lambda _: None))

    first = read_definition(layer)
    (built,) = build_layer(first, options=replace(options, progress=when("installing", other)))
    lock = read_lock(layer / "layer.lock")
    assert [package.name for package in lock.environments["3.10 x86_64-manylinux_2_28"]] == ["one", "two"]
    assert lock.artifacts[OLD].input_key != built.input_key


@pytest.mark.parametrize(("number", "kept"), [(errno.EROFS, True), (errno.EACCES, True), (errno.ENOSPC, False)])
def test_a_lock_that_may_not_be_written_is_told_of(
    layer: Path, options: BuildOptions, monkeypatch: pytest.MonkeyPatch, number: int, kept: bool
) -> None:
    def refuse(path: Path, _: object) -> None:
        raise DefinitionError(path, None, "cannot be written") from OSError(number, "no")

    said: list[str] = []
    monkeypatch.setattr(shared, "write_lock", refuse)
    if not kept:
        with pytest.raises(DefinitionError, match="cannot be written"):
            build_layer(read_definition(layer), options=options)
        return
    (built,) = build_layer(read_definition(layer), options=replace(options, progress=said.append))
    assert built.parts[0].package.file.is_file()
    assert said[-1] == f"{layer / 'layer.lock'}: cannot be written: what was built is not noted there for others"
