"""What components refuse is told in its own words: by what it is, with the line of the program, once."""

from __future__ import annotations

import inspect

import pulumi
import pytest

from yunfn.exceptions import AccountMismatchError, ValidationError
from yunfn.program.component import Component, told, told_when_known


class Refusing(Component):
    def __init__(self, name: str, *, error: Exception) -> None:
        """Refuse."""
        raise error


class Inside(Refusing):
    def __init__(self, name: str, *, error: Exception) -> None:
        super().__init__(name, error=error)


def test_a_refusal_is_shown_without_frames_and_names_the_line() -> None:
    line = inspect.currentframe().f_lineno + 2  # type: ignore[union-attr]
    with pytest.raises(ValidationError) as refused:
        Refusing("shop", error=ValidationError("shop", "memory", 1, "too little"))
    assert isinstance(refused.value, pulumi.RunError)
    assert refused.value.property == "memory"
    assert str(refused.value) == f"tests/unit/program/test_component.py:{line}: shop: memory=1: too little"


def test_in_a_class_of_ones_own_it_is_told_once() -> None:
    with pytest.raises(
        ValidationError, match=r"^tests/unit/program/test_component\.py:\d+: shop: memory=1: too little$"
    ):
        Inside("shop", error=ValidationError("shop", "memory", 1, "too little"))


def test_of_values_that_come_later_no_line_is_named() -> None:
    @told_when_known
    def check(value: int) -> None:
        raise ValidationError("shop", "memory", value, "too little")

    with pytest.raises(pulumi.RunError, match=r"^shop: memory=1: too little$"):
        check(1)


def test_errors_that_nobody_foresaw_stay_as_they_are() -> None:
    with pytest.raises(KeyError) as found:
        Refusing("shop", error=KeyError("gone"))
    assert not isinstance(found.value, pulumi.RunError)


def test_functions_tell_too() -> None:
    @told
    def guard() -> None:
        raise AccountMismatchError("another account")

    with pytest.raises(AccountMismatchError, match=r"test_component\.py:\d+: another account$") as refused:
        guard()
    assert isinstance(refused.value, pulumi.RunError)
    assert inspect.signature(Refusing).parameters.keys() == {"name", "error"}
