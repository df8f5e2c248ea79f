"""How an index cuts logs into words, and what a condition finds among them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.log.models import LogEntry

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff"
_NUMBERS = ("long", "double")
_TAG = "__tag__:"
_PART = "\0"


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts texts into words: at delimiters, and between Chinese characters if ``chinese``.

    A zero byte always parts, so that several texts can be searched as one.
    """

    delimiters: str
    case_sensitive: bool
    chinese: bool

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Cutter:
        """The cutter of an index's line or of one of its keys."""
        return cls("".join(config.get("token") or ()), bool(config.get("caseSensitive")), bool(config.get("chn")))

    def folded(self, text: str) -> str:
        """``text``, in lower case unless case counts."""
        return text if self.case_sensitive else text.lower()

    def words(self, text: str) -> list[str]:
        """The words of ``text`` in order; without delimiters a text is one word, an empty one included."""
        folded = self.folded(text)
        return _cutter(self.delimiters, self.chinese).findall(folded) if self.delimiters else folded.split(_PART)

    def wanted(self, text: str) -> tuple[str, ...]:
        """The words that ``text`` asks for; jokers stay in them even where they are delimiters."""
        kept = "".join(one for one in self.delimiters if one not in "*?")
        return tuple(
            Cutter(kept, self.case_sensitive, self.chinese).words(text) if self.delimiters else self.words(text)
        )

    def finds(self, wanted: Sequence[str], text: str) -> bool:
        """Whether ``text`` holds all the words of ``wanted``, which may hold ``*`` and ``?``."""
        folded = self.folded(text)
        # A word can stand only where its letters do: most texts need no cutting.
        if not all(word in folded or "*" in word or "?" in word for word in wanted):
            return False
        there = set(self.words(text))
        return all(_among(word, there) for word in wanted)

    def finds_phrase(self, phrase: Sequence[str], text: str) -> bool:
        """Whether ``text`` holds the words of ``phrase`` one behind the other."""
        words, asked = self.words(text), list(phrase)
        return any(words[at : at + len(asked)] == asked for at in range(len(words) - len(asked) + 1))


@dataclass(frozen=True, slots=True)
class LogIndex:
    """A logstore's index: what can be searched in its logs, and how."""

    line: Cutter | None
    keys: Mapping[str, Mapping[str, Any]]
    texts: Mapping[str, Cutter]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> LogIndex:
        """The index of a stored index document."""
        line, keys = document.get("line"), document.get("keys") or {}
        texts = {name: Cutter.of(one) for name, one in keys.items() if one.get("type", "text") in ("text", "json")}
        return cls(Cutter.of(line) if line else None, keys, texts)

    def wanted(self, text: str) -> tuple[str, ...]:
        """The words of a condition without a field."""
        cutter = self.line or next(iter(self.texts.values()), None)
        return cutter.wanted(text) if cutter else (text,)

    def anywhere(self, words: Sequence[str], entry: LogEntry) -> bool:
        """Whether all the words stand in the log, be it in different fields."""
        if self.line is not None:
            return self.line.finds(words, _PART.join(_everything(entry)))
        return all(
            any(cutter.finds((cutter.folded(word),), text) for cutter, text in self._indexed(entry)) for word in words
        )

    def phrase_anywhere(self, words: Sequence[str], entry: LogEntry) -> bool:
        """Whether the words stand one behind the other in one field of the log."""
        if self.line is not None:
            line = self.line
            return any(line.finds_phrase(words, text) for text in _everything(entry))
        return any(
            cutter.finds_phrase([cutter.folded(word) for word in words], text) for cutter, text in self._indexed(entry)
        )

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

    def _indexed(self, entry: LogEntry) -> list[tuple[Cutter, str]]:
        return [(cutter, entry.contents[name]) for name, cutter in self.texts.items() if name in entry.contents]


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
    """What an index over the whole line covers: values, names, tags, topic and source."""
    return [*entry.contents.values(), *entry.contents, *entry.tags.values(), entry.topic, entry.source]


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
    parting = re.escape(delimiters + _PART)
    return re.compile(f"[{_CHINESE}]|[^{parting}{_CHINESE}]+" if chinese else f"[^{parting}]+")
