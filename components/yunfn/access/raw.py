"""Policy documents that somebody wrote by hand, as grants: through the checks of ``yunfn access lint``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from yunfn.access.statement import Grant, Statement
from yunfn.exceptions import PolicyDocumentError, PolicyFindingsError, ValidationError

_SOURCE = "raw document"


def raw(document: str | Mapping[str, Any], *, accept: Sequence[str] = ()) -> Grant:
    """Grant what a policy document says, RAM's or CAM's: its text, or what the text would be read as.

    Findings of the linter that are errors or warnings refuse it, unless their ids stand in ``accept``
    (``["YF-RAM-003"]``): say there what is meant.

    Raises:
        PolicyDocumentError: it is malformed, or says who may take a role instead of what may be done.
        PolicyFindingsError: the linter found what ``accept`` does not name; the text lists it.
        ValidationError: ``accept`` names what is no finding, or ``document`` holds what JSON has not.
    """
    # Only those who write documents by hand wait for the linter's tables.
    from yunfn.access import findings
    from yunfn.access.documents import parse

    accept = [accept] if isinstance(accept, str) else accept
    for unknown in sorted(set(accept) - set(findings.RULES)):
        raise ValidationError("raw", "accept", unknown, "is the id of no finding, such as YF-RAM-003")
    try:
        text = document if isinstance(document, str) else json.dumps(document)
    except (TypeError, ValueError):
        rule = "is no JSON: a text, or objects, lists and texts; names that are known later go into the typed grants"
        raise ValidationError("raw", "document", type(document).__name__, rule) from None
    read = parse(text, source=_SOURCE)
    if read.trust or any(statement.principals for statement in read.statements):
        raise PolicyDocumentError(
            _SOURCE, None, "", "it says who may take a role, or use a bucket, which is no right of a function"
        )
    found = [each for each in findings.lint(read) if each.severity in ("error", "warning") and each.id not in accept]
    if found:
        told = [
            f"{each.id} {each.path}"
            + (f" (line {each.line})" if each.line else "")
            + f": {each.message}; {each.remedy}"
            for each in found
        ]
        ids = ", ".join(sorted({each.id for each in found}))
        raise PolicyFindingsError(
            "\n".join([f"{_SOURCE}: {len(found)} findings; what is meant so goes into accept: {ids}", *told])
        )
    statements = read.statements

    def build() -> tuple[Statement, ...]:
        return statements

    return Grant("raw", {}, build)
