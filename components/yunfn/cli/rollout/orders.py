"""``yunfn rollout promote``, ``pause``, ``resume``, ``abort`` and ``retry``: what a person orders a rollout to do.

An order is an event in the record: whoever drives the rollout reads it within seconds. Where nobody drives it, the
command itself does what is due.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Annotated

import typer

from yunfn.cli.deployed.selection import JsonOption, StackOption
from yunfn.cli.rollout import driving
from yunfn.cli.rollout.connecting import Clouds
from yunfn.cli.rollout.documents import document, driver
from yunfn.cli.rollout.selection import AliasArgument, one
from yunfn.cli.rollout.surroundings import CommandSurroundings, ended_by_signals
from yunfn.deployment import RollingAlias
from yunfn.exceptions import (
    AbortedRolloutError,
    ContestedAliasError,
    LeaseHeldError,
    OperationStoppedError,
    RolloutError,
    RolloutFailedError,
)
from yunfn.rollout.connections import Connections
from yunfn.rollout.event import Command, Commanded
from yunfn.rollout.holder import person
from yunfn.rollout.phase import Phase
from yunfn.rollout.records import order, read
from yunfn.rollout.state import RolloutState
from yunfn.rollout.words import one_line, shares

_PAUSE_SECONDS = 1.0
_INTERRUPTED = 130

ReasonOption = Annotated[
    str, typer.Option("--reason", "-m", help="Why; it stands in the record beside your name.", show_default=False)
]
TimeoutOption = Annotated[
    float, typer.Option("--timeout", help="Seconds to wait until it is done.", min=0, metavar="SECONDS")
]


def promote(
    stack: StackOption,
    alias: AliasArgument = None,
    reason: ReasonOption = "",
    timeout: TimeoutOption = 60.0,
    json_output: JsonOption = False,
) -> None:
    """Let a rollout go on that waits at a gate or is paused: to the next step, or to promotion after the last.

    Example: yunfn rollout promote -s shop-prod live -m "the figures are fine"
    """
    _give(Command.PROMOTE, stack, alias, reason, timeout, json_output)


def pause(
    stack: StackOption,
    alias: AliasArgument = None,
    reason: ReasonOption = "",
    timeout: TimeoutOption = 60.0,
    json_output: JsonOption = False,
) -> None:
    """Hold a rollout at its present weight; it is measured on, and a failing candidate still goes.

    A pulumi up that waits for it puts stable back after the rollout's pause_limit.
    Example: yunfn rollout pause -s shop-prod live -m "let us read the logs"
    """
    _give(Command.PAUSE, stack, alias, reason, timeout, json_output)


def resume(
    stack: StackOption,
    alias: AliasArgument = None,
    reason: ReasonOption = "",
    timeout: TimeoutOption = 60.0,
    json_output: JsonOption = False,
) -> None:
    """End a pause; what was measured before it no longer counts.

    Example: yunfn rollout resume -s shop-prod live
    """
    _give(Command.RESUME, stack, alias, reason, timeout, json_output)


def abort(
    stack: StackOption,
    alias: AliasArgument = None,
    reason: ReasonOption = "",
    timeout: TimeoutOption = 120.0,
    json_output: JsonOption = False,
) -> None:
    """Put the stable version back and end the rollout; the next pulumi up of the candidate tries again.

    Ends with 1 if the rollout has ended otherwise meanwhile. Example: yunfn rollout abort -s shop-prod live
    """
    _give(Command.ABORT, stack, alias, reason, timeout, json_output)


def retry(
    stack: StackOption, alias: AliasArgument = None, reason: ReasonOption = "", json_output: JsonOption = False
) -> None:
    """Let the candidate that was rejected last try again, at the next pulumi up.

    Example: yunfn rollout retry -s shop-prod live -m "the database was down"
    """
    clouds = Clouds()
    chosen = one(stack, alias, clouds)
    state = order(clouds.of(chosen).log, Command.RETRY, person(), reason)
    if json_output:
        _print_document(chosen, state)
    else:
        typer.echo(f"{chosen.name}: {state.candidate}, which rollout {state.number} rejected, may try again")


def _give(command: Command, stack: str, name: str | None, reason: str, timeout: float, json_output: bool) -> None:
    """Write the order, and wait until it is carried out."""
    clouds = Clouds()
    alias = one(stack, name, clouds)
    connections = clouds.of(alias)
    state = order(connections.log, command, person(), reason)
    ordered, end = state.orders[-1], time.monotonic() + timeout
    while True:
        held = driver(state, time.time())
        if not held:
            asyncio.run(_carry_out(alias, connections, state))
        state = read(connections.log, state.number) or state
        if _done(state, ordered):
            break
        if time.monotonic() >= end:
            driven = f"driven by {held}" if held else "driven by nobody"
            raise RolloutError(
                f"{alias.name}: ordered, and not done in {timeout:g} s; it is {driven}, the order stands"
            )
        time.sleep(_PAUSE_SECONDS)
    if json_output:
        _print_document(alias, state)
    else:
        goes = f", {shares(state.routing)}" if state.routing else ""
        why = f" ({one_line(state.reason)})" if state.reason else ""
        typer.echo(f"{alias.name}: rollout {state.number} of {state.candidate}: {state.phase}{goes}{why}")
    if command is Command.ABORT and state.phase is not Phase.ABORTED:
        raise typer.Exit(1)


def _done(state: RolloutState, ordered: Commanded) -> bool:
    if ordered.command is Command.ABORT:
        return state.ended is not None
    return state.ended is not None or ordered not in state.commands


async def _carry_out(alias: RollingAlias, connections: Connections, state: RolloutState) -> None:
    """Do what is due, in the place of a driver; what the rollout ends with is told by its state."""
    with driving.threads() as threads:
        around = CommandSurroundings(threads, to_stderr=True)
        with ended_by_signals(around.stop):
            try:
                await driving.drive(alias, connections, state, around, once=True)
            except (RolloutFailedError, AbortedRolloutError, ContestedAliasError, LeaseHeldError):
                return
            except OperationStoppedError:
                typer.echo("interrupted: the order stands, whoever drives the rollout next carries it out", err=True)
                raise typer.Exit(_INTERRUPTED) from None


def _print_document(alias: RollingAlias, state: RolloutState) -> None:
    typer.echo(json.dumps(document(alias, state, time.time()), indent=2, ensure_ascii=False))
