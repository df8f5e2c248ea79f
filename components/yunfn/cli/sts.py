"""``yunfn sts``: temporary credentials that can do what was granted and nothing else."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from yunfn.access import documents
from yunfn.access.grammar import GRAMMARS, Grammar
from yunfn.access.statement import Grant
from yunfn.access.sts import (
    Credentials,
    SessionPolicy,
    SessionRequest,
    TokenService,
    assume,
    grammar_of_role,
    require,
    session_policy,
)
from yunfn.access.sts.grant_expression import read_grant, rights
from yunfn.access.sts.private_file import check_place
from yunfn.access.sts.session_policy import refuse_findings
from yunfn.cli.access.completion import finding_ids
from yunfn.exceptions import MissingRightsError, ValidationError

application = typer.Typer(
    help="Temporary credentials of a role, cut to what is granted here.",
    no_args_is_help=True,
)
_DURATION = re.compile(r"(\d{1,9})(s|m|h|d)?")
# What is told of credentials that were written to a file: nothing that anybody could use them by.
_RECEIPT = ("cloud", "expiration", "role", "session", "policy", "role_checked", "lacking")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, None: 1}


class Cloud(StrEnum):
    """Whose STS is asked."""

    alibaba = "alibaba"
    tencent = "tencent"


class Output(StrEnum):
    """How credentials are handed over."""

    env = "env"
    json = "json"
    file = "file"


def _rights_starting(incomplete: str) -> list[str]:
    return [f"{name}(" for name in rights() if name.startswith(incomplete)]


GrantOption = Annotated[
    list[str] | None,
    typer.Option(
        "--grant", "-g", help="A right, such as 'oss.read(my-bucket, reports/)'; may be repeated.",
        autocompletion=_rights_starting,
    ),
]  # fmt: skip


@application.command("assume")
def assume_command(
    grant: GrantOption = None,
    policy: Annotated[
        Path | None, typer.Option("--policy", help="A policy document whose statements are granted too.")
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", help="Id of a finding in --policy that is meant so.", autocompletion=finding_ids),
    ] = None,
    role: Annotated[
        str, typer.Option("--role", help="The role's ARN. None on Tencent Cloud: a federation token.")
    ] = "",
    cloud: Annotated[Cloud | None, typer.Option("--cloud", help="Only needed where no role tells it.")] = None,
    duration: Annotated[str, typer.Option("--duration", help="900, 15m, 2h (default: the cloud's).")] = "",
    session: Annotated[str, typer.Option("--session", help="The session's name; the cloud's logs show it.")] = "yunfn",
    external_id: Annotated[str, typer.Option("--external-id", help="What the role's trust policy asks for.")] = "",
    region: Annotated[str | None, typer.Option("--region", help="Whose STS is asked (default: environment).")] = None,
    want: Annotated[
        list[str] | None,
        typer.Option("--want", help="Fail only if one of these is missing (default: whatever is granted)."),
    ] = None,
    output: Annotated[Output, typer.Option("--output", "-o", help="env: lines for eval; file: --file.")] = Output.env,
    file: Annotated[Path | None, typer.Option("--file", help="Where to write them, as JSON, mode 600.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the session policy and its size only.")] = False,
    json_output: Annotated[
        bool,
        typer.Option("--json", help="The same as --output json; with --file, what was written but the key."),
    ] = False,
) -> None:
    """Get credentials that last a while and can do what is granted here, as far as the role can.

    Rules of the cloud are checked before it is asked, and so is whether the role has what is granted, where its
    policies may be read. Standard output holds secrets with --output env and json, and nothing else ever does.

    Example: eval "$(yunfn sts assume --role "$ROLE_ARN" -g 'oss.read(my-bucket, in/)')"

    Example: yunfn sts assume --cloud tencent -g 'cos.read(data-1250000000, in/)' --duration 30m --file key.json
    """
    # First: what is no grant is told with the list of those there are, whatever else is missing.
    granted = [read_grant(each) for each in grant or ()]
    grammar = grammar_of_role(role) if role else _grammar_of(cloud)
    if role and cloud is not None and grammar.cloud != cloud.value:
        raise ValidationError("sts.assume", "cloud", cloud.value, f"the role is {grammar.cloud}'s")
    asked = f"the role is {grammar.cloud}'s" if role else f"--cloud is {grammar.cloud}"
    cut = _session_policy(granted, policy, _ids(accept or ()), grammar, asked)
    request = SessionRequest(cut, role, session, _seconds(duration), external_id)
    wanted = [read_grant(each) for each in want] if want else None
    if dry_run:
        _show(request, Output.json if json_output else output)
        return
    require(request, wanted or ())
    target = _target(output, file)
    output = Output.json if json_output else output
    made = assume(_service(grammar, region), request, wanted)
    _hand_over(made.credentials, output, target)
    until = made.credentials.expiration.strftime("%Y-%m-%dT%H:%M:%SZ")
    typer.echo(f"credentials until {until}; {made.checked}", err=True)


@application.command("check")
def check_command(
    grant: GrantOption = None,
    credentials: Annotated[
        Path | None, typer.Option("--credentials", help="What `sts assume` wrote; standard input by default.")
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print JSON: what is missing, and until when.")] = False,
) -> None:
    """Tell which rights credentials lack, without asking a cloud. Exit 1 if one is missing or they have ended.

    Example: yunfn sts check --credentials key.json --grant 'oss.read(my-bucket, in/)'
    """
    if credentials is not None:
        held = Credentials.load(credentials)
    else:
        held = Credentials.from_json(sys.stdin.buffer.read(), source="standard input")
    if not grant:
        raise typer.BadParameter("which rights? give one --grant or more", param_hint="--grant")
    if held.expired():
        raise ValidationError("credentials", "expiration", held.expiration.isoformat(), "they have ended")
    missing = held.check([read_grant(each) for each in grant])
    if json_output:
        rows = [{"action": each.action, "resource": each.resource, "lacks": each.lacks} for each in missing]
        until = held.expiration.isoformat()
        typer.echo(json.dumps({"missing": rows, "expiration": until, "role_checked": held.role_checked}, indent=2))
    if missing and json_output:
        raise typer.Exit(1)
    if missing:
        raise MissingRightsError(str(credentials or "credentials"), tuple(map(str, missing)))
    known = "" if held.role_checked else " (by the session policy; the role's own policies are not known)"
    if not json_output:
        typer.echo(f"nothing is missing until {held.expiration.strftime('%Y-%m-%dT%H:%M:%SZ')}{known}")


def _session_policy(
    grants: list[Grant], policy: Path | None, accept: list[str], grammar: Grammar, asked: str
) -> SessionPolicy:
    if not grants and policy is None:
        raise typer.BadParameter(
            "what may the credentials do? give --grant or --policy: without them they could do all that the role can",
            param_hint="--grant",
        )
    written = [documents.read(policy, trust=False)] if policy else []
    for each in written:
        if each.grammar is not grammar:
            reason = f"this is a {each.grammar.name.upper()} document of {each.grammar.cloud}, {asked}"
            raise ValidationError("sts.assume", "--policy", each.source, reason)
        refuse_findings(each, accept)
    return session_policy(grants, grammar, written)


def _ids(accept: Sequence[str]) -> list[str]:
    if not accept:
        return []
    from yunfn.access.findings import RULES

    ids = [each.upper() for each in accept]
    if unknown := sorted(set(ids) - set(RULES)):
        raise typer.BadParameter(
            f"there is no finding {unknown[0]}; docs/access-findings.md lists them", param_hint="--accept"
        )
    return ids


def _grammar_of(cloud: Cloud | None) -> Grammar:
    if cloud is None:
        raise typer.BadParameter("give a role, or --cloud tencent for a federation token", param_hint="--role")
    return next(each for each in GRAMMARS.values() if each.cloud == cloud.value)


def _seconds(text: str) -> int:
    if not text:
        return 0
    found = _DURATION.fullmatch(text)
    if found is None or not int(found[1]):
        raise typer.BadParameter(f"{text!r} is no duration: 900, 15m, 2h", param_hint="--duration")
    return int(found[1]) * _SECONDS[found[2]]


def _target(output: Output, file: Path | None) -> Path | None:
    if output is Output.file and file is None:
        raise typer.BadParameter("--output file needs --file", param_hint="--file")
    if file is not None:
        # Before there are credentials that would have nowhere to go.
        check_place(file)
    return file


def _show(request: SessionRequest, output: Output) -> None:
    policy = request.policy
    limit = policy.grammar.session_limit
    if output is Output.json:
        shown = {"policy": json.loads(policy.text), "characters": policy.size, "limit": limit}
        typer.echo(json.dumps(shown | {"seconds": request.seconds}, indent=2))
        return
    typer.echo(policy.text)
    typer.echo(f"{policy.size} of {limit} characters, {request.seconds} s", err=True)


def _hand_over(made: Credentials, output: Output, target: Path | None) -> None:
    if target is not None:
        made.write(target)
        if output is Output.json:
            held = json.loads(made.as_json())
            receipt = {"file": str(target)} | {name: held[name] for name in _RECEIPT}
            typer.echo(json.dumps(receipt, indent=2, ensure_ascii=False))
    elif output is Output.json:
        typer.echo(made.as_json(), nl=False)
    else:
        typer.echo(made.as_shell(), nl=False)


def _service(grammar: Grammar, region: str | None) -> TokenService:
    # The SDKs take long to import; a check or a dry run needs none of them.
    if grammar.cloud == Cloud.tencent:
        from yunfn.credentials.tencent import TencentTokens
        from yunfn.storage import tencent_session

        return TencentTokens(tencent_session.from_environment(region))
    from yunfn.credentials.alibaba import AlibabaTokens
    from yunfn.storage import alibaba_session

    return AlibabaTokens(alibaba_session.from_environment(region))
