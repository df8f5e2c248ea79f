"""The team's store as a cache: what the lock names is taken from it, whatever else lies there is not."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from unit.packaging.layer.conftest import WriteWheel
from yunfn.exceptions import FindingsError, PackagingError
from yunfn.packaging import ArtifactCache, Package, Target, proof
from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import BuildOptions, build_layer
from yunfn.packaging.proof import Finding
from yunfn.packaging.resolution import LockedArtifact, read_lock


class FolderStore:
    """A store of files, as the protocol wants it: it hands out whatever lies there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []

    def fetch(self, name: str, artifact: LockedArtifact, target: Target, into: Path) -> bool:
        self.asked.append(artifact.digest)
        found = self.folder / name / f"{artifact.digest}.zip"
        if not found.is_file():
            return False
        shutil.copy(found, into)
        return True

    def push(self, name: str, package: Package) -> None:
        (self.folder / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(package.file, self.folder / name / f"{package.digest}.zip")


@pytest.fixture
def layer(tmp_path: Path, wheel: WriteWheel) -> Path:
    wheel("one", one__data=b"1")
    folder = tmp_path / "layers/things"
    folder.mkdir(parents=True)
    (folder / "layer.yaml").write_text("requirements: one\ntargets: [alibaba:python3.10, tencent:Python3.10]\n")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "store")


def elsewhere(options: BuildOptions, tmp_path: Path) -> BuildOptions:
    """The same on a machine that has built nothing."""
    return replace(options, cache=ArtifactCache(tmp_path / "elsewhere"), frozen=True, push=False)


def test_another_machine_builds_nothing(
    tmp_path: Path, options: BuildOptions, layer: Path, store: FolderStore, own_caches: Path
) -> None:
    here = build_layer(read_definition(layer), options=replace(options, store=store, push=True))
    assert [built.cached for built in here] == [False, False]
    shutil.rmtree(own_caches)
    there = build_layer(read_definition(layer), options=replace(elsewhere(options, tmp_path), store=store))
    assert [built.cached for built in there] == [True, True]
    for ours, theirs in zip(here, there, strict=True):
        assert theirs.parts[0].package.digest == ours.parts[0].package.digest
        assert theirs.parts[0].package.file.parent == tmp_path / "elsewhere"
        assert theirs.parts[0].packages == ours.parts[0].packages
        assert theirs.needs == ours.needs is not None
    # From now on that machine has it itself.
    store.asked.clear()
    build_layer(read_definition(layer), options=replace(elsewhere(options, tmp_path), store=store))
    assert store.asked == []


def test_what_lies_under_the_digest_must_have_it(
    tmp_path: Path, options: BuildOptions, layer: Path, store: FolderStore
) -> None:
    alibaba, tencent = build_layer(read_definition(layer), options=replace(options, store=store, push=True))
    digest = alibaba.parts[0].package.digest
    shutil.copy(tencent.parts[0].package.file, store.folder / "things" / f"{digest}.zip")
    with pytest.raises(PackagingError, match=f"not {digest}"):
        build_layer(read_definition(layer), options=replace(elsewhere(options, tmp_path), store=store))
    assert not list((tmp_path / "elsewhere").glob("*.zip"))


def test_other_inputs_are_not_looked_for(
    tmp_path: Path, options: BuildOptions, layer: Path, store: FolderStore
) -> None:
    build_layer(read_definition(layer), options=replace(options, store=store, push=True))
    with (layer / "layer.yaml").open("a") as yaml:
        yaml.write("exclude: data\n")
    built = build_layer(read_definition(layer), options=replace(elsewhere(options, tmp_path), store=store))
    assert [each.cached for each in built] == [False, False]
    assert store.asked == []


def test_a_record_of_the_same_inputs_stays(options: BuildOptions, layer: Path, tmp_path: Path) -> None:
    """Another machine's zip may differ in its bytes; the lock must not change from machine to machine."""
    build_layer(read_definition(layer), options=options)
    lock = read_lock(layer / "layer.lock")
    name = "alibaba:python3.10"
    text = (layer / "layer.lock").read_text().replace(lock.artifacts[name].sha256, "f" * 64)
    (layer / "layer.lock").write_text(text)
    build_layer(read_definition(layer), options=replace(options, cache=ArtifactCache(tmp_path / "elsewhere")))
    assert read_lock(layer / "layer.lock").artifacts[name].sha256 == "f" * 64


def test_a_frozen_build_writes_no_lock(options: BuildOptions, layer: Path) -> None:
    build_layer(read_definition(layer), options=options)
    lock = layer / "layer.lock"
    before = lock.read_text().partition("artifacts:")[0] + "artifacts: {}\n"
    lock.write_text(before)
    build_layer(read_definition(layer), options=replace(options, frozen=True))
    assert lock.read_text() == before


def test_what_would_fail_in_the_cloud_is_not_taken(
    tmp_path: Path, options: BuildOptions, layer: Path, store: FolderStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_layer(read_definition(layer), options=replace(options, store=store, push=True))
    fault = Finding("elf-glibc", "error", "python/one", "", "needs GLIBC_2.99")
    monkeypatch.setattr(proof, "examine", lambda *_, **__: proof.Report((fault,)))
    with pytest.raises(FindingsError, match=r"GLIBC_2\.99"):
        build_layer(read_definition(layer), options=replace(elsewhere(options, tmp_path), store=store))
