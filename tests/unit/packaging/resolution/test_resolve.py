"""Resolution with the real uv against an index on loopback: rounds, locks, what is told when nothing fits."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from unit.packaging.resolution.conftest import Builder
from unit.packaging.resolution.package_index import PackageIndex
from yunfn.exceptions import ResolutionError
from yunfn.packaging.definition import LayerDefinition, LockedPackage, read_definition
from yunfn.packaging.resolution import PackageFailure, examine, fetch_sdist, resolve

TARGET = "alibaba:python3"


@pytest.fixture
def define(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Makes a definition of requirement lines."""

    def make(*lines: str, targets: tuple[str, ...] = (TARGET,), **overrides: str) -> LayerDefinition:
        file = tmp_path / "r.txt"
        file.write_text("\n".join(lines) + "\n")
        return read_definition(file, targets, overrides)

    return make


def test_each_environment_gets_its_own_wheels_by_one_hash_each(index: PackageIndex, builder: Builder, define) -> None:
    index.wheel("app", "1.0", "py3-none-any", "fast>=1", 'old; python_version < "3.7"')
    for_36 = index.wheel("fast", "1.0", "cp36-cp36m-manylinux1_x86_64")
    better_36 = index.wheel("fast", "1.0", "cp36-cp36m-manylinux_2_17_x86_64")
    for_310 = index.wheel("fast", "2.0", "cp310-cp310-manylinux_2_28_x86_64", python=">=3.8")
    for other in ("win_amd64", "macosx_11_0_arm64", "manylinux_2_28_aarch64", "manylinux_2_36_x86_64"):
        index.wheel("fast", "2.0", f"cp310-cp310-{other}", python=">=3.8")
    old = index.wheel("old", "3.0")
    targets = (TARGET, "tencent:Python3.6", "alibaba:python3.10")
    lock = resolve(define("app", targets=targets), wheels=builder)
    assert builder.built == []
    six, ten = lock.environments["3.6 x86_64-manylinux_2_17"], lock.environments["3.10 x86_64-manylinux_2_28"]
    assert [(one.name, one.version) for one in six] == [("app", "1.0"), ("fast", "1.0"), ("old", "3.0")]
    assert six[1].hashes == (better_36,) and six[2].hashes == (old,) and for_36 != better_36
    assert [(one.name, one.version, one.hashes) for one in ten][1:] == [("fast", "2.0", (for_310,))]
    # Two of the targets share a resolution.
    assert len(lock.environments) == 2


def test_packages_without_a_wheel_are_built_side_by_side_and_bring_what_they_need(
    index: PackageIndex, builder: Builder, define
) -> None:
    a = index.sdist("a", "1.0", "deep")
    b = index.sdist("b", "1.0", "c>=2")
    index.sdist("b", "2.0", "c>=2", python=">=3.9")
    index.sdist("b", "1.5b1")
    deep = index.sdist("deep", "0.5")
    c = index.wheel("c", "2.1")
    told: list[str] = []
    lock = resolve(define("a==1.0", "b"), wheels=builder, progress=told.append)
    packages = lock.environments["3.6 x86_64-manylinux_2_17"]
    assert packages == (
        LockedPackage("a", "1.0", (a,), sdist=True),
        LockedPackage("b", "1.0", (b,), sdist=True),
        LockedPackage("c", "2.1", (c,)),
        LockedPackage("deep", "0.5", (deep,), sdist=True),
    )
    assert sorted(builder.built) == [f"a 1.0 {TARGET}", f"b 1.0 {TARGET}", f"deep 0.5 {TARGET}"]
    assert any("deep 0.5 has no wheel for Python 3.6" in line for line in told)


def test_a_version_that_others_do_not_want_is_not_the_last_that_is_tried(
    index: PackageIndex, builder: Builder, define
) -> None:
    index.wheel("app", "1.0", "py3-none-any", "dep<2")
    index.sdist("dep", "2.0")
    old = index.sdist("dep", "1.4")
    lock = resolve(define("app"), wheels=builder)
    assert lock.environments["3.6 x86_64-manylinux_2_17"][1] == LockedPackage("dep", "1.4", (old,), sdist=True)
    assert builder.built == [f"dep 1.4 {TARGET}"]


def test_a_built_version_that_does_not_help_gives_way_to_an_older_one(
    index: PackageIndex, builder: Builder, define
) -> None:
    index.sdist("dep", "2.0", "base>=2")
    old = index.sdist("dep", "1.4")
    index.wheel("base", "1.0")
    lock = resolve(define("dep", "base"), wheels=builder)
    assert LockedPackage("dep", "1.4", (old,), sdist=True) in lock.environments["3.6 x86_64-manylinux_2_17"]


def test_no_code_of_a_package_runs_here(index: PackageIndex, builder: Builder, define, tmp_path: Path) -> None:
    # sdist_bytes' setup.py ends any process that runs it with words of its own.
    index.sdist("a", "1.0")
    resolve(define("a"), wheels=builder)
    assert not list((tmp_path / "uv-cache").rglob("*.egg-info"))
    assert not list((tmp_path / "uv-cache").rglob("setup.py"))


