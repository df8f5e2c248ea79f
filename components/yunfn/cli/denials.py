"""``yunfn local denials``: what the local cloud denied, and the statement that was missing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from yunfn.cli.local import HomeOption, JsonOption, cloud_of
from yunfn.localcloud.connection import Connection

_SPAN = re.compile(r"(\d{1,9})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
# How the journal names roles and users of either cloud.
_ROLE = re.compile(r".*:assumed-role/(?P<name>[^/]+)/.*")
_USER = re.compile(r"acs:ram::\d+:user/(?P<ram>.+)|qcs::cam::uin/\d+:uin/(?P<cam>\d+)")


def denials(
    since: Annotated[
        str | None,
        typer.Option("--since", help="Only since then, by the cloud's clock: 30s, 10m, 2h, 3d, or an ISO 8601 time."),
    ] = None,
    principal: Annotated[
        str, typer.Option("--principal", "-p", help="Only of roles and users whose name holds this.")
    ] = "",
    home: HomeOption = None,
    json_output: JsonOption = False,
) -> None:
    """Print each call that was denied: whose, how often, and the statement that was missing, ready to paste.

    Or which Deny of which policy stopped it, or that the session's policy lacks what the role has.

    Example: yunfn local denials --since 10m
    """
    cloud = cloud_of(home)
    options = {"principal": principal} | ({"since": _moment(since, cloud)} if since else {})
    found: list[dict[str, Any]] = cloud.ask("GET", "/denials", params=options).json()
    for each in found:
        each["reason"] = reason(each)
    if json_output:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    if not found:
        typer.echo("no call was denied")
    shown = ""
    for each in sorted(found, key=lambda each: str(each["principal"])):
        if each["principal"] != shown:
            shown = each["principal"]
            typer.echo(typer.style(printable(shown) or "nobody", bold=True))
        typer.echo(f"  {right_of(each)}")
        typer.echo(f"    {', '.join(each['operations'])}: {how_often(each)}")
        print_remedy(each)


def right_of(denied: Mapping[str, Any]) -> str:
    """The action and the resource that it was denied on."""
    return printable(f"{denied['action']} on {denied['resource']}")


def print_remedy(denied: Mapping[str, Any]) -> None:
    """Print why it was denied, and what is to be added where something is."""
    typer.echo(f"    {printable(denied['reason'])}")
    if "add" in denied:
        text = json.dumps(denied["add"], ensure_ascii=False)
        typer.echo(f"    {text if text.isprintable() else printable(json.dumps(denied['add']))}")


def printable(text: str) -> str:
    """``text`` with what commands a terminal escaped: names of objects are whatever somebody put there."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def how_often(denied: Mapping[str, Any]) -> str:
    """How often something was denied, and when last."""
    return f"{denied['count']} times, last {denied['last']}" if denied["count"] > 1 else str(denied["last"])


def reason(denied: Mapping[str, Any]) -> str:
    """Why the local cloud denied it, in a sentence; what is to be added follows where a statement is missing."""
    role = _ROLE.fullmatch(denied["principal"])
    user = _USER.fullmatch(denied["principal"])
    who = f"role {role['name']}" if role else f"user {user['ram'] or user['cam']}" if user else "the caller"
    whose = f"of {who}"
    if by := denied.get("by"):
        places = {"session": "the policy of the session", "bucket": f"the policy of bucket {by['policy']}"}
        where = places.get(by["in"], f"policy {by['policy']} {whose}")
        return f"statement[{by['statement']}] of {where} denies it, and a Deny wins over every Allow"
    lacks = denied["missing"]["in"]
    match lacks:
        case ["policies"]:
            return f"no policy {whose} allows it; add to one of them:"
        case ["session"]:
            # A session that the account itself made for somebody has no other policies.
            has = f"the policies {whose} allow it, but " if role else ""
            return f"{has}the policy of the session does not{'' if role else ' allow it'}; add to that:"
        case ["policies", "session"]:
            return f"neither a policy {whose} nor the policy of the session allows it; add to both:"
        case ["trust"]:
            return f"the trust policy of {denied['resource']} does not name who asks; add to it:"
        case _:
            return "nobody signed the request, so no policy of a user or role would help"


def _moment(since: str, cloud: Connection) -> str:
    span = _SPAN.fullmatch(since)
    try:
        if span is None:
            moment = datetime.fromisoformat(since)
            if moment.tzinfo is None:
                raise typer.BadParameter(f"{since!r} has no time zone: add Z or an offset", param_hint="--since")
            return moment.isoformat()
        now = datetime.fromisoformat(cloud.ask("GET", "/clock").json()["now"])
        return (now - timedelta(**{_UNITS[span[2]]: int(span[1])})).isoformat()
    except (ValueError, OverflowError):
        words = f"{since!r} is neither a span (30s, 10m, 2h, 3d) nor a time (2026-12-24T18:00:00Z)"
        raise typer.BadParameter(words, param_hint="--since") from None
