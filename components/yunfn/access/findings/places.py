"""Findings from hits: the place in the document's own words, and its line."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from yunfn.access import documents
from yunfn.access.findings.finding import Finding
from yunfn.access.findings.hit import Hit
from yunfn.access.findings.secrets import hidden
from yunfn.access.grammar import RAM, Grammar, PolicyDocument


def finding(hit: Hit, document: PolicyDocument) -> Finding:
    """The finding that tells of ``hit`` in ``document``."""
    path = path_of(document, hit.where)
    # A text of one line needs no search.
    line = documents.line_of(document, path) if "\n" in document.text else 1 if document.text else None
    return placeless(hit, document.grammar, document.source, path, line)


def placeless(hit: Hit, grammar: Grammar, source: str, path: str = "", line: int | None = None) -> Finding:
    """The finding that tells of ``hit`` where there is no document."""
    return Finding(
        hit.rule.id(grammar),
        hit.severity or hit.rule.severity,
        source,
        hidden(path),
        line,
        hidden(hit.message),
        hit.remedy or hit.rule.remedy,
    )


@lru_cache(maxsize=1)
def _value(text: str) -> Any:
    return json.loads(text) if text else None


def path_of(document: PolicyDocument, where: tuple[str | int, ...]) -> str:
    """``where`` as the document spells it: its case, and indices only where it has lists."""
    value = _value(document.text)
    path = ""
    for step in where:
        if isinstance(step, int):
            if value is not None and not isinstance(value, list):
                continue
            path += f"[{step}]"
            value = value[step] if value is not None and step < len(value) else None
            continue
        name = step
        if isinstance(value, dict):
            name = next((key for key in value if key.lower() == step.lower()), step)
            value = value.get(name)
        else:
            value = None
            name = name if document.grammar is RAM else name[:1].lower() + name[1:]
        path += f".{name}" if path else name
    return path
