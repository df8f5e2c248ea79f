"""``yunfn rollout watch``: follow the rollouts of a stack to their end, one line for each step."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from yunfn.cli.deployed.selection import JsonOption, StackOption
from yunfn.cli.rollout.attention import neglected
from yunfn.cli.rollout.connecting import Clouds
from yunfn.cli.rollout.selection import AliasArgument, rolling
from yunfn.deployment import RollingAlias
from yunfn.rollout.event import Event, EventLog, Measured
from yunfn.rollout.metric import Outcome
from yunfn.rollout.phase import Phase
from yunfn.rollout.recorded import Recorded, decoded, last_recorded
from yunfn.rollout.state import RolloutState, fold
from yunfn.rollout.words import told

_PAUSE_SECONDS = 2.0
# What is watched on for: the rollout that superseded another begins at once.
_LOOKS_FOR_NEXT = 5


def watch(
    stack: StackOption,
    alias: AliasArgument = None,
    measurements: Annotated[
        bool, typer.Option("--measurements", help="Tell every measurement, not only those that come out otherwise.")
    ] = False,
    json_output: JsonOption = False,
) -> None:
    """Follow rollouts until all have ended, one line for each step and whatever else happens; JSON: a line an event.

    Watching changes nothing: pulumi up or `yunfn rollout drive` carries a rollout out. Ends with 0 if the candidates
    serve now, 1 if a rollout ended otherwise, 130 by Ctrl-C. Example: yunfn rollout watch -s shop-prod
    """
    clouds = Clouds()
    aliases = rolling(stack, alias, clouds)
    watched = [_Watched(each, clouds.of(each).log, len(aliases) > 1) for each in aliases]
    while True:
        for each in watched:
            each.look(measurements, json_output)
        if all(each.over for each in watched):
            break
        time.sleep(_PAUSE_SECONDS)
    if not all(each.succeeded for each in watched):
        raise typer.Exit(1)


class _Watched:
    """One alias, and what of its last rollout was told already."""

    def __init__(self, alias: RollingAlias, log: EventLog, named: bool) -> None:
        self._alias = alias
        self._log = log
        self._before = f"{alias.name}  " if named else ""
        self._state: RolloutState | None = None
        self._events: list[Event] = []
        self._outcomes: dict[str, Outcome] = {}
        self._looks = 0
        self._neglect_told = False

    @property
    def over(self) -> bool:
        """Whether nothing more is to come."""
        if self._state is None:
            return True
        ended = self._state.ended
        return ended is not None and (ended.phase is not Phase.SUPERSEDED or self._looks > _LOOKS_FOR_NEXT)

    @property
    def succeeded(self) -> bool:
        """Whether the candidate serves; so it is where there never was a rollout."""
        return self._state is None or self._state.phase is Phase.SUCCEEDED

    def look(self, measurements: bool, json_output: bool) -> None:
        """Tell what is new."""
        if self._state is not None and self.over:
            return
        for state, event in self._new():
            if json_output:
                document = {"name": self._alias.name, "rollout": state.number, **msgspec.to_builtins(event)}
                typer.echo(json.dumps(document, ensure_ascii=False))
            elif line := self._line(state, event, measurements):
                typer.echo(f"{datetime.fromtimestamp(event.at, UTC):%Y-%m-%dT%H:%M:%SZ}  {self._before}{line}")
        if self._state is None and not self._looks:
            typer.echo(f"{self._alias.name}: no rollout yet", err=True)
        self._looks += 1
        self._tell_neglect()

    def _new(self) -> Iterator[tuple[RolloutState, Event]]:
        state = self._state
        if state is None or state.ended:
            found = last_recorded(self._log)
            if found is not None and (state is None or found.number > state.number):
                self._looks, self._outcomes = 0, {}
                self._events = list(found.events)
                self._state = found.state
                yield from found.told()
            return
        for event in decoded(self._log.read(state.number, state.events), state.number):
            self._state = state = fold(state, (event,))
            self._events.append(event)
            yield state, event

    def _line(self, state: RolloutState, event: Event, measurements: bool) -> str:
        if isinstance(event, Measured):
            now = {each.metric: each.outcome for each in event.measurements}
            changed = any(self._outcomes.get(metric) is not outcome for metric, outcome in now.items())
            self._outcomes |= now
            if not changed and not measurements:
                return ""
        return told(state, event)

    def _tell_neglect(self) -> None:
        """Say once, until it is over, that nobody drives what is watched."""
        if self._state is None or self._state.ended:
            return
        neglect = neglected(Recorded.of(self._state.number, self._events), time.time())
        if neglect and not self._neglect_told:
            typer.echo(f"{self._alias.name}: {neglect}: pulumi up or yunfn rollout drive goes on with it", err=True)
        self._neglect_told = bool(neglect)
