"""How an index cuts logs into words, and what a condition finds among them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.log.models import LogEntry

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff"
_NUMBERS = ("long", "double")
_TAG = "__tag__:"


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts texts into words: at delimiters, and between Chinese characters if ``chinese``."""

    delimiters: str
    case_sensitive: bool
    chinese: bool

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Cutter:
        """The cutter of an index's line or of one of its keys."""
        return cls("".join(config.get("token") or ()), bool(config.get("caseSensitive")), bool(config.get("chn")))

    def words(self, text: str) -> list[str]:
        """The words of ``text`` in order; in lower case unless case counts."""
        cut = _cutter(self.delimiters, self.chinese).findall(text if self.case_sensitive else text.lower())
        # Without delimiters a value is one word, an empty value included.
        return cut if self.delimiters else [text if self.case_sensitive else text.lower()]

    def finds(self, wanted: str, text: str) -> bool:
        """Whether ``text`` holds all words of ``wanted``; words may end in, or hold, ``*`` and ``?``."""
        there = set(self.words(text))
        return all(_among(word, there) for word in self._wanted(wanted))

    def finds_phrase(self, wanted: str, text: str) -> bool:
        """Whether ``text`` holds the words of ``wanted`` one behind the other."""
        words, phrase = self.words(text), self.words(wanted)
        return any(words[at : at + len(phrase)] == phrase for at in range(len(words) - len(phrase) + 1))

    def _wanted(self, text: str) -> list[str]:
        """The words asked for; jokers stay in them even where they are delimiters."""
        kept = Cutter("".join(one for one in self.delimiters if one not in "*?"), self.case_sensitive, self.chinese)
        return kept.words(text) if self.delimiters else self.words(text)


@dataclass(frozen=True, slots=True)
class LogIndex:
    """A logstore's index: what can be searched in its logs, and how."""

    line: Cutter | None
    keys: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> LogIndex:
        """The index of a stored index document."""
        line = document.get("line")
        return cls(Cutter.of(line) if line else None, document.get("keys") or {})

    def anywhere(self, wanted: str, entry: LogEntry, phrase: bool) -> bool:
        """Whether a word, or a phrase, stands anywhere that the index covers."""
        if self.line is not None:
            line = self.line
            texts: Iterable[tuple[Cutter, str]] = (
                (line, text) for text in (*_everything(entry), entry.topic, entry.source)
            )
        else:
            texts = (
                (Cutter.of(config), entry.contents[name])
                for name, config in self.keys.items()
                if name in entry.contents and config.get("type", "text") in ("text", "json")
            )
        if phrase:
            return any(cutter.finds_phrase(wanted, text) for cutter, text in texts)
        # The words of one condition may stand in different fields.
        cut = list(texts)
        return all(any(cutter.finds(word, text) for cutter, text in cut) for word in _spaced(wanted, cut))

    def field(self, name: str) -> Field:
        """The field ``name``; raises ParameterInvalid if the index does not cover it."""
        if name in ("__topic__", "__source__") or name.startswith(_TAG):
            return Field(name, "text", Cutter("", False, False))
        config = self.keys.get(name)
        if config is not None:
            return Field(name, config.get("type", "text"), Cutter.of(config))
        outer, _, inner = name.partition(".")
        config = self.keys.get(outer)
        if config is not None and config.get("type") == "json" and inner:
            known = (config.get("json_keys") or {}).get(inner, {})
            if known or config.get("index_all"):
                return Field(outer, known.get("type", "text"), Cutter.of({**config, **known}), tuple(inner.split(".")))
        raise ParameterInvalid(
            f"key ({name}) is not config as key value config,if symbol : is  in your log,"
            'please wrap : with quotation mark "'
        )


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

    def value(self, entry: LogEntry) -> str | None:
        """The field's text in ``entry``, or None where it is absent."""
        if self.name == "__topic__":
            return entry.topic
        if self.name == "__source__":
            return entry.source
        if self.name.startswith(_TAG):
            return entry.tags.get(self.name.removeprefix(_TAG))
        text = entry.contents.get(self.name)
        return _inside(text, self.path) if text is not None and self.path else text

    def number(self, entry: LogEntry) -> float | None:
        """The field as a number, or None where it is absent or none."""
        try:
            return float(self.value(entry) or "")
        except ValueError:
            return None


def _everything(entry: LogEntry) -> list[str]:
    return [*entry.contents.values(), *entry.contents, *entry.tags.values()]


def _spaced(wanted: str, cut: Sequence[tuple[Cutter, str]]) -> list[str]:
    return cut[0][0]._wanted(wanted) if cut else [wanted]


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


def _among(word: str, there: set[str]) -> bool:
    if "*" not in word and "?" not in word:
        return word in there
    joker = _joker(word)
    return any(joker.fullmatch(one) for one in there)


@lru_cache(maxsize=1024)
def _joker(word: str) -> re.Pattern[str]:
    return re.compile(re.escape(word).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


@lru_cache(maxsize=256)
def _cutter(delimiters: str, chinese: bool) -> re.Pattern[str]:
    if chinese:
        return re.compile(f"[{_CHINESE}]|[^{re.escape(delimiters)}{_CHINESE}]+")
    return re.compile(f"[^{re.escape(delimiters)}]+") if delimiters else re.compile(r".+", re.DOTALL)
