"""Globs of policies (``*`` any run of characters, ``?`` any one): matching, inclusion, meeting.

Nothing here takes more than polynomial time: patterns come from documents of others.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: Where ``covers`` would have to look at more states, it answers False: patterns made to be slow cover nothing.
_MAX_STATES = 20_000
_WILD = re.compile(r"[*?]")
_STARRED = re.compile(r"[*?]*\*[*?]*")
# A character that patterns do not name.
_UNNAMED = "\ue000"


def is_literal(pattern: str) -> bool:
    """Whether the pattern has neither ``*`` nor ``?``: it fits itself alone."""
    return _WILD.search(pattern) is None


def canonical(pattern: str) -> str:
    """The one spelling of all patterns that fit the same texts: ``**`` is ``*``, ``*?`` is ``?*``."""
    return _STARRED.sub(lambda run: "?" * run[0].count("?") + "*", pattern)


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether ``text`` fits ``pattern``; time grows with the product of their lengths at worst."""
    if pattern == "*":
        return True
    if ignore_case:
        pattern, text = pattern.lower(), text.lower()
    if "*" not in pattern:
        return _fits_at(pattern, text, 0) and len(pattern) == len(text)
    first, *middle, last = pattern.split("*")
    if len(text) < len(first) + len(last) or not _fits_at(first, text, 0):
        return False
    end = len(text) - len(last)
    if not _fits_at(last, text, end):
        return False
    at = len(first)
    # The first place where a piece fits leaves the most room for the rest.
    for piece in middle:
        found = _find(piece, text, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return at <= end


def covers(wide: str, narrow: str, *, ignore_case: bool = False) -> bool:
    """Whether every text that fits ``narrow`` fits ``wide``; exact but for patterns of thousands of characters.

    A character that neither pattern names is the hardest one a wildcard of ``narrow`` can stand for: only a wildcard
    of ``wide`` takes it, which takes any other too. So each ``?`` is read as such a one and each ``*`` as runs of
    them of every length.
    """
    if wide in ("*", narrow):
        return True
    if ignore_case:
        wide, narrow = wide.lower(), narrow.lower()
    if is_literal(narrow):
        return matches(wide, narrow)
    first, last = _ends(wide)
    # What a wildcard of ``narrow`` stands for is never a fixed character of ``wide``: most pairs fail at their ends.
    if not (narrow.startswith(first) and narrow.endswith(last)):
        return False
    # A text that fits ``narrow``: if ``wide`` takes it, stars of it take the unnamed characters, unless a ``?`` does.
    if not matches(wide, narrow.replace("*", _UNNAMED).replace("?", _UNNAMED)):
        return False
    if "?" not in wide and _UNNAMED not in wide:
        return True
    if not matches(wide, narrow.replace("*", "").replace("?", _UNNAMED)):
        return False
    return _includes(canonical(wide), canonical(narrow))


def meet(a: str, b: str, *, ignore_case: bool = False) -> bool:
    """Whether some text fits both patterns."""
    if ignore_case:
        a, b = a.lower(), b.lower()
    if a == "*" or b == "*":
        return True
    if is_literal(a):
        return matches(b, a)
    if is_literal(b):
        return matches(a, b)
    a, b = canonical(a), canonical(b)
    machine = _Machine.of(a)
    states = machine.start
    for symbol in b:
        if symbol == "*":
            # Any run: whatever ``a`` still wants can be in it.
            states = machine.rest(states)
        else:
            states = machine.any(states) if symbol == "?" else machine.step(states, symbol)
        if not states:
            return False
    return bool(states & machine.end)


@lru_cache(maxsize=8192)
def _ends(pattern: str) -> tuple[str, str]:
    """What stands before the first wildcard of a pattern, and what behind its last."""
    pieces = _WILD.split(pattern)
    return pieces[0], pieces[-1]


@lru_cache(maxsize=8192)
def _includes(wide: str, narrow: str) -> bool:
    machine = _Machine.of(wide)
    seen: set[tuple[int, int]] = set()
    waiting = [(0, machine.start)]
    while waiting:
        at, states = waiting.pop()
        # Runs without a choice need no memory.
        while at < len(narrow) and narrow[at] != "*" and states:
            states = machine.step(states, None if narrow[at] == "?" else narrow[at])
            at += 1
        if not states:
            return False
        if at == len(narrow):
            if not states & machine.end:
                return False
            continue
        if (at, states) in seen:
            continue
        seen.add((at, states))
        if len(seen) > _MAX_STATES:
            return False
        waiting.append((at + 1, states))
        waiting.append((at, machine.step(states, None)))
    return True


class _Machine:
    """A pattern as a machine: bit i of ``states`` says that its first i characters were read."""

    def __init__(self, pattern: str) -> None:
        self._stars = self._marks = 0
        self._letters: dict[str, int] = {}
        for index, symbol in enumerate(pattern):
            if symbol == "*":
                self._stars |= 1 << index
            elif symbol == "?":
                self._marks |= 1 << index
            else:
                self._letters[symbol] = self._letters.get(symbol, 0) | 1 << index
        self.end = 1 << len(pattern)
        self.start = self._closed(1)

    @staticmethod
    @lru_cache(maxsize=4096)
    def of(pattern: str) -> _Machine:
        return _Machine(pattern)

    def _closed(self, states: int) -> int:
        # A star may stand for nothing; two never stand side by side.
        return states | (states & self._stars) << 1

    def step(self, states: int, letter: str | None) -> int:
        """After ``letter``; None is a letter that the pattern does not name."""
        moving = self._marks | (self._letters.get(letter, 0) if letter is not None else 0)
        after = (states & self._stars) | (states & moving) << 1
        after = self._closed(after)
        # From a later star everything can be read that can be from what lies before it.
        if stars := after & self._stars:
            after &= -1 << (stars.bit_length() - 1)
        return after

    def any(self, states: int) -> int:
        """After one letter of which nothing is known."""
        return self._closed((states & self._stars) | (states & ~self._stars & (self.end - 1)) << 1)

    def rest(self, states: int) -> int:
        """After any run of letters."""
        lowest = states & -states
        return (self.end << 1) - lowest


def _fits_at(piece: str, text: str, at: int) -> bool:
    if "?" not in piece:
        return text.startswith(piece, at)
    return len(text) - at >= len(piece) and all(wanted in ("?", text[at + index]) for index, wanted in enumerate(piece))


def _find(piece: str, text: str, at: int, end: int) -> int:
    """Where ``piece`` fits first at or after ``at`` and ends no later than ``end``; -1: nowhere."""
    if "?" not in piece:
        return text.find(piece, at, end)
    found = _piece(piece).search(text, at, end)
    return found.start() if found else -1


@lru_cache(maxsize=1024)
def _piece(piece: str) -> re.Pattern[str]:
    return re.compile("".join("." if each == "?" else re.escape(each) for each in piece), re.DOTALL)
