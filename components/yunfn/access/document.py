"""RAM policy documents of grants: merged, in one stable order (RAM documentation, "policy syntax")."""

from __future__ import annotations

import json
from collections.abc import Iterable

from yunfn.access.documents import render
from yunfn.access.grammar import RAM
from yunfn.access.normal_form import merge
from yunfn.access.statement import Statement
from yunfn.exceptions import ValidationError

#: RAM takes no longer custom policy (RAM documentation, "limits"); characters.
MAX_DOCUMENT = RAM.policy_limit


def ram_document(statements: Iterable[Statement], owner: str) -> str:
    """Render a RAM policy document (Version "1") as JSON text; ``owner`` names the policy in errors.

    Raises:
        ValidationError: nothing is granted, or the document is longer than RAM takes.
    """
    merged = merge(statements)
    if not merged:
        raise ValidationError(owner, "grants", (), "a policy without statements grants nothing")
    text = render(merged, RAM)
    if len(text) > MAX_DOCUMENT:
        raise ValidationError(
            owner,
            "grants",
            f"{len(text)} characters",
            f"a RAM policy holds at most {MAX_DOCUMENT} characters: grant prefixes instead of single objects",
        )
    return text


def trust_document(*, service: str | None = None, ram: str | None = None) -> str:
    """Render who may assume a role: a cloud ``service`` such as fc.aliyuncs.com, or a ``ram`` principal ARN."""
    principal = {"Service": [service]} if service is not None else {"RAM": [ram]}
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": principal}
    return json.dumps({"Version": "1", "Statement": [statement]}, separators=(",", ":"))
