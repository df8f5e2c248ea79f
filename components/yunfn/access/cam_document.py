"""CAM policy documents of grants (CAM documentation, "policy syntax"): version "2.0", all words in lower case."""

from __future__ import annotations

import json
from collections.abc import Iterable

from yunfn.access.documents import length, render
from yunfn.access.grammar import CAM
from yunfn.access.normal_form import merge
from yunfn.access.statement import Statement
from yunfn.exceptions import ValidationError

#: CAM takes no longer custom policy (CAM documentation, "use limits"); characters, white space not counted.
MAX_CAM_DOCUMENT = CAM.policy_limit


def cam_document(statements: Iterable[Statement], owner: str) -> str:
    """Render a CAM policy document as JSON text; ``owner`` names the policy in errors.

    ``action`` and ``resource`` are always lists: a text compares as a change with what clients send as one.

    Raises:
        ValidationError: nothing is granted, or the document is longer than CAM takes.
    """
    merged = merge(statements)
    if not merged:
        raise ValidationError(owner, "grants", (), "a policy without statements grants nothing")
    text = render(merged, CAM)
    if (characters := length(text, CAM)) > MAX_CAM_DOCUMENT:
        raise ValidationError(
            owner,
            "grants",
            f"{characters} characters",
            f"a CAM policy holds at most {MAX_CAM_DOCUMENT} characters: grant prefixes instead of single objects",
        )
    return text


def cam_trust_document(*, service: str) -> str:
    """Render who may assume a role: a cloud ``service`` such as scf.qcloud.com (CAM documentation, "roles")."""
    statement = {"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": [service]}}
    return json.dumps({"version": "2.0", "statement": [statement]}, separators=(",", ":"))
