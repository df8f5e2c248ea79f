"""``yunfn access simulate``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from yunfn.cli.access.completion import actions
from yunfn.cli.access.policy_files import place, read_to_judge, refuse_twice
from yunfn.cli.deployed.selection import JsonOption

if TYPE_CHECKING:
    from yunfn.access.evaluation import Decision, Request
    from yunfn.access.grammar import Grammar, PolicyDocument

_WILD = re.compile(r"[*?]")


def simulate(
    policy: Annotated[
        list[str],
        typer.Option("--policy", metavar="FILE", help="A policy of the role or user; may be repeated."),
    ],
    action: Annotated[
        str,
        typer.Option("--action", help="One action, such as oss:GetObject.", show_default=False, autocompletion=actions),
    ],
    resource: Annotated[
        str, typer.Option("--resource", help="The full name of one resource; * for a call that names none.")
    ] = "*",
    session: Annotated[
        str | None,
        typer.Option("--session", metavar="FILE", help="The policy of the session that asks, if it has one."),
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option("--context", metavar="KEY=VALUE", help="A condition key of the call; may be repeated."),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Say whether policies of RAM or CAM allow a call, and which statement decides.

    Exits with 0 if it is allowed, with 1 if it is denied, and with 2 if that cannot be told: a document that cannot be
    read, an action that is none.

    Example: yunfn access simulate --policy policy.json --action oss:GetObject --resource acs:oss:*:1:bucket/key
    """
    from yunfn.access import evaluation

    refuse_twice((*policy, session))
    policies = [read_to_judge(each) for each in policy]
    limit = read_to_judge(session) if session is not None else None
    grammar = _common(policies, limit)
    _check(grammar, action, resource)
    request = evaluation.Request(action, resource, _keys(context or ()))
    decision = evaluation.within(policies, limit, request)
    lacking = _lacking(policies, limit, request) if decision.reason == "nothing" else ""
    hints = _hints((*policies, *((limit,) if limit else ())), request) if decision.reason == "nothing" else []
    if json_output:
        typer.echo(json.dumps(_record(decision, request, lacking, hints), indent=2, ensure_ascii=False))
    else:
        typer.echo(_told(decision, request, lacking))
        for hint in hints:
            typer.echo(f"    {hint}")
    if not decision.allowed:
        raise typer.Exit(1)


def _common(policies: Sequence[PolicyDocument], session: PolicyDocument | None) -> Grammar:
    documents = [*policies, *((session,) if session else ())]
    for each in documents:
        if each.trust:
            raise typer.BadParameter(f"{each.source} is a trust policy: it says who takes a role, not what that may do")
        if each.grammar is not policies[0].grammar:
            raise typer.BadParameter(f"{each.source} and {policies[0].source} are policies of two clouds")
    return policies[0].grammar


def _check(grammar: Grammar, action: str, resource: str) -> None:
    from yunfn.access.documents.spelling import spelling

    words = spelling(grammar)
    if _WILD.search(action) or not words.action_form.fullmatch(action):
        rule = f"{action!r} is no action of {grammar.name.upper()}: one <service>:<operation>, without * and ?"
        raise typer.BadParameter(rule, param_hint="--action")
    if reason := _unknown(grammar, action):
        raise typer.BadParameter(reason, param_hint="--action")
    if not words.resource_form.fullmatch(resource):
        raise typer.BadParameter(f"{resource!r} is not {words.resource_rule}", param_hint="--resource")


def _unknown(grammar: Grammar, action: str) -> str:
    """Why there is no such action, where all of its service are known; else "": a typo would read as a denial."""
    from yunfn.access import tables

    table = tables.table(grammar, action.removeprefix("name/").partition(":")[0])
    if table is None or not table.complete or table.find(action) is not None:
        return ""
    near = table.nearest(action)
    return f"{table.title} has no action {action!r}" + (f"; did you mean {near}?" if near else "")


def _keys(told: Sequence[str]) -> Mapping[str, str | tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for each in told:
        key, equals, value = each.partition("=")
        if not equals or not key:
            raise typer.BadParameter(f"{each!r} is not KEY=VALUE", param_hint="--context")
        found[key] = (*found.get(key, ()), value)
    return {key: values[0] if len(values) == 1 else values for key, values in found.items()}


def _lacking(policies: Sequence[PolicyDocument], session: PolicyDocument | None, request: Request) -> str:
    """Where a statement is missing: in the policies, in the session's, or in both."""
    from yunfn.access import evaluation

    if session is None:
        return "no statement of the policies"
    if evaluation.decide(policies, request).allowed:
        return "no statement of the session's policy"
    if evaluation.decide((session,), request).allowed:
        return "no statement of the role's policies (though one of the session's)"
    return "no statement, neither of the role's policies nor of the session's,"


def _hints(documents: Sequence[PolicyDocument], request: Request) -> list[str]:
    """The statements that would allow it but for their conditions."""
    from yunfn.access import conditions, evaluation, sentences

    found = []
    for document in documents:
        grammar = document.grammar
        for index, statement in enumerate(document.statements):
            if not (
                statement.allows
                and evaluation.names_action(grammar, statement, request.action)
                and evaluation.names_resource(grammar, statement, request.resource)
            ):
                continue
            failed = [each for each in statement.conditions if not conditions.holds(grammar, each, request.context)]
            path = sentences.statement_path(grammar, index)
            if failed:
                asked = "; and if ".join(sentences.condition_text(grammar, each) for each in failed)
                found.append(f"{place(document, path)}: {path} would allow it if {asked}")
    return found


def _told(decision: Decision, request: Request, lacking: str) -> str:
    from yunfn.access.sentences import statement_path

    asked = f"{request.action} on {request.resource}"
    if decision.document is None or decision.index is None:
        return f"denied: {lacking} allows {asked}"
    path = statement_path(decision.document.grammar, decision.index)
    where = f"{path} of {place(decision.document, path)}"
    if decision.allowed:
        return f"allowed: {where} allows {asked}"
    return f"denied: {where} denies {asked}, and a Deny wins over every Allow"


def _record(decision: Decision, request: Request, lacking: str, hints: list[str]) -> dict[str, object]:
    from yunfn.access.documents import line_of
    from yunfn.access.sentences import statement_path

    record: dict[str, object] = {
        "allowed": decision.allowed,
        "reason": decision.reason,
        "action": request.action,
        "resource": request.resource,
    }
    if decision.document is not None and decision.index is not None:
        path = statement_path(decision.document.grammar, decision.index)
        record |= {"file": decision.document.source, "path": path, "line": line_of(decision.document, path)}
    else:
        record |= {"lacking": lacking, "hints": hints}
    return record
