"""What a rule found, before its place in the text is looked up."""

from __future__ import annotations

from dataclasses import dataclass

from yunfn.access.findings.finding import Severity
from yunfn.access.findings.rule import Rule


@dataclass(frozen=True, slots=True)
class Hit:
    """One place of a document that breaks ``rule``.

    ``where`` leads there: keys in RAM's spelling and indices, such as ``("Statement", 0, "Action", 1)``. An index into
    a list that the text writes as a single value is no part of the finding's path. ``severity`` and ``remedy`` are the
    rule's where they are None and "".
    """

    rule: Rule
    message: str
    where: tuple[str | int, ...] = ()
    severity: Severity | None = None
    remedy: str = ""


def shown(names: list[str] | tuple[str, ...], most: int = 3) -> str:
    """Names for a message, the first ``most`` of them."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
