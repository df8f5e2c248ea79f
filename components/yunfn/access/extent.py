"""What a statement is about: the actions, or resources, that its patterns name, or all but those."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from yunfn.access import names_of_resources, patterns
from yunfn.access.grammar import RAM, Grammar
from yunfn.access.statement import Statement

# Every action has a colon.
_ALL_ACTIONS = frozenset(("*", "*:*", "name/*", "name/*:*"))


@dataclass(frozen=True, slots=True)
class Names:
    """How one grammar's names, of actions or of resources, are compared: pattern against pattern."""

    covers: Callable[[str, str], bool]
    meet: Callable[[str, str], bool]
    canonical: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Extent:
    """The names that fit one of ``patterns``; with ``negated`` those that fit none."""

    patterns: tuple[str, ...]
    negated: bool = False

    def includes(self, other: Extent, names: Names) -> bool:
        """Whether every name of ``other`` is one of these; False where only several patterns together include one."""
        if not self.negated and not other.negated:
            return all(
                one in self.patterns or any(names.covers(wide, one) for wide in self.patterns) for one in other.patterns
            )
        if self.negated and other.negated:
            return all(any(names.covers(wide, one) for wide in other.patterns) for one in self.patterns)
        if self.negated:
            return not any(names.meet(one, each) for one in self.patterns for each in other.patterns)
        return "*" in self.patterns

    def touches(self, other: Extent, names: Names) -> bool:
        """Whether some name is of both; True where only several patterns together would exclude every one."""
        if not self.negated and not other.negated:
            return any(names.meet(one, each) for one in self.patterns for each in other.patterns)
        if self.negated and other.negated:
            return "*" not in self.patterns and "*" not in other.patterns
        names_of, but = (other, self) if self.negated else (self, other)
        return any(not any(names.covers(wide, one) for wide in but.patterns) for one in names_of.patterns)

    def common(self, other: Extent, names: Names) -> Extent:
        """The names of both, where one form can say them: the narrower of two patterns, not all of what one is."""
        if self.negated and other.negated:
            return Extent(tuple(sorted({*self.patterns, *other.patterns})), True)
        if self.negated:
            return other
        if other.negated:
            return self
        found = []
        for one in self.patterns:
            for each in other.patterns:
                if names.covers(each, one):
                    found.append(one)
                elif names.covers(one, each):
                    found.append(each)
                elif names.meet(one, each):
                    found.append(one)
        return Extent(tuple(dict.fromkeys(found)))


@lru_cache(maxsize=8)
def actions(grammar: Grammar) -> Names:
    """How actions compare: RAM's do not differ by case, CAM's prefix ``name/`` says nothing."""
    if grammar is RAM:
        return Names(
            lambda wide, narrow: wide in _ALL_ACTIONS or patterns.covers(wide, narrow, ignore_case=True),
            lambda a, b: patterns.meet(a, b, ignore_case=True),
            lambda name: _spelled(name.lower()),
        )
    return Names(
        lambda wide, narrow: (
            wide in _ALL_ACTIONS or patterns.covers(wide.removeprefix("name/"), narrow.removeprefix("name/"))
        ),
        lambda a, b: patterns.meet(a.removeprefix("name/"), b.removeprefix("name/")),
        lambda name: _spelled(name.removeprefix("name/")),
    )


def _spelled(action: str) -> str:
    return "*" if action in _ALL_ACTIONS else patterns.canonical(action)


@lru_cache(maxsize=8)
def resources(grammar: Grammar) -> Names:
    """How resources compare."""
    return Names(
        lambda wide, narrow: names_of_resources.covers(grammar, wide, narrow),
        lambda a, b: names_of_resources.meet(grammar, a, b),
        lambda name: names_of_resources.canonical(grammar, name),
    )


def actions_of(statement: Statement) -> Extent:
    """The actions that ``statement`` is about."""
    if _ALL_ACTIONS.isdisjoint(statement.actions):
        return Extent(statement.actions, statement.not_actions)
    return Extent(tuple("*" if each in _ALL_ACTIONS else each for each in statement.actions), statement.not_actions)


def resources_of(statement: Statement) -> Extent:
    """The resources that ``statement`` is about."""
    return Extent(statement.resources, statement.not_resources)
