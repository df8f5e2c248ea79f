"""``yunfn rollout status``: where the rollouts of a stack are, and whether anybody looks after them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import typer

from yunfn.cli.deployed.selection import JsonOption, StackOption
from yunfn.cli.rollout.attention import neglected
from yunfn.cli.rollout.connecting import Clouds
from yunfn.cli.rollout.documents import document, driver, last_measurements
from yunfn.cli.rollout.selection import AliasArgument, rolling
from yunfn.cli.table import print_table
from yunfn.deployment import RollingAlias
from yunfn.rollout.recorded import Recorded, last_recorded
from yunfn.rollout.routing import percent
from yunfn.rollout.state import RolloutState
from yunfn.rollout.words import duration, one_line, shares

_NEGLECTED = 3


@dataclass(frozen=True, slots=True)
class _Row:
    alias: RollingAlias
    recorded: Recorded | None
    neglect: str


def status(stack: StackOption, alias: AliasArgument = None, json_output: JsonOption = False) -> None:
    """Say where each rollout of a stack is: phase, versions, weights, the last verdict and what it waits for.

    Ends with 3 if one is in progress and nobody judges it: its last verdict is older than two intervals of the metric,
    or what is due is not done. Let a scheduler run `yunfn rollout drive` then, or pulumi up.
    Example: yunfn rollout status -s shop-prod
    """
    clouds = Clouds()
    found = [(each, last_recorded(clouds.of(each).log)) for each in rolling(stack, alias, clouds)]
    # Reading takes seconds, in which a driver goes on.
    now = time.time()
    rows = [_Row(each, recorded, neglected(recorded, now) if recorded else "") for each, recorded in found]
    if json_output:
        typer.echo(json.dumps([_document(row, now) for row in rows], indent=2, ensure_ascii=False))
    else:
        heading = ("alias", "phase", "versions", "calls", "step", "last verdict", "driven by", "reason")
        print_table([_cells(row, now) for row in rows], heading)
    for row in rows:
        if row.neglect:
            typer.echo(f"{row.alias.name}: {row.neglect}: yunfn rollout drive -s {stack} {row.alias.name}", err=True)
    if any(row.neglect for row in rows):
        raise typer.Exit(_NEGLECTED)


def _cells(row: _Row, now: float) -> tuple[str, ...]:
    if row.recorded is None:
        return row.alias.name, "none yet", "", "", "", "", "", ""
    state = row.recorded.state
    return (
        row.alias.name,
        str(state.phase),
        f"{state.candidate} over {state.stable}",
        shares(state.routing) if state.routing else "",
        _step(state, now),
        _verdict(state, now),
        driver(state, now),
        one_line(state.reason) + ("; may try again, by a retry" if state.retried else ""),
    )


def _step(state: RolloutState, now: float) -> str:
    steps = state.began.specification.steps
    if state.ended or state.decided or not steps:
        return ""
    if state.step < 0:
        return f"before {percent(steps[0].weight)}"
    if state.step >= len(steps):
        return ""
    left = state.step_since + steps[state.step].seconds - now
    return (
        f"{state.step + 1} of {len(steps)}, {duration(left)} left" if left > 0 else f"{state.step + 1} of {len(steps)}"
    )


def _verdict(state: RolloutState, now: float) -> str:
    """The last measurements of each metric that decides, the worst words last."""
    last = last_measurements(state)
    if not last:
        return ""
    words = ", ".join(f"{each.metric} {each.outcome}" for each in last)
    # The driver's clock may be ahead of this one.
    return words if state.ended else f"{words}, {duration(max(0.0, now - min(each.at for each in last)))} ago"


def _document(row: _Row, now: float) -> dict[str, object]:
    state = row.recorded.state if row.recorded else None
    return document(row.alias, state, now) | ({"neglected": row.neglect or None} if state else {})
