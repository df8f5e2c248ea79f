"""Where things stand in a JSON text: the line of every path, found only when a line has to be told.

The text is scanned once, token by token and without recursion, so that no document is too deep or too odd for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from json import loads
from typing import Literal

Offence = Literal["duplicate", "constant", "number", "surrogate", "deep"]

#: Nothing in a policy stands deeper (a condition's value: 6); what is deeper is not looked at.
MAX_DEPTH = 16
#: A number of more characters is none that a policy could mean (Python reads no longer integer either: 4,300 digits).
MAX_DIGITS = 300

# Possessive, so that a text without an end is given up at once.
_TOKEN = re.compile(r'\s*+(?:("(?:[^"\\]|\\.)*+")|([{}\[\],:])|([^\s{}\[\],:"]++))', re.DOTALL)


@dataclass(slots=True)
class Positions:
    """``lines`` holds the line of every path, counted from 1; ``offences`` the first place of each kind that JSON of
    RFC 8259 has no room for, or no reader agrees on, as (path, line).
    """

    lines: dict[str, int] = field(default_factory=dict)
    offences: dict[Offence, tuple[str, int]] = field(default_factory=dict)

    def line(self, path: str) -> int | None:
        """The line of ``path``; of a value that stands without its list, ``[0]`` may be told; else its parent's."""
        for candidate in _candidates(path):
            if candidate in self.lines:
                return self.lines[candidate]
        return None


@dataclass(slots=True)
class _Container:
    path: str
    is_list: bool
    index: int = 0
    key: str | None = None


@lru_cache(maxsize=8)
def scan(text: str) -> Positions:
    """Find where everything stands; a text that is not JSON is read as far as it can be understood."""
    found = Positions()
    stack: list[_Container] = []
    for string, mark, word, line in _tokens(text):
        if mark in ("}", "]"):
            if not stack:
                break
            stack.pop()
            if not stack:
                break
            continue
        top = stack[-1] if stack else None
        if mark == ",":
            if top is None:
                break
            top.index, top.key = top.index + 1, None
            continue
        if mark == ":":
            continue
        if string and _lone_surrogate(string):
            found.offences.setdefault("surrogate", (_path(top), line))
        if top is not None and not top.is_list and top.key is None:
            if not string:
                break
            top.key = _text(string)
            if (path := _path(top)) in found.lines:
                found.offences.setdefault("duplicate", (path, line))
            else:
                found.lines[path] = line
            continue
        path = _path(top)
        found.lines.setdefault(path, line)
        if word:
            _judge_word(found, word, path, line)
        if mark:
            if len(stack) == MAX_DEPTH:
                found.offences.setdefault("deep", (path, line))
                break
            stack.append(_Container(path, mark == "["))
        elif top is None:
            break
    return found


def _tokens(text: str) -> Iterator[tuple[str | None, str | None, str | None, int]]:
    line, at = 1, 0
    while (token := _TOKEN.match(text, at)) is not None:
        start = token.start(token.lastindex or 0)
        line += text.count("\n", at, start)
        yield token[1], token[2], token[3], line
        line += text.count("\n", start, token.end())
        at = token.end()


def _judge_word(found: Positions, word: str, path: str, line: int) -> None:
    if word in ("NaN", "Infinity", "-Infinity"):
        found.offences.setdefault("constant", (path, line))
    elif word not in ("true", "false", "null") and not is_plain_number(word):
        found.offences.setdefault("number", (path, line))


def is_plain_number(word: str) -> bool:
    """Whether a number is one that every reader of JSON reads alike: short, and not beyond a double's range."""
    if len(word) > MAX_DIGITS:
        return False
    try:
        return abs(float(word)) != float("inf")
    except ValueError:
        return False


def _path(top: _Container | None) -> str:
    if top is None:
        return ""
    if top.is_list:
        return f"{top.path}[{top.index}]"
    key = top.key or ""
    return f"{top.path}.{key}" if top.path else key


def _text(string: str) -> str:
    if "\\" not in string:
        return string[1:-1]
    try:
        return str(loads(string))
    except ValueError:
        return string[1:-1]


def _lone_surrogate(string: str) -> bool:
    if "\\" not in string and string.isascii():
        return False
    try:
        _text(string).encode()
    except UnicodeEncodeError:
        return True
    return False


def _candidates(path: str) -> Iterator[str]:
    while True:
        yield path
        bare = path.replace("[0]", "")
        yield bare
        # An action written as a text in a statement that stands in a list: only some of the [0] are there.
        if path.endswith("[0]"):
            yield path.removesuffix("[0]")
        first, _, rest = path.partition("[0]")
        yield first + rest
        if not path:
            return
        cut = max(path.rfind("."), path.rfind("["))
        path = path[:cut] if cut > 0 else ""


def lines(text: str) -> Mapping[str, int]:
    """The line of every path in ``text``."""
    return scan(text).lines
