"""Overrides that put one package in another's place: whoever requires the one gets the other, and nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from unit.packaging.resolution.conftest import Builder
from unit.packaging.resolution.package_index import PackageIndex
from yunfn.exceptions import ResolutionError, StaleLockError
from yunfn.packaging.definition import LayerDefinition, read_definition
from yunfn.packaging.resolution import LayerLock, check_lock, resolve, rounds

TEN = "3.10 x86_64-manylinux_2_28"
REPLACED = {"sklearn": "scikit-learn"}


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The requirements of every call of uv, which is made for real."""
    made: list[list[str]] = []
    real = rounds.compile_requirements

    def noted(requirements: list[str], *arguments: Any, **options: Any) -> Any:
        made.append(requirements)
        return real(requirements, *arguments, **options)

    monkeypatch.setattr(rounds, "compile_requirements", noted)
    return made


@pytest.fixture
def define(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Makes a definition of requirement lines and overrides."""

    def make(*lines: str, **overrides: str) -> LayerDefinition:
        file = tmp_path / "r.txt"
        file.write_text("\n".join(lines) + "\n")
        return read_definition(file, ["alibaba:python3.10"], overrides)

    return make


@pytest.fixture(autouse=True)
def packages(index: PackageIndex) -> None:
    """What PyPI has of the two: the one cannot be had, the other needs more."""
    index.sdist("sklearn", "0.0")
    index.wheel("scikit-learn", "1.0", "py3-none-any", "numpy")
    index.wheel("numpy", "1.0")
    index.wheel("idna", "3.0")


def names(lock: LayerLock) -> list[str]:
    return [f"{package.name} {package.version}" for package in lock.environments[TEN]]


def test_what_nobody_requires_brings_nothing(builder: Builder, define, calls) -> None:
    assert names(resolve(define("idna", **REPLACED), wheels=builder)) == ["idna 3.0"]
    assert len(calls) == 1 and builder.built == []


@pytest.mark.parametrize("line", ["sklearn", "SKlearn>=0", "scikit-learn"])
def test_what_the_definition_requires_itself_takes_no_more_calls(builder: Builder, define, calls, line: str) -> None:
    assert names(resolve(define("idna", line, **REPLACED), wheels=builder)) == [
        "idna 3.0", "numpy 1.0", "scikit-learn 1.0",
    ]  # fmt: skip
    assert len(calls) == 1
    resolve(define("idna"), wheels=builder)
    assert len(calls) == 2


@pytest.mark.parametrize("wanted", ["sklearn", "sklearn>=0.2", 'sklearn[all]; python_version > "3"'])
def test_what_another_package_requires_is_replaced_and_that_package_stays_the_newest(
    index: PackageIndex, builder: Builder, define, tmp_path: Path, wanted: str
) -> None:
    index.wheel("app", "1.0")
    index.wheel("app", "2.0", "py3-none-any", wanted)
    # The versions of the one say nothing about the other.
    (tmp_path / "c.txt").write_text("sklearn==3.0\n")
    lock = resolve(define("app", "-c c.txt", **REPLACED), wheels=builder)
    assert names(lock) == ["app 2.0", "numpy 1.0", "scikit-learn 1.0"]
    assert builder.built == []


def test_a_requirement_whose_marker_or_extra_does_not_hold_is_none(
    index: PackageIndex, builder: Builder, define
) -> None:
    index.wheel("app", "1.0", "py3-none-any", 'sklearn>=3; python_version < "3"', 'sklearn; extra == "ml"')
    assert names(resolve(define("app", **REPLACED), wheels=builder)) == ["app 1.0"]
    with_extra = resolve(define("app[ml]", **REPLACED), wheels=builder)
    assert names(with_extra) == ["app 1.0", "numpy 1.0", "scikit-learn 1.0"]


def test_a_replacement_and_a_package_that_is_built_may_require_what_is_replaced(
    index: PackageIndex, builder: Builder, define
) -> None:
    index.sdist("app", "1.0", "sklearn")
    index.wheel("scikit-learn", "2.0", "py3-none-any", "old-name", "unused-name; python_version < '3'")
    index.wheel("new", "1.0")
    overrides = {**REPLACED, "old-name": "new", "unused-name": "numpy"}
    assert names(resolve(define("app", **overrides), wheels=builder)) == ["app 1.0", "new 1.0", "scikit-learn 2.0"]
    assert builder.built == ["app 1.0 alibaba:python3.10"]


def test_a_replacement_that_cannot_be_had_is_told_and_no_older_package_taken(
    index: PackageIndex, builder: Builder, define
) -> None:
    index.wheel("app", "1.0")
    index.wheel("app", "2.0", "py3-none-any", "sklearn")
    with pytest.raises(ResolutionError, match="scikit-lern"):
        resolve(define("app", sklearn="scikit-lern"), wheels=builder)


def test_a_version_in_anothers_place_only_constrains(index: PackageIndex, builder: Builder, define, calls) -> None:
    index.wheel("numpy", "2.0")
    index.wheel("app", "1.0", "py3-none-any", "numpy>=2")
    overrides = {"numpy": "numpy==1.0"}
    assert names(resolve(define("idna", **overrides), wheels=builder)) == ["idna 3.0"]
    assert names(resolve(define("app", **overrides), wheels=builder)) == ["app 1.0", "numpy 1.0"]
    assert len(calls) == 2


def test_a_backport_that_is_left_out_is_replaced_where_the_definition_says_so(
    index: PackageIndex, builder: Builder, define
) -> None:
    index.wheel("app", "1.0", "py3-none-any", "dataclasses")
    assert names(resolve(define("app"), wheels=builder)) == ["app 1.0"]
    assert names(resolve(define("app", dataclasses="idna"), wheels=builder)) == ["app 1.0", "idna 3.0"]


def test_what_was_resolved_once_is_resolved_offline(index: PackageIndex, builder: Builder, define) -> None:
    index.wheel("app", "1.0", "py3-none-any", "sklearn", "old; python_version < '3'")
    definition = define("app", **REPLACED, old="idna", unused="idna")
    lock = resolve(definition, wheels=builder)
    assert names(lock) == ["app 1.0", "numpy 1.0", "scikit-learn 1.0"]
    asked = len(index.requests)
    assert resolve(definition, wheels=builder, offline=True) == lock
    assert len(index.requests) == asked


def test_a_lock_is_stale_where_the_overrides_changed_whoever_requires_them(builder: Builder, define) -> None:
    lock = resolve(define("idna", **REPLACED), wheels=builder)
    check_lock(define("idna", **REPLACED), lock)
    for changed in (define("idna"), define("idna", sklearn="scikit-learn>=1")):
        with pytest.raises(StaleLockError, match="override sklearn: scikit-learn"):
            check_lock(changed, lock)
    # One that was made while more was taken loses it when it is made again.
    more = resolve(define("idna", "sklearn", **REPLACED), wheels=builder)
    assert resolve(define("idna", **REPLACED), wheels=builder, previous=more) == lock
