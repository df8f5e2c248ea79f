"""The globs of policies fit what their letters say, however many asterisks they have."""

from __future__ import annotations

import itertools
import re
import time

from yunfn.localcloud.globs import matches


def test_all_short_globs_fit_as_their_plain_expressions_do() -> None:
    texts = ["".join(letters) for length in range(5) for letters in itertools.product("ab", repeat=length)]
    for length in range(5):
        for letters in itertools.product("ab*?", repeat=length):
            glob = "".join(letters)
            plain = re.compile(glob.replace("*", ".*").replace("?", "."))
            assert {text for text in texts if matches(glob, text)} == {text for text in texts if plain.fullmatch(text)}


def test_letters_of_expressions_are_letters_and_case_counts_unless_told() -> None:
    assert matches("a.(b)*[c]", "a.(b)\n[c]")
    assert not matches("a.b*", "axb")
    assert matches("OSS:g?t*", "oss:GetObject", ignore_case=True)
    assert not matches("OSS:g?t*", "oss:GetObject")


def test_many_asterisks_take_no_longer_than_one() -> None:
    began = time.process_time()
    assert not matches("*a" * 2000 + "b", "a" * 6000)
    assert matches("*a" * 2000, "a" * 6000)
    assert time.process_time() - began < 4
