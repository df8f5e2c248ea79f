"""Versions are compared as numbers, whatever a tool prints around them."""

from __future__ import annotations

import pytest

from enginebuild.versions import dotted, version_numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("go version go1.9 linux/amd64", (1, 9, 0)),
        ("go version go1.27rc1 linux/arm64", (1, 27, 0)),
        ("go version devel go1.28-9ab1c2d Mon Nov  2 10:11:12 2026 +0000 linux/amd64", (1, 28, 0)),
        ("v3.259.0\n", (3, 259, 0)),
        ("v3.237.0-alpha.1700000000+dirty", (3, 237, 0)),
        ("4.0.0", (4, 0, 0)),
    ],
)
def test_what_tools_print(text: str, numbers: tuple[int, int, int]) -> None:
    assert version_numbers(text) == numbers


@pytest.mark.parametrize("text", ["", "command not found", "go version unknown"])
def test_no_version(text: str) -> None:
    assert version_numbers(text) is None


def test_numbers_not_letters_decide() -> None:
    ten, nine = version_numbers("v3.1000.0"), version_numbers("v3.999.0")
    assert ten is not None
    assert nine is not None
    assert ten > nine


def test_written_for_people() -> None:
    assert dotted((3, 237, 0)) == "3.237"
    assert dotted((1, 25, 11)) == "1.25.11"
