"""Globs are compared as the sets of texts that fit them, and never take long."""

from __future__ import annotations

import itertools
import random
import re
import time

import pytest

from yunfn.access import patterns

# "c" stands in no pattern: the letter that only wildcards take.
TEXTS = ["".join(letters) for length in range(7) for letters in itertools.product("abc", repeat=length)]


def _fitting(pattern: str) -> set[str]:
    form = re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
    return {text for text in TEXTS if form.fullmatch(text)}


def test_patterns_compare_as_the_texts_that_fit_them() -> None:
    rng = random.Random(2)
    found = {"covers": 0, "meets": 0, "apart": 0}
    fitting: dict[str, set[str]] = {}
    for _ in range(4000):
        wide, narrow = ("".join(rng.choices("ab*?", weights=(3, 3, 3, 2), k=rng.randint(0, 4))) for _ in range(2))
        for pattern in (wide, narrow):
            if pattern not in fitting:
                fitting[pattern] = _fitting(pattern)
                assert {text for text in TEXTS[:200] if patterns.matches(pattern, text)} == fitting[pattern] & set(
                    TEXTS[:200]
                ), pattern
        assert patterns.covers(wide, narrow) == (fitting[wide] >= fitting[narrow]), (wide, narrow)
        assert patterns.meet(wide, narrow) == bool(fitting[wide] & fitting[narrow]), (wide, narrow)
        assert patterns.meet(narrow, wide) == patterns.meet(wide, narrow)
        found["covers"] += patterns.covers(wide, narrow)
        found["meets" if patterns.meet(wide, narrow) else "apart"] += 1
    assert min(found.values()) > 500, found


def test_one_spelling_of_what_fits_the_same() -> None:
    by_meaning: dict[frozenset[str], set[str]] = {}
    for length in range(5):
        for letters in itertools.product("a*?", repeat=length):
            pattern = "".join(letters)
            by_meaning.setdefault(frozenset(_fitting(pattern)), set()).add(patterns.canonical(pattern))
    assert all(len(spellings) == 1 for spellings in by_meaning.values())
    assert patterns.canonical("fc-***") == "fc-*"
    assert patterns.canonical("*?*x??") == "?*x??"


def test_no_character_is_special() -> None:
    unnamed = patterns._UNNAMED
    assert not patterns.covers(f"*{unnamed}*", "*a*")
    assert not patterns.covers(f"{unnamed}*", "?*")
    assert not patterns.covers(f"*{unnamed}", "*")
    assert patterns.covers("*", f"{unnamed}?") and patterns.covers("*?*", f"*{unnamed}*")


def test_case_counts_unless_told() -> None:
    assert not patterns.matches("oss:get*", "oss:GetObject")
    assert patterns.matches("oss:get*", "oss:GetObject", ignore_case=True)
    assert patterns.covers("OSS:*", "oss:Get?", ignore_case=True)
    assert not patterns.covers("OSS:*", "oss:Get?")
    assert patterns.meet("OSS:G*", "oss:*t", ignore_case=True)
    assert not patterns.meet("OSS:G*", "oss:*t")


def test_a_question_mark_within_runs_is_found_wherever_it_fits() -> None:
    assert patterns.matches("*a?c*d", "xxaacabcxd")
    assert not patterns.matches("*a?c*d", "xxacxd")
    assert patterns.matches("a*\n?b", "a.\n.b")
    assert not patterns.matches("ab*ba", "aba")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [("*a" * 2000 + "b", "a" * 6000), ("*?a" * 1500 + "b", "a" * 6000), ("?" * 3000 + "*" + "a" * 2900, "a" * 5800)],
)
def test_patterns_made_to_be_slow_are_not(pattern: str, text: str) -> None:
    began = time.process_time()
    assert not patterns.matches(pattern, text)
    assert not patterns.covers(pattern, text + "*")
    patterns.covers(text[:3000] + "*" + text[:2000], pattern)
    patterns.covers("*a?" * 1000, "*a" * 1000)
    patterns.meet(pattern, "*a" * 1500)
    assert time.process_time() - began < 6
