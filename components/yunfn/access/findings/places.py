"""Findings from hits: the place in the document's own words, and its line."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from json import decoder
from typing import Any

from yunfn.access import documents
from yunfn.access.findings.finding import Finding
from yunfn.access.findings.hit import Hit
from yunfn.access.findings.secrets import hidden
from yunfn.access.grammar import RAM, Grammar, PolicyDocument

# The clouds take 6,144 characters; a text of more than so many is read whole, once for all its findings.
_LONG = 16_384
_SPACE = re.compile(r"[ \t\r\n]*")
_read_text = decoder.scanstring  # type: ignore[attr-defined]  # the stubs leave it out
_read_value = json.JSONDecoder().raw_decode


def finding(hit: Hit, document: PolicyDocument) -> Finding:
    """The finding that tells of ``hit`` in ``document``."""
    path, line = place(document, hit.where)
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


def place(document: PolicyDocument, where: tuple[str | int, ...]) -> tuple[str, int | None]:
    """``where`` as the document spells it (its case, and indices only where it has lists), and the line from 1.

    Only what leads there is looked at, and what stands before it is skipped: ``documents.line_of`` reads all. Without a
    text the grammar's own spelling is told, and no line.
    """
    text = document.text
    if not text:
        return _spelled(where, document.grammar), None
    if len(text) > _LONG:
        return _place_in_long(document, where)
    path, at = "", _after_space(text, 0)
    mark = at
    for step in where:
        if isinstance(step, int):
            if text[at] == "[":
                mark = at = _item(text, at, step)
                path += f"[{step}]"
        else:
            found = _member(text, at, step)
            if found is None:
                # CAM's principal may stand above the statements: the statement is told.
                break
            name, mark, at = found
            path += f".{name}" if path else name
    return path, text.count("\n", 0, mark) + 1


def _place_in_long(document: PolicyDocument, where: tuple[str | int, ...]) -> tuple[str, int | None]:
    value, path = _value(document.text), ""
    for step in where:
        if isinstance(step, int):
            if isinstance(value, list):
                path, value = f"{path}[{step}]", value[step]
        else:
            name = step if step in value else next((key for key in value if key.lower() == step.lower()), "")
            if not name:
                # As in a short one: the statement is told.
                break
            path, value = (f"{path}.{name}" if path else name), value[name]
    return path, documents.line_of(document, path)


@lru_cache(maxsize=1)
def _value(text: str) -> Any:
    return json.loads(text)


def _item(text: str, at: int, index: int) -> int:
    """Where item ``index`` of the list at ``at`` begins."""
    at = _after_space(text, at + 1)
    for _ in range(index):
        at = _after_space(text, _read_value(text, at)[1])
        at = _after_space(text, at + 1)
    return at


def _member(text: str, at: int, wanted: str) -> tuple[str, int, int] | None:
    """Of the object at ``at``, the name that is ``wanted``, where it stands, and where its value does.

    Where there is none, the first that is it but for case: condition keys of RAM's may stand in two spellings.
    """
    at, alike = _after_space(text, at + 1), None
    while True:
        name, end = _read_text(text, at + 1, True)
        value = _after_space(text, _after_space(text, end) + 1)
        if name == wanted:
            return name, at, value
        if alike is None and name.lower() == wanted.lower():
            alike = name, at, value
        after = _after_space(text, _read_value(text, value)[1])
        if text[after] == "}":
            return alike
        at = _after_space(text, after + 1)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _spelled(where: tuple[str | int, ...], grammar: Grammar) -> str:
    path = ""
    for step in where:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            name = step if grammar is RAM else step[:1].lower() + step[1:]
            path += f".{name}" if path else name
    return path
