"""The record of one rollout in the hands of a controller: what is written is folded, and what others wrote as well.

What is meant to be done is written only where nobody else has written since it was decided; what was done is written
whatever came between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from yunfn.exceptions import CloudAnswerError, ObjectExistsError
from yunfn.rollout import lease
from yunfn.rollout.event import Event, EventLog, Leased, Released, encode
from yunfn.rollout.holder import Holder
from yunfn.rollout.recorded import decoded
from yunfn.rollout.state import RolloutState, fold
from yunfn.rollout.surroundings import Surroundings

T = TypeVar("T")

# Seconds between the tries of a call that a cloud refuses; its client has tried by itself before.
_PAUSES: Final = (1.0, 2.0, 4.0, 8.0)


class OvertakenError(Exception):
    """Somebody wrote into the record meanwhile: it was read, and what to do has to be decided anew."""


async def steadily(surroundings: Surroundings, call: Callable[[], T]) -> T:
    """Run a blocking call, some times where the cloud refuses it; raises CloudAnswerError at last."""
    for pause in _PAUSES:
        try:
            return await surroundings.run(call)
        except CloudAnswerError:
            await surroundings.sleep(pause)
    return await surroundings.run(call)


class Journal:
    """The record of a rollout as ``holder`` reads and writes it; ``heard`` is told of each event and the state then."""

    def __init__(
        self,
        log: EventLog,
        state: RolloutState,
        holder: Holder,
        surroundings: Surroundings,
        *,
        dead: Callable[[Leased], bool],
        heard: Callable[[RolloutState, Event], None],
    ) -> None:
        self.state = state
        #: Whether this holder has the lease, as far as it knows.
        self.leased = False
        #: Once set, calls are made though the operation was stopped, and only once.
        self.closing = False
        self._log = log
        self._holder = holder
        self._surroundings = surroundings
        self._dead = dead
        self._heard = heard
        self._lost: Leased | None = None

    @property
    def safe(self) -> bool:
        """Whether the lease is in force by the clock: nobody else can have begun to drive."""
        held = self.state.lease
        return self.leased and held is not None and self._surroundings.now() < held.until - lease.MARGIN

    async def catch_up(self) -> bool:
        """Read what others wrote; whether they did. Raises LeaseHeldError if one of them took the lease."""
        number, after = self.state.number, self.state.events
        documents = await self._ask(lambda: self._log.read(number, after))
        self._take(documents)
        return bool(documents)

    async def append(self, event: Event) -> None:
        """Write what is meant.

        Raises OvertakenError where others wrote before, LeaseHeldError if one of them took the lease.
        """
        event = msgspec.structs.replace(event, holder=self._holder.name)
        document, number, rollout = encode(event), self.state.events + 1, self.state.number
        try:
            await self._ask(lambda: self._log.append(rollout, number, document))
        except ObjectExistsError:
            documents = await self._ask(lambda: self._log.read(rollout, number - 1))
            self._take(documents)
            # The answer to a try before may have been lost on its way.
            if not documents or documents[0] != document:
                raise OvertakenError from None
            return
        self._fold(event)

    async def record(self, event: Event) -> None:
        """Write what happened, after whatever others wrote. Raises LeaseHeldError."""
        while True:
            try:
                await self.append(event)
            except OvertakenError:
                continue
            return

    async def lease(self) -> None:
        """Become the controller; raises LeaseHeldError while another one is."""
        while not self.state.ended:
            held = lease.held_by_another(self.state.lease, self._holder, self._surroundings.now(), self._dead)
            if held:
                raise lease.refusal(self.state.began.alias, held)
            try:
                await self.append(lease.lease(self._holder, self._surroundings.now()))
            except OvertakenError:
                continue
            return

    async def keep(self) -> None:
        """Renew the lease when less than half of it is left. Raises OvertakenError, LeaseHeldError."""
        held = self.state.lease
        now = self._surroundings.now()
        if not self.state.ended and (held is None or now >= held.until - lease.RENEW):
            await self.append(lease.lease(self._holder, now))

    async def let_go(self) -> None:
        """Give the lease back, where there is one to give."""
        if self.leased and not self.state.ended:
            await self.record(Released(at=self._surroundings.now()))

    def _take(self, documents: list[bytes]) -> None:
        for event in decoded(documents, self.state.number):
            self._fold(event)
        if self._lost:
            raise lease.refusal(self.state.began.alias, self._lost)

    def _fold(self, event: Event) -> None:
        self.state = fold(self.state, [event])
        if isinstance(event, Leased):
            ours = event.holder == self._holder.name
            self._lost = event if self.leased and not ours else self._lost
            self.leased = ours
        elif isinstance(event, Released) and event.holder == self._holder.name:
            self.leased = False
        self._heard(self.state, event)

    async def _ask(self, call: Callable[[], T]) -> T:
        if self.closing:
            return await self._surroundings.finish(call)
        return await steadily(self._surroundings, call)
