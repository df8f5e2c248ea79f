"""``yunfn rollout drive``: carry rollouts out from a scheduler, where no ``pulumi up`` waits for them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Annotated

import typer

from yunfn.cli.deployed.selection import JsonOption, StackOption
from yunfn.cli.rollout import driving
from yunfn.cli.rollout.connecting import Clouds
from yunfn.cli.rollout.documents import document
from yunfn.cli.rollout.selection import AliasArgument, rolling
from yunfn.cli.rollout.surroundings import CommandSurroundings, ended_by_signals
from yunfn.deployment import RollingAlias
from yunfn.exceptions import LeaseHeldError, OperationStoppedError, YunfnError
from yunfn.rollout.connections import Connections
from yunfn.rollout.records import last
from yunfn.rollout.state import RolloutState
from yunfn.rollout.words import shares

# A process that a signal ended, as shells tell it.
_SIGNALLED = 128


def drive(
    stack: StackOption,
    alias: AliasArgument = None,
    until_done: Annotated[
        bool,
        typer.Option("--until-done/--once", help="Stay until every rollout has ended, or do only what is due now."),
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Carry out what is due of a stack's rollouts: measure, judge, shift, call hooks, put stable back.

    For a scheduler, after a pulumi up that did not wait (wait=False) or was
    killed: at least once in every interval of the metrics. A rollout that
    somebody else drives is left to them; with --until-done the command stands by
    and takes over when they are gone. It begins no rollout: pulumi up does.

    Ctrl-C and SIGTERM end the command and not the rollout: it stays in progress
    at its present weight, and the next drive or pulumi up goes on with it.
    `yunfn rollout abort` puts stable back.

    Ends with 0 where nothing went wrong, 1 if a rollout ended without its
    candidate or could not be driven, 130 or 143 by a signal.

    Example: yunfn rollout drive -s shop-prod
    """
    clouds, found = Clouds(), list[_Driven]()
    for rolled in rolling(stack, alias, clouds):
        connections = clouds.of(rolled)
        found.append(_Driven(rolled, connections, last(connections.log)))
    came = asyncio.run(_all(found, once=not until_done, named=len(found) > 1, quiet=json_output))
    if json_output:
        typer.echo(json.dumps([each.document() for each in found], indent=2, ensure_ascii=False))
    for each in found:
        each.report(quiet=json_output)
    if came:
        raise typer.Exit(_SIGNALLED + came[0])
    if any(each.failed for each in found):
        raise typer.Exit(1)


class _Driven:
    """One alias: where its rollout was, and what came of it."""

    def __init__(self, alias: RollingAlias, connections: Connections, state: RolloutState | None) -> None:
        self.alias = alias
        self.connections = connections
        self.state = state
        self.error: YunfnError | None = None
        self._idle = state is None or state.ended is not None

    @property
    def failed(self) -> bool:
        """Whether it did not go as it should; that somebody else drives it is as it should be."""
        return self.error is not None and not isinstance(self.error, LeaseHeldError | OperationStoppedError)

    async def go_on(self, surroundings: CommandSurroundings, *, once: bool) -> None:
        """Drive it, if there is anything to drive."""
        if self.state is None or self._idle:
            return
        try:
            self.state = await driving.drive(self.alias, self.connections, self.state, surroundings, once=once)
        except YunfnError as error:
            self.error = error
            # What it ended as, or was left as.
            self.state = await surroundings.finish(lambda: last(self.connections.log))

    def report(self, *, quiet: bool) -> None:
        """Say in one line what came of it."""
        name, state = self.alias.name, self.state
        if self.failed:
            typer.echo(f"error: {self.error}", err=True)
        elif isinstance(self.error, OperationStoppedError) and state is not None:
            goes = shares(state.routing) if state.routing else str(state.phase)
            typer.echo(f"{name}: left in progress ({goes}): drive it on, or yunfn rollout abort", err=True)
        elif isinstance(self.error, LeaseHeldError):
            typer.echo(f"{name}: {self.error}", err=True)
        elif state is None:
            typer.echo(f"{name}: no rollout yet", err=quiet)
        elif self._idle:
            typer.echo(f"{name}: nothing to do: rollout {state.number} of {state.candidate}: {state.phase}", err=quiet)
        elif not quiet:
            goes = f", {shares(state.routing)}" if state.routing else ""
            typer.echo(f"{name}: rollout {state.number} of {state.candidate}: {state.phase}{goes}")

    def document(self) -> dict[str, object]:
        """What came of it, as JSON."""
        return document(self.alias, self.state, time.time()) | {"error": str(self.error) if self.error else None}


async def _all(found: Sequence[_Driven], *, once: bool, named: bool, quiet: bool) -> list[int]:
    """Drive them side by side; the signals that came meanwhile."""
    with driving.threads() as threads:
        around = [CommandSurroundings(threads, f"{each.alias.name}  " if named else "", quiet) for each in found]

        def stop() -> None:
            for each in around:
                each.stop()

        with ended_by_signals(stop) as came:
            await asyncio.gather(
                *(each.go_on(own, once=once) for each, own in zip(found, around, strict=True))
            )  # fmt: skip
    return came