def test_every_failure_is_told_package_by_package(index: PackageIndex, builder: Builder, define) -> None:
    index.wheel("good", "1.0")
    index.sdist("sklearn", "0.0")
    index.sdist("broken", "1.0")
    index.wheel("broken", "1.0", "cp36-cp36m-win_amd64")
    index.wheel("broken", "1.0", "cp39-cp39-manylinux_2_28_x86_64")
    index.wheel("broken", "0.9")
    index.wheel("pinned", "1.0")
    index.wheel("foreign", "1.0", "cp36-cp36m-macosx_11_0_arm64")
    index.sdist("modern", "3.0", python=">=3.9")
    index.wheel("modern", "2.0")
    builder.refuses = {
        "sklearn": "sklearn 0.0: use 'scikit-learn' rather than 'sklearn' for pip commands",
        "broken": "broken 1.0: gcc says no",
    }
    definition = define("good", "sklearn", "broken==1.0", "pinned==9", "foreign", "modern==3.0", "nothere")
    report = examine(definition, wheels=builder)["3.6 x86_64-manylinux_2_17"]
    assert [package.name for package in report.packages] == ["good"]
    texts = {failure.name: failure.message for failure in report.failures}
    assert set(texts) == {"sklearn", "broken", "pinned", "foreign", "modern", "nothere"}
    assert "write a layer.yaml with `requirements: r.txt` and `overrides: {sklearn: scikit-learn}`" in texts["sklearn"]
    assert (
        "gcc says no" in texts["broken"] and "newest version with a wheel that fits is broken==0.9" in texts["broken"]
    )
    assert "no version of pinned==9" in texts["pinned"] and "pinned==1.0" in texts["pinned"]
    assert "macosx_11_0_arm64" in texts["foreign"]
    assert "want Python >=3.9" in texts["modern"] and "modern==2.0" in texts["modern"]
    assert "not found in the package registry" in texts["nothere"]
    assert isinstance(report.of(definition.requirements[1]), PackageFailure)
    assert report.of(definition.requirements[0]) == report.packages[0]
    with pytest.raises(ResolutionError, match="6 packages cannot be had for alibaba:python3") as caught:
        resolve(definition, wheels=builder)
    written = ("good", "sklearn", "broken", "pinned", "foreign", "modern", "nothere")
    places = {name: f"{definition.file}:{line}" for line, name in enumerate(written, 1)}
    assert all(f"\n  {places[name]}: {name}: " in str(caught.value) for name in texts)


def test_requirements_that_contradict_each_other_are_told_in_uvs_words(
    index: PackageIndex, builder: Builder, define
) -> None:
    index.wheel("app", "1.0", "py3-none-any", "dep<2")
    index.wheel("dep", "1.0")
    index.wheel("dep", "2.0")
    with pytest.raises(ResolutionError, match=r"app depend on dep<2 and you require app==1\.0") as caught:
        resolve(define("app==1.0", "dep==2.0"), wheels=builder)
    assert "--python-version" not in str(caught.value) and "newest" not in str(caught.value)


