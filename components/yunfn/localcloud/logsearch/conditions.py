"""The conditions a query is made of; each tells of one log whether it fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from yunfn.localcloud.logsearch.index import Field, LogIndex, Searchable


class Condition(Protocol):
    """Something that a log fits or does not."""

    def fits(self, log: Searchable) -> bool:
        """Whether ``log`` is found."""
        ...


@dataclass(frozen=True, slots=True)
class Everything:
    """``*``, or no query at all."""

    def fits(self, log: Searchable) -> bool:
        """Always."""
        return True


@dataclass(frozen=True, slots=True)
class Anywhere:
    """A word, or a phrase, without a field."""

    index: LogIndex
    words: tuple[str, ...]
    phrase: bool

    def fits(self, log: Searchable) -> bool:
        """Whether it stands anywhere in the log."""
        if self.phrase:
            return self.index.phrase_anywhere(self.words, log)
        return self.index.anywhere(self.words, log)


@dataclass(frozen=True, slots=True)
class Within:
    """``field: word``; without words (``field: *``) it asks only that the field is there."""

    field: Field
    words: tuple[str, ...] | None
    phrase: bool

    def fits(self, log: Searchable) -> bool:
        """Whether the field holds it."""
        value = self.field.value(log)
        if value is None:
            return False
        if self.words is None:
            return True
        if self.phrase:
            return self.field.cutter.finds_phrase(self.words, value)
        return self.field.cutter.finds(self.words, value)


@dataclass(frozen=True, slots=True)
class Empty:
    """``field:""`` where that asks for a field that is there without text."""

    field: Field

    def fits(self, log: Searchable) -> bool:
        """Whether the field is there and empty."""
        return self.field.value(log) == ""


@dataclass(frozen=True, slots=True)
class Compared:
    """``field > 5`` and the like, ``field in [1 10)`` as two of them; numbers only."""

    field: Field
    compare: Callable[[float, float], bool]
    number: float

    def fits(self, log: Searchable) -> bool:
        """Whether the field's number compares as asked."""
        value = self.field.number(log)
        return value is not None and self.compare(value, self.number)


@dataclass(frozen=True, slots=True)
class All:
    """Several conditions joined by ``and``."""

    parts: Sequence[Condition]

    def fits(self, log: Searchable) -> bool:
        """Whether all of them hold."""
        return all(part.fits(log) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Some:
    """Several conditions joined by ``or``."""

    parts: Sequence[Condition]

    def fits(self, log: Searchable) -> bool:
        """Whether one of them holds."""
        return any(part.fits(log) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Unless:
    """``not`` and what follows it."""

    part: Condition

    def fits(self, log: Searchable) -> bool:
        """Whether it does not hold."""
        return not self.part.fits(log)
