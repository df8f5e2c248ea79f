"""The globs of policies: ``*`` is any run of characters, ``?`` any one."""

from __future__ import annotations

import re
from functools import lru_cache


def matches(glob: str, text: str, *, ignore_case: bool = False) -> bool:
    """Whether ``text`` fits ``glob``."""
    return glob == "*" or _compiled(glob, ignore_case).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(glob: str, ignore_case: bool) -> re.Pattern[str]:
    first, *rest = (re.escape(piece).replace(r"\?", ".") for piece in glob.split("*"))
    # Each piece stands where it fits first and never moves (an atomic group): many asterisks take no longer than one.
    middle = "".join(f"(?>.*?{piece})" for piece in rest[:-1])
    pattern = first + middle + (f".*{rest[-1]}" if rest else "")
    return re.compile(pattern, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