def test_versions_stay_unless_they_are_asked_to_change(
    index: PackageIndex, builder: Builder, define, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("a", "1.0")
    index.sdist("s", "1.0")
    first = resolve(define("a", "s"), wheels=builder)
    index.wheel("a", "2.0")
    index.sdist("s", "2.0")
    index.wheel("more", "1.0")
    # Time goes by: what uv keeps of the index is not fresh any more.
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache-later"))
    definition = define("a", "s", "more")
    kept = resolve(definition, wheels=builder, previous=first).environments["3.6 x86_64-manylinux_2_17"]
    assert [(one.name, one.version) for one in kept] == [("a", "1.0"), ("more", "1.0"), ("s", "1.0")]
    index.wheel("a", "3.0")
    new = resolve(definition, wheels=builder, previous=first, upgrade=True)
    assert [(one.name, one.version) for one in new.environments["3.6 x86_64-manylinux_2_17"]] == [
        ("a", "3.0"), ("more", "1.0"), ("s", "2.0"),
    ]  # fmt: skip


def test_another_target_is_added_beside_what_is_locked(index: PackageIndex, builder: Builder, define) -> None:
    index.wheel("a", "1.0")
    first = resolve(define("a"), wheels=builder)
    both = resolve(define("a", targets=("alibaba:python3.10",)), wheels=builder, previous=first)
    assert set(both.environments) == {"3.6 x86_64-manylinux_2_17", "3.10 x86_64-manylinux_2_28"}
    changed = resolve(define("a<2", targets=("alibaba:python3.10",)), wheels=builder, previous=first)
    assert set(changed.environments) == {"3.10 x86_64-manylinux_2_28"}


def test_overrides_hold_for_what_others_require_too(index: PackageIndex, builder: Builder, define) -> None:
    index.wheel("app", "1.0", "py3-none-any", "sklearn", "num<2")
    index.wheel("scikit-learn", "1.0")
    index.wheel("num", "1.0")
    index.wheel("num", "2.0")
    lock = resolve(define("app", sklearn="scikit-learn", num="num==2.0"), wheels=builder)
    assert [(one.name, one.version) for one in lock.environments["3.6 x86_64-manylinux_2_17"]] == [
        ("app", "1.0"), ("num", "2.0"), ("scikit-learn", "1.0"),
    ]  # fmt: skip


def test_backports_that_would_shadow_the_standard_library_are_left_out(
    index: PackageIndex, builder: Builder, define
) -> None:
    index.wheel("app", "1.0", "py3-none-any", "enum34", "dataclasses")
    index.wheel("enum34", "1.1")
    index.wheel("dataclasses", "0.8")
    lock = resolve(define("app", targets=(TARGET, "alibaba:python3.10")), wheels=builder)
    names = {environment: [one.name for one in found] for environment, found in lock.environments.items()}
    assert names["3.6 x86_64-manylinux_2_17"] == ["app", "dataclasses"]
    assert names["3.10 x86_64-manylinux_2_28"] == ["app"]


def test_hashes_of_the_requirements_are_kept_to(index: PackageIndex, builder: Builder, define) -> None:
    plain = index.wheel("a", "1.0")
    index.wheel("a", "1.0", "cp36-cp36m-manylinux1_x86_64")
    source = index.sdist("s", "1.0")
    lock = resolve(define(f"a==1.0 --hash={plain}", f"s==1.0 --hash={source}"), wheels=builder)
    assert [one.hashes for one in lock.environments["3.6 x86_64-manylinux_2_17"]] == [(plain,), (source,)]
    other = "sha256:" + "0" * 64
    for line in (f"a==1.0 --hash={other}", f"s==1.0 --hash={other}"):
        with pytest.raises(ResolutionError, match=r"hash.* that the requirement allows"):
            resolve(define(line), wheels=builder)


def test_an_index_without_hashes_is_no_source_of_a_lock_but_of_what_is_built(
    index: PackageIndex, builder: Builder, define
) -> None:
    sdist = index.sdist("s", "1.0")
    data = index.files["s"]["s-1.0.tar.gz"][0]
    index.add("s", "s-1.0.tar.gz", data, sha256="none")
    assert resolve(define("s"), wheels=builder).environments["3.6 x86_64-manylinux_2_17"][0].hashes == (sdist,)


def test_a_source_distribution_that_is_not_what_the_index_says_is_refused(
    index: PackageIndex, builder: Builder, define
) -> None:
    index.add("s", "s-1.0.tar.gz", b"something else", sha256="1" * 64)
    with pytest.raises(ResolutionError, match=r"has SHA-256 .* but the index says 1111"):
        resolve(define("s"), wheels=builder)
    assert builder.built == []


def test_a_locked_source_distribution_is_fetched_by_its_hash_and_kept(
    index: PackageIndex, define, tmp_path: Path
) -> None:
    digest = index.sdist("s", "1.0")
    target = define("s").targets[0]
    package = LockedPackage("s", "1.0", (digest,), sdist=True)
    path = fetch_sdist(package, target)
    assert f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}" == digest
    asked = len(index.requests)
    assert fetch_sdist(package, target, offline=True) == path and len(index.requests) == asked
    # What was damaged in the cache is fetched again, and what a kill left there is removed.
    left = path.parent.parent / ".part-killed"
    left.mkdir()
    os.utime(left, (0, 0))
    path.write_bytes(b"damaged")
    assert fetch_sdist(package, target).read_bytes() == index.files["s"]["s-1.0.tar.gz"][0]
    assert not left.exists()
    wrong = LockedPackage("s", "1.0", ("sha256:" + "2" * 64,), sdist=True)
    with pytest.raises(ResolutionError, match=r"s 1\.0 for alibaba:python3: no source distribution .* s-1\.0\.tar\.gz"):
        fetch_sdist(wrong, target)
    with pytest.raises(ResolutionError, match="offline"):
        fetch_sdist(wrong, target, offline=True)
    index.add("s", "s-1.0.tar.gz", index.files["s"]["s-1.0.tar.gz"][0], sha256="none")
    with pytest.raises(ResolutionError, match=r"no hash"):
        fetch_sdist(wrong, target)


def test_what_was_resolved_once_is_resolved_offline(index: PackageIndex, builder: Builder, define) -> None:
    index.wheel("a", "1.0")
    index.sdist("s", "1.0", "a")
    index.sdist("t", "1.0")
    first = resolve(define("s"), wheels=builder)
    asked = len(index.requests)
    again = resolve(define("s"), wheels=builder, offline=True)
    assert again.environments == first.environments and len(index.requests) == asked
    with pytest.raises(ResolutionError, match=r"offline|cache"):
        resolve(define("s", "t"), wheels=builder, offline=True)


def test_a_builder_that_makes_something_else_is_told(index: PackageIndex, builder: Builder, define) -> None:
    index.sdist("s", "1.0")
    builder.tag = "cp310-cp310-linux_x86_64"
    with pytest.raises(ResolutionError, match="which does not fit alibaba:python3"):
        resolve(define("s"), wheels=builder)
