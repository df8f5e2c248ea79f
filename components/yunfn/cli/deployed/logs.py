"""``yunfn logs``: what a stack's functions print."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from heapq import merge
from typing import Annotated

import typer

from yunfn.cli.deployed.selection import Backends, FunctionOption, JsonOption, StackOption, deployed
from yunfn.deployment import Backend, DeployedFunction, LogLine
from yunfn.exceptions import StackError

_SPAN = re.compile(r"(\d{1,9})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PAUSE_SECONDS = 1.0


def logs(
    stack: StackOption,
    function: FunctionOption = None,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with new lines until Ctrl-C.")] = False,
    request: Annotated[str | None, typer.Option("--request", help="Only the lines of this call.")] = None,
    since: Annotated[str, typer.Option("--since", help="How far back: 30s, 10m, 2h, 3d.")] = "1h",
    json_output: JsonOption = False,
) -> None:
    """Print the lines of a stack's functions, oldest first; with --json one object a line.

    Ends with 130 where Ctrl-C ends --follow. Example: yunfn logs -s image-dev --follow
    """
    start = _start(since)
    functions, backends = deployed(stack, function), Backends()
    kept = [each for each in functions if backends.of(each).keeps_logs(each)]
    if silent := ", ".join(each.name for each in functions if each not in kept):
        words = f"{silent}: no log project keeps their lines; give their Service a log_project"
        if not kept:
            raise StackError(words)
        typer.echo(words, err=True)
    streams = [_Stream(each, backends.of(each), start) for each in kept]
    while True:
        now = datetime.now(UTC)
        for line in merge(*(each.new(now, request) for each in streams), key=lambda line: line.time):
            _print(line, json_output, len(functions) > 1)
        if not follow:
            return
        time.sleep(_PAUSE_SECONDS)


class _Stream:
    """The lines of one function, each once, over looks that overlap because lines may come late and out of order."""

    def __init__(self, function: DeployedFunction, backend: Backend, start: datetime) -> None:
        self._function = function
        self._backend = backend
        self._first = start
        self._start = start
        # A line may be printed twice in one second: so many times each was told.
        self._told: Counter[tuple[datetime, str]] = Counter()

    def new(self, now: datetime, request: str | None) -> Iterator[LogLine]:
        """What was not told yet, up to ``now``."""
        seen: Counter[tuple[datetime, str]] = Counter()
        for line in self._backend.logs(self._function, self._start, now, request):
            key = (line.time, line.message)
            seen[key] += 1
            if seen[key] > self._told[key]:
                self._told[key] = seen[key]
                yield line
        self._start = max(self._first, now - self._backend.late(self._function))
        # The clouds tell times to the second: what lies in the first one of the next look is still needed.
        oldest = self._start - timedelta(seconds=1)
        self._told = Counter({key: times for key, times in self._told.items() if key[0] >= oldest and times})


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


def _start(span: str) -> datetime:
    found = _SPAN.fullmatch(span)
    if found is None:
        raise typer.BadParameter(f"{span!r} is no span: a number and s, m, h or d", param_hint="--since")
    try:
        start = datetime.now(UTC) - timedelta(**{_UNITS[found[2]]: int(found[1])})
    except OverflowError:
        raise typer.BadParameter(f"{span!r} is longer than there is time", param_hint="--since") from None
    # Before 1970 the clouds have no times.
    return max(start, datetime(1970, 1, 2, tzinfo=UTC))
