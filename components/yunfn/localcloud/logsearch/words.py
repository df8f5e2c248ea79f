"""How an index cuts texts into words, and what is found among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff"
PART = "\0"
"""Parts texts that are searched as one: always a delimiter."""


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts texts into words: at delimiters, and between Chinese characters if ``chinese``.

    A zero byte always parts, so that several texts can be searched as one.
    """

    delimiters: str
    case_sensitive: bool
    chinese: bool

    def folded(self, text: str) -> str:
        """``text``, in lower case unless case counts."""
        return text if self.case_sensitive else text.lower()

    def words(self, text: str) -> list[str]:
        """The words of ``text`` in order; without delimiters a text is one word, an empty one included."""
        folded = self.folded(text)
        return _cutter(self.delimiters, self.chinese).findall(folded) if self.delimiters else folded.split(PART)

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
        if not all(word in folded or not _plain(word) for word in wanted):
            return False
        there = set(self.words(text))
        return all(_among(word, there) for word in wanted)

    def finds_phrase(self, phrase: Sequence[str], text: str) -> bool:
        """Whether ``text`` holds the words of ``phrase``, which may hold jokers, one behind the other."""
        words, asked = self.words(text), list(phrase)
        return any(all(map(_is, asked, words[at : at + len(asked)])) for at in range(len(words) - len(asked) + 1))


def _among(word: str, there: set[str]) -> bool:
    return word in there if _plain(word) else any(_is(word, one) for one in there)


def _is(word: str, there: str) -> bool:
    return word == there if _plain(word) else _joker(word).fullmatch(there) is not None


def _plain(word: str) -> bool:
    return "*" not in word and "?" not in word


@lru_cache(maxsize=1024)
def _joker(word: str) -> re.Pattern[str]:
    return re.compile(re.escape(word).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


@lru_cache(maxsize=256)
def _cutter(delimiters: str, chinese: bool) -> re.Pattern[str]:
    parting = re.escape(delimiters + PART)
    return re.compile(f"[{_CHINESE}]|[^{parting}{_CHINESE}]+" if chinese else f"[^{parting}]+")
