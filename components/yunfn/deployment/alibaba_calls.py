"""Which call a line of a function's log belongs to: Function Compute says so by the lines around each call only.

``FC Invoke Start RequestId: …`` and ``FC Invoke End RequestId: …`` stand around what a call prints on its instance, and
likewise ``FC Initialize …`` (FCD "print function logs"). An instance that serves several calls at once mixes their
lines; one that names its call, as the runtime's logger does, is told by that, and others are nobody's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_START = re.compile(r"FC (?:Invoke|Initialize) Start RequestId: ([^\s,]+)")
_END = re.compile(r"FC (?:Invoke|Initialize) End RequestId: ([^\s,]+)")


class Calls:
    """The calls of one function, over looks at its log that follow each other and may overlap."""

    def __init__(self) -> None:
        self._open: dict[str, list[str]] = {}

    def of(self, lines: Sequence[tuple[str, str]]) -> list[str]:
        """The call of each line (its instance and its text), in order of time; "" where it cannot be told."""
        running = {instance: list(calls) for instance, calls in self._begun_before(lines).items()}
        found: list[str] = []
        for instance, text in lines:
            calls = running.setdefault(instance, [])
            if (start := _START.search(text)) and start[1] not in calls:
                calls.append(start[1])
            end = _END.search(text)
            marked = start or end
            found.append(marked[1] if marked else _owner(calls, text))
            if end and end[1] in calls:
                calls.remove(end[1])
        self._open = {**self._open, **running}
        return found

    def _begun_before(self, lines: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
        """By instance, the calls that were running before the first line.

        Those that end here without having begun here, and those of the last look of which nothing is seen here.
        """
        begun: dict[str, set[str]] = {}
        before: dict[str, list[str]] = {}
        marked: set[str] = set()
        for instance, text in lines:
            here = begun.setdefault(instance, set())
            if start := _START.search(text):
                here.add(start[1])
                marked.add(start[1])
            elif end := _END.search(text):
                if end[1] not in here and end[1] not in before.get(instance, ()):
                    before.setdefault(instance, []).append(end[1])
                marked.add(end[1])
        for instance, calls in self._open.items():
            still = [call for call in calls if call not in marked]
            before[instance] = [*still, *(call for call in before.get(instance, ()) if call not in still)]
        return before


def _owner(calls: Sequence[str], text: str) -> str:
    if len(calls) == 1:
        return calls[0]
    named = [call for call in calls if call in text]
    return named[0] if len(named) == 1 else ""
