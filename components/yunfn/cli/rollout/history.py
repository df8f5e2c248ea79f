"""``yunfn rollout history``: every rollout of a stack's aliases, as a table, as JSON, or as a page with curves."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from yunfn.cli.deployed.selection import JsonOption, StackOption
from yunfn.cli.rollout.connecting import Clouds
from yunfn.cli.rollout.selection import AliasArgument, rolling
from yunfn.cli.table import print_table
from yunfn.rollout.recorded import Recorded, all_recorded
from yunfn.rollout.report import AliasHistory, page
from yunfn.rollout.words import duration, one_line


def history(
    stack: StackOption,
    alias: AliasArgument = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write one self-contained page there, with curves of weights and metrics."),
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Show every rollout of a stack's aliases, the latest last; with --json all their events.

    The page that --html writes holds no script and loads nothing, and reads well on a phone.
    Example: yunfn rollout history -s shop-prod live --html rollouts.html
    """
    clouds, now = Clouds(), time.time()
    found = [
        AliasHistory(each.name, each.place, tuple(all_recorded(clouds.of(each).log)))
        for each in rolling(stack, alias, clouds)
    ]  # fmt: skip
    if html is not None:
        html.write_text(page(f"Rollouts of stack {stack}", found, now), encoding="utf-8")
        typer.echo(f"wrote {html}", err=True)
    if json_output:
        typer.echo(json.dumps([_document(each) for each in found], indent=2, ensure_ascii=False))
    elif html is None:
        _print(found, now)


def _print(histories: Sequence[AliasHistory], now: float) -> None:
    rows = [
        (each.name, str(recorded.number), *_cells(recorded, now))
        for each in histories
        for recorded in each.rollouts
    ]  # fmt: skip
    if rows:
        print_table(rows, ("alias", "rollout", "began (UTC)", "versions", "phase", "lasted", "reason"))
    else:
        typer.echo("no rollout yet")


def _cells(recorded: Recorded, now: float) -> tuple[str, ...]:
    state = recorded.state
    return (
        f"{datetime.fromtimestamp(state.began.at, UTC):%Y-%m-%d %H:%M:%S}",
        f"{state.candidate} over {state.stable}",
        str(state.phase),
        duration(recorded.until(now) - state.began.at),
        one_line(state.reason),
    )


def _document(history: AliasHistory) -> dict[str, Any]:
    return {
        "name": history.name,
        **msgspec.to_builtins(history.place),
        "rollouts": [
            {
                "rollout": each.number,
                "stable": each.state.stable,
                "candidate": each.state.candidate,
                "phase": each.state.phase,
                "reason": each.state.reason or None,
                "rejected": each.state.rejected,
                "began": each.state.began.at,
                "ended": each.state.ended.at if each.state.ended else None,
                "events": [msgspec.to_builtins(event) for event in each.events],
            }
            for each in history.rollouts
        ],
    }
