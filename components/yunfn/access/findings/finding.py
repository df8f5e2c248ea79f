"""What a check of a policy document reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding; ``id`` is stable for ever, such as ``YF-RAM-001``, the number being the same in both grammars.

    ``path`` is the place in the document's own words (``Statement[0].Action[1]``), ``line`` counts from 1 (None:
    unknown), ``source`` is the file, or the policy's name. ``message`` says what is wrong, ``remedy`` how to mend it;
    neither ever holds a secret that was found.
    """

    id: str
    severity: Severity
    source: str
    path: str
    line: int | None
    message: str
    remedy: str
