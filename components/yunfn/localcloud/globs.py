"""The globs of policies: ``*`` is any run of characters, ``?`` any one."""

from __future__ import annotations

import re
from functools import lru_cache


def matches(glob: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether ``text`` fits ``glob``."""
    return glob == "*" or _compiled(glob, ignore_case).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(glob: str, ignore_case: bool) -> re.Pattern[str]:
    pattern = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(pattern, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
