"""What of a log an index covers, and how."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from yunfn.localcloud.logsearch.exceptions import QueryError
from yunfn.localcloud.logsearch.words import PART, Cutter

_NUMBERS = ("long", "double")
_TEXTS = ("text", "json")
_WHOLE = Cutter("", False, False)


class Searchable(Protocol):
    """A log, as a search sees it."""

    def field(self, name: str) -> str | None:
        """The text of a field, the service's own included, or None where it is absent."""
        ...

    def texts(self, internal: bool) -> Sequence[str]:
        """What an index over the whole log covers; ``internal`` with what the service adds by itself."""
        ...


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one field is indexed: its kind (``text``, ``long``, ``double``, ``json``), and what is inside a JSON one.

    ``any_child``: what stands inside is covered even where it is not named.
    """

    kind: str
    cutter: Cutter
    children: Mapping[str, FieldRule] = field(default_factory=dict)
    any_child: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One field as the index knows it; ``path`` leads into a JSON value."""

    name: str
    kind: str
    cutter: Cutter
    path: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether the field is indexed as a number."""
        return self.kind in _NUMBERS

    def value(self, log: Searchable) -> str | None:
        """The field's text in ``log``, or None where it is absent."""
        text = log.field(self.name)
        return _inside(text, self.path) if text is not None and self.path else text

    def number(self, log: Searchable) -> float | None:
        """The field as a number, or None where it is absent or none."""
        try:
            return float(self.value(log) or "")
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class LogIndex:
    """What can be searched in logs, and how.

    ``line`` cuts the whole log, None without such an index; ``builtin`` tells which fields are covered by
    themselves; ``internal`` whether ``line`` covers what the service adds.
    """

    line: Cutter | None
    fields: Mapping[str, FieldRule]
    builtin: Callable[[str], bool]
    internal: bool = True

    def wanted(self, text: str) -> tuple[str, ...]:
        """The words of a condition without a field."""
        cutter = self.line or next((rule.cutter for rule in self.fields.values() if rule.kind in _TEXTS), None)
        return cutter.wanted(text) if cutter else (text,)

    def anywhere(self, words: Sequence[str], log: Searchable) -> bool:
        """Whether all the words stand in the log, be it in different fields."""
        if self.line is not None:
            return self.line.finds(words, PART.join(log.texts(self.internal)))
        return all(
            any(cutter.finds((cutter.folded(word),), text) for cutter, text in self._indexed(log)) for word in words
        )

    def phrase_anywhere(self, words: Sequence[str], log: Searchable) -> bool:
        """Whether the words stand one behind the other in one field of the log."""
        if self.line is not None:
            line = self.line
            return any(line.finds_phrase(words, text) for text in log.texts(self.internal))
        return any(
            cutter.finds_phrase([cutter.folded(word) for word in words], text) for cutter, text in self._indexed(log)
        )

    def field(self, name: str) -> Field:
        """The field ``name``; raises QueryError if the index does not cover it."""
        if self.builtin(name):
            return Field(name, "text", _WHOLE)
        if (rule := self.fields.get(name)) is not None:
            return Field(name, rule.kind, rule.cutter)
        outer, _, inner = name.partition(".")
        rule = self.fields.get(outer)
        if rule is not None and rule.kind == "json" and inner:
            known = rule.children.get(inner)
            if known is not None or rule.any_child:
                kind, cutter = (known.kind, known.cutter) if known else ("text", rule.cutter)
                return Field(outer, kind, cutter, tuple(inner.split(".")))
        raise QueryError(
            f"key ({name}) is not config as key value config,if symbol : is  in your log,"
            'please wrap : with quotation mark "'
        )

    def _indexed(self, log: Searchable) -> list[tuple[Cutter, str]]:
        found = ((rule.cutter, log.field(name)) for name, rule in self.fields.items() if rule.kind in _TEXTS)
        return [(cutter, text) for cutter, text in found if text is not None]


def _inside(text: str, path: Sequence[str]) -> str | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    for name in path:
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
