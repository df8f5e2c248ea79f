"""A layer over the limit is divided by package, the same way every time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunfn.exceptions import PackagingError
from yunfn.packaging.split import split

MB = 2**20


def test_everything_that_fits_stays_together() -> None:
    assert split({"b": 3, "a": 5, "": 2}, 10) == [("", "a", "b")]


def test_the_largest_are_placed_first_and_small_ones_fill_the_room() -> None:
    sizes = {"torch": 400 * MB, "scipy": 300 * MB, "numpy": 150 * MB, "requests": 1 * MB, "": 90 * MB}
    assert split(sizes, 500 * MB) == [("", "requests", "torch"), ("numpy", "scipy")]


def test_one_package_over_the_limit_is_named_with_what_to_do() -> None:
    with pytest.raises(PackagingError, match=r"torch: weighs 501.0 MB, one layer holds 500.0 MB.*`exclude:`"):
        split({"torch": 501 * MB, "numpy": MB}, 500 * MB)


def test_files_of_no_package_over_the_limit_are_named_too() -> None:
    with pytest.raises(PackagingError, match="the files of no package: weighs"):
        split({"": 11}, 10)


def test_more_than_five_layers_are_refused_with_the_heaviest() -> None:
    with pytest.raises(PackagingError, match=r"need 6 layers of 10.0 MB, and a function may have 5.*p0 9.0 MB, p1"):
        split({f"p{number}": 9 * MB for number in range(6)}, 10 * MB)
    assert len(split({f"p{number}": 9 * MB for number in range(5)}, 10 * MB)) == 5


@given(st.dictionaries(st.text("abc", max_size=4), st.integers(0, 60), max_size=30), st.randoms())
def test_no_package_is_lost_or_cut_and_no_layer_is_over(sizes: dict[str, int], order: object) -> None:
    names = list(sizes)
    order.shuffle(names)  # type: ignore[attr-defined]
    groups = split(sizes, 60, most=40)
    assert split({name: sizes[name] for name in names}, 60, most=40) == groups
    assert sorted(name for group in groups for name in group) == sorted(sizes)
    assert all(sum(sizes[name] for name in group) <= 60 for group in groups)
