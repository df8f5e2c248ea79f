"""The rollouts of an alias as an operation of the plugin drives them: its update *is* the rollout.

Four aliases, or forty, roll out side by side: while one waits it holds no thread, and its calls run in the threads of
the operation. A stop ends the waiting at once, and what puts stable back runs in spite of it (``Operation.finish``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from yunfn.exceptions import ObjectExistsError
from yunfn.provider.credentials_end import refuse_ending
from yunfn.provider.display import at_terminal
from yunfn.provider.late_imports import ONE_AT_A_TIME
from yunfn.provider.operations import Operation
from yunfn.provider.rollout_told import last_rollout, settled
from yunfn.rollout import records
from yunfn.rollout.driver import Driver
from yunfn.rollout.event import AliasPlace, Command, Commanded, Ended, Event, encode
from yunfn.rollout.holder import person
from yunfn.rollout.phase import Phase
from yunfn.rollout.plan import length
from yunfn.rollout.routing import Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState
from yunfn.rollout.words import shares

if TYPE_CHECKING:
    from yunfn.rollout.connections import Connections
    from yunfn.storage.alibaba_session import AlibabaSession
    from yunfn.storage.tencent_session import TencentSession

T = TypeVar("T")


class OperationSurroundings:
    """What a rollout needs of the plugin's operation that it runs in: Surroundings (see there)."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation

    def now(self) -> float:
        """See Surroundings."""
        return time.time()

    async def run(self, call: Callable[[], T]) -> T:
        """See Surroundings. No stop waits for the call: what may still come of it is the router's to put in order."""
        return await self._operation.run_cut_short(call)

    async def sleep(self, seconds: float) -> None:
        """See Surroundings."""
        await self._operation.sleep(seconds)

    async def finish(self, call: Callable[[], T]) -> T:
        """See Surroundings."""
        return await self._operation.finish(call)

    def tell(self, line: str, *, lasting: bool = False) -> None:
        """See Surroundings. Where every line stays, as in a CI's log, those that do not last are left out."""
        if lasting:
            self._operation.progress.tell(line)
        elif at_terminal():
            self._operation.progress(line)


class AliasRollouts:
    """The rollouts of the alias at ``place`` for the time of one operation; its record is in a bucket.

    Every method raises CloudAnswerError, and RolloutError for a record that cannot be read.
    """

    def __init__(self, operation: Operation, place: AliasPlace, connections: Connections) -> None:
        self._operation = operation
        self._place = place
        self._connections = connections

    async def to(
        self, candidate: str, specification: Specification, *, ends: datetime | None, temporary: bool
    ) -> RolloutState | None:
        """Put ``candidate`` live; returns and raises what Driver.roll_out does.

        ``ends`` is when the credentials do, as far as that is known; ``temporary`` that they do some day.

        Raises:
            EndingCredentialsError: too soon; nothing was shifted.
        """
        if specification.steps:
            await self._look_at_credentials(candidate, specification, ends, temporary)
        connections, around = self._connections, OperationSurroundings(self._operation)

        def drive() -> Driver:
            # In a thread: what is opened imports SDKs.
            lines = connections.lines(specification.logs)
            router, log, hooks = connections.router, connections.log, connections.hooks
            return Driver(self._place, router, log, connections.backend, hooks, around, lines)

        driver = await self._operation.run(drive)
        state = await driver.roll_out(candidate, specification)
        if state is not None and state.ended is None:
            self._operation.warn(
                f"{self._operation.name}: rollout {state.number} of {candidate} is in progress, with "
                f"{shares(state.routing or Routing(state.stable))}. The next pulumi up goes on with it; until then "
                "nobody judges it but yunfn rollout drive"
            )
        return state

    async def routing(self) -> Routing | None:
        """Where the alias sends its calls now, None if it is gone."""
        return await self._operation.run(lambda: self._connections.router.read())

    async def told(self, known: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The output ``lastRollout``, None where there never was one; ``known`` is the one that the state holds.

        A rollout that has ended does not change any more, and its record may be long: it is not read again, unless
        somebody may have said that its candidate may come again.
        """

        def look() -> RolloutState | None:
            numbers = self._connections.log.rollouts()
            if known and settled(known) and numbers[-1:] == [known.get("number")]:
                return None
            return records.last(self._connections.log)

        state = await self._operation.run(look)
        if state is not None:
            return last_rollout(state)
        return dict(known) if known else None

    async def needed(self) -> tuple[str, ...]:
        """The versions that an unfinished rollout needs."""
        state = await self._operation.run(lambda: records.last(self._connections.log))
        return () if state is None or state.ended else (state.stable, state.candidate)

    async def retire(self, reason: str) -> None:
        """End what the record holds as unfinished, and forgive what was rejected: the alias it speaks of is no more.

        A function that is made anew counts its versions from 1 again: what was rejected is another version then.
        """
        await self._operation.run(self._retire, reason)

    def _retire(self, reason: str) -> None:
        log, now = self._connections.log, time.time()
        for state in records.states(log):
            event: Event
            if state.ended is None:
                event = Ended(at=now, holder=person(), phase=Phase.ABORTED, reason=reason)
            elif state.rejected:
                event = Commanded(at=now, holder=person(), command=Command.RETRY, reason=reason)
            else:
                continue
            try:
                log.append(state.number, state.events + 1, encode(event))
            except ObjectExistsError:
                # Somebody writes into it at this moment, whose alias is gone: they find out themselves.
                continue

    async def _look_at_credentials(
        self, candidate: str, specification: Specification, ends: datetime | None, temporary: bool
    ) -> None:
        if ends is None and not temporary:
            return
        found = await self.routing()
        if found is not None and found.main == candidate:
            # What serves already takes one call at most, also where another one is to go.
            return
        if ends is None:
            self._operation.warn(
                f"{self._operation.name}: the credentials are temporary, and nobody said when they end: if they end "
                "before the rollout does, stable is not put back. YUNFN_CREDENTIALS_EXPIRATION tells it"
            )
            return
        seconds = length(specification.steps)
        if specification.wait is not None:
            seconds = min(seconds, specification.wait)
        refuse_ending(self._operation.name, ends, seconds, time.time())


async def rollouts_of(
    operation: Operation, place: AliasPlace, bucket: str, session: AlibabaSession | TencentSession
) -> AliasRollouts:
    """The rollouts of the alias at ``place``, whose record is in ``bucket``; nothing is asked yet."""

    def connect() -> Connections:
        with ONE_AT_A_TIME:
            from yunfn.rollout.connections import connect

        return connect(place, bucket, session, importing=ONE_AT_A_TIME)

    return AliasRollouts(operation, place, await operation.run(connect))
