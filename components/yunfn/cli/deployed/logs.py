"""``yunfn logs``: what a stack's functions print."""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Annotated

import typer

from yunfn.cli.deployed.selection import Backends, FunctionOption, JsonOption, StackOption, deployed
from yunfn.deployment import DeployedFunction, LogLine
from yunfn.exceptions import StackError

_SPAN = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PAUSE_SECONDS = 1.0
# Lines may arrive late and out of order: how far back each look goes, and how many lines are known as told.
_OVERLAP = timedelta(seconds=30)
_REMEMBERED = 20_000


def logs(
    stack: StackOption,
    function: FunctionOption = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with new lines until Ctrl-C.")] = False,
    request: Annotated[str | None, typer.Option("--request", help="Only the lines of this call.")] = None,
    since: Annotated[str, typer.Option("--since", help="How far back: 30s, 10m, 2h, 3d.")] = "1h",
    json_output: JsonOption = False,
) -> None:
    """Print the lines of a stack's functions, oldest first; with --json one object a line.

    Example: yunfn logs -s image-dev --follow
    """
    functions, backends = deployed(stack, function), Backends()
    silent = [each.name for each in functions if each.cloud == "alibaba" and not each.log]
    if silent and len(silent) == len(functions):
        raise StackError(f"{', '.join(silent)}: no log project keeps their lines; give their Service a log_project")
    start = datetime.now(UTC) - _span(since)
    told: deque[LogLine] = deque(maxlen=_REMEMBERED)
    seen: set[LogLine] = set()
    try:
        while True:
            now = datetime.now(UTC)
            for line in _lines(functions, backends, start, now, request):
                if line in seen:
                    continue
                if len(told) == _REMEMBERED:
                    seen.discard(told[0])
                told.append(line)
                seen.add(line)
                _print(line, json_output, len(functions) > 1)
            if not follow:
                return
            start = max(start, now - _OVERLAP)
            time.sleep(_PAUSE_SECONDS)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _lines(
    functions: list[DeployedFunction], backends: Backends, start: datetime, end: datetime, request: str | None
) -> Iterator[LogLine]:
    each = [backends.of(function).logs(function, start, end, request) for function in functions]
    return merge(*each, key=lambda line: line.time)


def _print(line: LogLine, json_output: bool, several: bool) -> None:
    if json_output:
        document = {
            "time": line.time.isoformat(),
            "function": line.function,
            "request_id": line.request_id or None,
            "message": line.message,
        }
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    name = f"{line.function}  " if several else ""
    typer.echo(f"{line.time:%Y-%m-%dT%H:%M:%SZ}  {name}{line.message}")


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no span: a number and s, m, h or d", param_hint="--since")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
