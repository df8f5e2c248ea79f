"""Where the search languages of the clouds differ."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dialect:
    """One cloud's search language.

    ``tokens`` cuts a query into its groups ``phrase``, ``quoted``, ``sign`` and ``word``. ``compared_after_colon``:
    ``field:>5`` is ``field > 5``, and ``field:""`` asks for an empty text. ``escaped_words``: a backslash in a word
    takes away what the next character means. ``name_with_colon`` is the field name that another name follows.
    """

    tokens: re.Pattern[str]
    compared_after_colon: bool = False
    escaped_words: bool = False
    name_with_colon: str = ""
