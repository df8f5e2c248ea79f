"""``yunfn access least``: what a stack's roles may do and never did, by the local cloud's journal."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yunfn.cli.denials import how_often, print_remedy, reason, right_of
from yunfn.cli.deployed.selection import JsonOption, StackOption
from yunfn.cli.local import HomeOption, cloud_of

if TYPE_CHECKING:
    from yunfn.access.grammar import PolicyDocument
    from yunfn.access.least import LeastReport
    from yunfn.deployment.rights import StackRole

# Whom the local cloud's journal names: sessions of roles, and roles that could not be taken.
_ALIBABA = re.compile(r"acs:ram::\d+:(?:assumed-)?role/(?P<name>[^/]+)(?:/.*)?")
_TENCENT = re.compile(r"qcs::sts::uin/\d+:assumed-role/(?P<name>[^/]+)/.*")


@dataclass(frozen=True)
class _Found:
    role: StackRole
    report: LeastReport
    denied: list[dict[str, Any]]
    unread: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not (self.report.unused or self.denied)


def least(
    stack: StackOption,
    document: Annotated[
        bool, typer.Option("--document", help="Print for each role the smallest policy that allows what was used.")
    ] = False,
    home: HomeOption = None,
    json_output: JsonOption = False,
) -> None:
    """Compare what the roles of a stack may do with what they did in the local cloud: never used, and denied.

    Run the stack's work in a started local cloud first: what its journal does not show counts as unused. Exits with 1
    if a right was not used, or one was denied.

    Example: yunfn local run -- yunfn access least -s image-dev
    """
    from yunfn.deployment import export
    from yunfn.deployment.rights import stack_roles
    from yunfn.exceptions import StackError

    cloud = cloud_of(home)
    roles = stack_roles(export(stack))
    if not roles:
        raise StackError(f"stack {stack} has no roles")
    rights: list[dict[str, Any]] = cloud.ask("GET", "/rights").json()
    found = [_compared(role, rights) for role in roles]
    if json_output:
        typer.echo(json.dumps([_record(each) for each in found], indent=2, ensure_ascii=False))
    else:
        for each in found:
            _print(each, document)
    if not all(each.clean for each in found):
        raise typer.Exit(1)


def _compared(role: StackRole, rights: Sequence[Mapping[str, Any]]) -> _Found:
    from yunfn.access import grammar as grammars
    from yunfn.access import least, tables

    grammar = grammars.RAM if role.cloud == "alibaba" else grammars.CAM
    own = [each for each in rights if _is_of(role, str(each["principal"]))]
    known = tables.managed(grammar)
    managed = tuple(
        grammars.PolicyDocument(grammar, known[name].statements, source=name) for name in role.managed if name in known
    )
    used = [(str(each["action"]), str(each["resource"])) for each in own if each["allowed"]]
    report = least.least(grammar, (*role.policies, *managed), used)
    unread = (*role.unread, *(name for name in role.managed if name not in known))
    given = () if unread else (*role.policies, *managed)
    denied = [{**each, "reason": reason(each)} for each in own if not each["allowed"] and not _granted(each, given)]
    return _Found(role, report, denied, unread)


def _granted(denied: Mapping[str, Any], policies: Sequence[PolicyDocument]) -> bool:
    """Whether the role has by now what it lacked: the journal goes further back than the stack's last update."""
    from yunfn.access import evaluation

    if denied.get("missing") != {"in": ["policies"]}:
        return False
    decision = evaluation.decide(policies, evaluation.Request(str(denied["action"]), str(denied["resource"])))
    # What the request told of itself is not known here: only a right without a condition is one for sure.
    return decision.allowed and decision.statement is not None and not decision.statement.conditions


def _is_of(role: StackRole, principal: str) -> bool:
    if role.cloud == "alibaba":
        found = _ALIBABA.fullmatch(principal)
        # RAM does not look at the case of names, and sessions have them in lower case.
        return found is not None and found["name"].lower() == role.name.lower()
    found = _TENCENT.fullmatch(principal)
    return found is not None and found["name"] == role.name


def _print(found: _Found, document: bool) -> None:
    role, report = found.role, found.report
    calls = f"{report.used} different rights used" if report.used != 1 else "1 right used"
    typer.echo(typer.style(f"role {role.name} ({role.cloud})", bold=True) + f": {calls}")
    for each in report.unused:
        used = f": only {', '.join(each.only)} was used" if each.only else " was not used"
        typer.echo(f"  {each.policy}: {each.path}: {each.action} on {each.resource}{used}")
    for denied in found.denied:
        typer.echo(f"  denied: {right_of(denied)} ({how_often(denied)})")
        print_remedy(denied)
    if found.unread:
        typer.echo(f"  not looked at, the stack does not hold them: {', '.join(found.unread)}")
    if document:
        typer.echo(_least_document(found) or "  no policy is needed: nothing was used")
    elif found.clean:
        typer.echo("  everything granted was used, nothing was denied")


def _least_document(found: _Found) -> str:
    from yunfn.access.documents import render
    from yunfn.access.grammar import CAM, RAM

    grammar = RAM if found.role.cloud == "alibaba" else CAM
    return render(found.report.least, grammar, indent=2) if found.report.least else ""


def _record(found: _Found) -> dict[str, Any]:
    least_document = _least_document(found)
    return {
        "role": found.role.name,
        "cloud": found.role.cloud,
        "urn": found.role.urn,
        "used": found.report.used,
        "unused": [asdict(each) for each in found.report.unused],
        "denied": found.denied,
        "unread": list(found.unread),
        "least": json.loads(least_document) if least_document else None,
    }
