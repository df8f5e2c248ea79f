"""Reads uv's refusals: which package stands in the way, and which of its versions.

uv 0.13 writes its derivation in English sentences; what is not found in them leaves a choice wider, never wrong: the
next round of resolution judges it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

_WHEELS_REQUIRED = re.compile(r"Wheels are required for `([^`]+)`")
_UNUSABLE = re.compile(r"ha(?:s|ve) no usable wheels")
_YOU_REQUIRE = re.compile(r"you require (.+?)(?=,? we can\b|,? it follows|\. |\.$|$)")
_NAME = re.compile(r"^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?=[^A-Za-z0-9._-]|$)")
_LIMIT = r"(?:===|==|!=|<=|>=|~=|<|>)[^\s,;)]+"


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a refusal says.

    ``wheelless`` are packages that have source distributions only, ``required`` the packages of the definition that it
    blames, the last named last.
    """

    wheelless: tuple[str, ...]
    required: tuple[str, ...]


def read_refusal(words: str) -> Refusal:
    """The packages a refusal names."""
    wheelless = dict.fromkeys(canonicalize_name(name) for name in _WHEELS_REQUIRED.findall(words))
    required: dict[str, None] = {}
    for listed in _YOU_REQUIRE.findall(" ".join(words.split())):
        for one in re.split(r",? and |, | or ", listed):
            if found := _NAME.match(one.strip()):
                required[canonicalize_name(found[1])] = None
    return Refusal(tuple(wheelless), tuple(required))


def unusable_versions(words: str, name: str) -> list[SpecifierSet]:
    """The versions of a package that a refusal says have no usable wheels; any of the sets; empty for all versions."""
    text = " ".join(words.split())
    found: list[SpecifierSet] = []
    for end in _UNUSABLE.finditer(text):
        begin = max(text.rfind(mark, 0, end.start()) for mark in ("ecause ", " and ", " that "))
        clause = text[max(begin, 0) : end.start()]
        pattern = rf"(?<![A-Za-z0-9._-]){re.escape(name)}((?:{_LIMIT})(?:,{_LIMIT})*)"
        for limits in re.findall(pattern, clause, re.IGNORECASE):
            try:
                found.append(SpecifierSet(limits))
            except InvalidSpecifier:
                continue
    return found
