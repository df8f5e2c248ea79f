"""What the journal says of rights: used, denied, and why; and the statement that would allow what was denied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from yunfn.localcloud.policy_decision import Decision, Place

Right = dict[str, Any]
"""One entry of a journal line's ``rights``: action, resource, allowed, and ``by`` a statement or ``missing`` one."""


def right(decision: Decision, action: str, resource: str) -> Right:
    """How the journal shows a decision; ``resource`` is the name to show where no statement spoke of one."""
    found: Right = {"action": action, "resource": decision.resource or resource, "allowed": decision.allowed}
    if decision.statement is not None:
        found["by"] = {"in": decision.place, "policy": decision.policy, "statement": decision.statement}
    else:
        found["missing"] = {"in": list(decision.lacking)}
    return found


def distrusted(role: str, kind: str, name: str) -> Right:
    """The entry of somebody whom a role's trust policy does not name.

    ``kind`` and ``name`` are those of the principal that it would have to name, in the cloud's own words.
    """
    lacks = {"in": [Place.TRUST], "principal": {kind: [name]}}
    return {"action": "sts:AssumeRole", "resource": role, "allowed": False, "missing": lacks}


def summary(
    lines: Iterable[Mapping[str, Any]], *, allowed: bool | None = None, since: str = "", principal: str = ""
) -> list[dict[str, Any]]:
    """The rights that ``lines`` of the journal show, each once for who asked and why, in the order they came up.

    ``allowed`` keeps only those that were allowed or denied, ``since`` what happened at or after this moment (as the
    journal writes it), ``principal`` those of principals whose name holds this text. A denied one has in ``add`` the
    smallest statement that would have allowed it, unless an explicit deny stopped it. ``count`` says how often, and
    ``last`` when last.
    """
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in lines:
        who = line.get("principal", "")
        if "rights" not in line or line["time"] < since or principal not in who:
            continue
        for each in line["rights"]:
            if allowed is not None and each["allowed"] is not allowed:
                continue
            why = each.get("by") or each["missing"]
            at = (who, each["action"], each["resource"], each["allowed"], str(why))
            known = found.get(at)
            if known is None:
                known = found[at] = {"principal": who, **each, "count": 0, "last": "", "operations": []}
                if not each["allowed"] and (statement := missing_statement(who, each)):
                    known["add"] = statement
            known["count"] += 1
            known["last"] = max(known["last"], line["time"])
            operation = f"{line['service']} {line['operation']}"
            if operation not in known["operations"]:
                known["operations"].append(operation)
    return list(found.values())


def missing_statement(principal: str, denied: Mapping[str, Any]) -> dict[str, Any] | None:
    """The smallest statement that would have allowed it, in the cloud's grammar; None where none would help."""
    missing = denied.get("missing")
    if missing is None or missing["in"] == [Place.SIGNATURE]:
        return None
    action, resource = denied["action"], denied["resource"]
    tencent = principal.startswith("qcs:") or resource.startswith("qcs:")
    if "principal" in missing:
        if tencent:
            return {"effect": "allow", "action": f"name/{action}", "principal": missing["principal"]}
        return {"Effect": "Allow", "Action": action, "Principal": missing["principal"]}
    if tencent:
        return {"effect": "allow", "action": [action], "resource": [resource]}
    return {"Effect": "Allow", "Action": [action], "Resource": [resource]}


def denied_text(rights: Sequence[Mapping[str, Any]]) -> str:
    """The action and resource of the first right of ``rights`` that was denied; "" if none was."""
    return next((f"{each['action']} {each['resource']}" for each in rights if not each["allowed"]), "")
