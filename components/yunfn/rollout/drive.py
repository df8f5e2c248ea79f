"""One rollout in the hands of a controller, from the lease to its end: what the pure controller decides is done here.

A shift towards the candidate is announced in the record before the call and confirmed after it; so whoever lost the
lease finds out before it moves anything. Putting stable back needs no permission: the call comes first, then the
record.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, TypeVar

import msgspec

from yunfn.exceptions import CloudAnswerError, LeaseHeldError, RolloutError, YunfnError
from yunfn.rollout import lease
from yunfn.rollout.controller import (
    Action,
    CallHook,
    Measure,
    Over,
    Restore,
    Shift,
    Wait,
    Write,
    decide,
)
from yunfn.rollout.event import Decided, Decision, Ended, Event, Hooked, Measured, Shifted, Shifting
from yunfn.rollout.journal import Journal, OvertakenError, steadily
from yunfn.rollout.means import Means
from yunfn.rollout.measuring import measure
from yunfn.rollout.metric import Measurement, Metric
from yunfn.rollout.mover import Mover, put_back
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Routing
from yunfn.rollout.state import RolloutState, fold
from yunfn.rollout.whereabouts import Whereabouts

T = TypeVar("T")

# Tries of a shift that the cloud refuses, seconds between them; its client has tried by itself before.
_REFUSALS: Final = (1.0, 2.0, 4.0, 8.0)
# Seconds that a version may take until an alias can name it.
_READY: Final = 600.0
# Seconds that a hook gets where the operation was stopped: the engine kills the plugin soon after.
_LAST_HOOK: Final = 2.0


class Drive:
    """A rollout while this process drives it. Belongs to one event loop; used once."""

    def __init__(self, means: Means, state: RolloutState) -> None:
        self._means = means
        self._around = means.surroundings
        self._journal = Journal(
            means.log, state, means.holder, means.surroundings, dead=means.dead, heard=means.teller.heard
        )
        self._alias = Whereabouts(means.router, self._journal, means.surroundings)
        self._mover = Mover(means.router, means.surroundings.now)
        self._refused = 0
        self._cancelled = False
        self._stuck = False
        self._ready = False
        self._restoring: Restore | None = None
        self._deciding: tuple[Event, ...] = ()
        self._late: Routing | None = None

    @property
    def state(self) -> RolloutState:
        """As the record tells it by now."""
        return self._journal.state

    @property
    def restoring(self) -> bool:
        """Whether stable is to be put back, as far as that is decided and not done and written."""
        return self._restoring is not None and not self.state.ended

    async def take_over(self) -> None:
        """Take the lease, and hold the record against the alias.

        Raises LeaseHeldError while another controller lives, ContestedAliasError where somebody moved the alias. A
        rollout whose stable version serves alone, though nobody wrote that down, is ended: who put it back died at it.
        """
        await self._journal.lease()
        state = self.state
        if state.ended:
            return
        found = await self._alias.find()
        if state.shifting:
            self._late = state.shifting.routing
            if found == state.shifting.routing:
                await self._journal.record(Shifted(at=self._now(), step=state.shifting.step, routing=found))
                return
        if found == state.routing:
            return
        if found is None or found != Routing(state.stable):
            await self._alias.look()
        elif isinstance(decide(state, self._now()), Restore):
            await self._journal.record(Shifted(at=self._now(), step=state.step, routing=found))
        elif await self._alias.stays(found):
            await self.close(Phase.ABORTED, f"{state.stable} was put back before anybody could write that down")
        else:
            await self._alias.look()

    async def run(self, *, until: float | None = None, pause_limit: float | None = None, once: bool = False) -> None:
        """Drive to the end, or until nothing is due (``once``), or ``until`` (unix seconds): then all is left as it is.

        After ``pause_limit`` seconds of waiting for a person stable is put back. Raises LeaseHeldError,
        ContestedAliasError, OperationStoppedError, and CloudAnswerError where a cloud refuses again and again.
        """
        began = self._now()
        while True:
            try:
                await self._journal.keep()
                action = decide(self.state, self._now())
                if isinstance(action, Over):
                    return
                if not isinstance(action, Wait):
                    await self._perform(action)
                elif once or (until is not None and self._now() >= until):
                    return
                elif not await self._gave_up(began, pause_limit):
                    await self._idle(action, until)
            except OvertakenError:
                continue

    async def end(self, decision: Decision, reason: str) -> None:
        """Put stable back because of what happens outside, and drive to the end."""
        await self._restore(Restore(decision, reason), careful=True)
        await self.run()

    async def close(self, phase: Phase, reason: str) -> None:
        """End it as it is, moving nothing."""
        await self._journal.record(Ended(at=self._now(), phase=phase, reason=reason))

    async def let_go(self) -> None:
        """Give the lease back, and write the last rows; raises nothing for what the clouds refuse."""
        self._journal.closing = True
        try:
            await self._journal.let_go()
        except YunfnError as error:
            self._means.teller.say(f"the lease of the rollout ends by itself, because giving it back failed: {error}")
        await self._means.teller.flush(closing=True)

    async def break_off(self, error: BaseException) -> None:
        """Put stable back because of ``error``, as far as this controller has the lease; raises nothing for clouds.

        One that was promoted already stays so.
        """
        self._cancelled = self._journal.closing = True
        if self._stuck or self._alias.contested or not await self._leads():
            return
        if self.state.ended and not self._superseded():
            return
        try:
            if self.state.promoted and not self._mover.restored:
                await self.close(Phase.SUCCEEDED, "stopped after promotion, before all hooks were called")
                return
            reason = f"stopped: {error}" if str(error) else f"stopped: {type(error).__name__}"
            await self._restore(self._restoring or Restore(Decision.ABORT, reason))
            while not self.state.ended:
                with contextlib.suppress(OvertakenError):
                    await self._perform(decide(self.state, self._now()))
        except LeaseHeldError as held:
            self._means.teller.say(f"left to its new controller: {held}")
        except YunfnError as second:
            back = "stable is back, but not all of that could be written down"
            away = "stable could not be put back"
            self._means.teller.say(f"{back if self._mover.restored or self.state.restored else away}: {second}")

    async def _leads(self) -> bool:
        """Whether this is the controller; a lease whose writing was cut off may be there or not, and is taken again."""
        if not self._journal.leased:
            with contextlib.suppress(YunfnError):
                await self._journal.lease()
        return self._journal.leased

    def _superseded(self) -> bool:
        """Whether a newer rollout was to follow, and the candidate still serves."""
        return self.state.phase is Phase.SUPERSEDED and not self.state.restored

    def _now(self) -> float:
        return self._around.now()

    async def _perform(self, action: Action) -> None:
        match action:
            case Shift():
                await self._shift(action)
            case Measure():
                await self._measure(action.metrics)
            case CallHook():
                await self._hook(action)
            case Restore():
                await self._restore(action, careful=action.decision is Decision.ABORT and not self._journal.closing)
            case Write(event=Ended()) if self._late and self._mover.restored:
                await self._settle()
                await self._journal.append(action.event)
            case Write():
                await self._journal.append(action.event)
            case _:
                raise AssertionError(f"nothing to perform: {action}")

    async def _idle(self, action: Wait, until: float | None) -> None:
        """Wait for what is due, but not past the next look for commands."""
        await self._means.teller.flush()
        self._means.teller.wait(self.state, action.until)
        moments = [each for each in (action.until, until) if each is not None]
        seconds = min([self._means.poll, *(max(0.0, each - self._now()) for each in moments)])
        await self._around.sleep(seconds)
        await self._journal.catch_up()

    async def _gave_up(self, began: float, limit: float | None) -> bool:
        waits = self.state.paused or self.state.gate
        if waits is None or limit is None or self._now() < max(waits.at, began) + limit:
            return False
        reason = f"nobody decided within {limit:g} s"
        await self._restore(Restore(Decision.ABORT, reason), careful=True)
        return True

    async def _shift(self, action: Shift) -> None:
        if not await self._versions_stand():
            return
        found = await self._alias.look()
        announced = self.state.shifting
        if announced and announced.routing == found and announced.routing == action.routing:
            await self._journal.record(Shifted(at=self._now(), step=action.step, routing=found))
            return
        if announced is None or announced.routing != action.routing:
            announcement = Shifting(at=self._now(), step=action.step, before=found, routing=action.routing)
            await self._journal.append(announcement)
        held = self.state.lease
        assert held is not None
        try:
            request_id = await self._meanwhile(partial(self._mover.shift, action.routing, held.until - lease.MARGIN))
        except CloudAnswerError as error:
            if self._refused == len(_REFUSALS):
                raise
            self._means.teller.say(
                f"the alias could not be moved, once more in {_REFUSALS[self._refused]:g} s: {error}"
            )
            await self._around.sleep(_REFUSALS[self._refused])
            self._refused += 1
            await self._journal.catch_up()
            return
        self._refused = 0
        self._late = None
        shifted = Shifted(at=self._now(), step=action.step, routing=action.routing, request_id=request_id)
        await self._journal.record(shifted)

    async def _versions_stand(self) -> bool:
        """Whether the alias may name the candidate; waits a little where it may not yet."""
        if self._ready or self.state.step >= 0 or self.state.decided:
            return True
        router, candidate = self._means.router, self.state.candidate
        self._ready = await steadily(self._around, lambda: router.ready(candidate))
        if self._ready:
            return True
        if self._now() >= self.state.began.at + _READY:
            raise RolloutError(f"{self.state.began.alias}: version {candidate} cannot be named after {_READY:g} s yet")
        self._around.tell(f"version {candidate} is being made")
        await self._around.sleep(self._means.poll)
        await self._journal.catch_up()
        return False

    async def _hook(self, action: CallHook) -> None:
        if not await self._versions_stand():
            return
        state, hook = self.state, action.hook
        routing = state.routing or Routing(state.stable)
        facts = {
            "alias": str(state.began.alias),
            "rollout": str(state.number),
            "stable": state.stable,
            "candidate": state.candidate,
            "weight": f"{routing.share(state.candidate):f}",
            "moment": str(hook.moment),
        }
        if self._journal.closing:
            hook = msgspec.structs.replace(hook, timeout=min(hook.timeout, _LAST_HOOK))
            result = await self._around.finish(lambda: self._means.hooks.call(hook, facts, lambda: False))
        else:
            result = await self._meanwhile(lambda: self._means.hooks.call(hook, facts, lambda: self._cancelled))
        told = Hooked(
            at=self._now(),
            moment=hook.moment,
            step=action.step,
            name=hook.name,
            passed=result.passed,
            answer=result.answer,
            seconds=result.seconds,
        )
        if not await self._decided_against(told):
            await self._journal.record(told)

    async def _measure(self, metrics: Sequence[Metric]) -> None:
        """Measure; where one of them decides against the candidate, stable is put back before that is written."""
        await self._alias.look()
        found: list[Measurement] = []
        for metric in metrics:
            taken = await self._meanwhile(partial(self._take, self.state, metric))
            found.append(taken)
            told = Measured(at=taken.at, step=self.state.step, measurements=tuple(found))
            if await self._decided_against(told):
                return
        await self._journal.record(told)

    async def _decided_against(self, event: Event) -> bool:
        """Whether ``event``, which is not written yet, decides against the candidate: then stable is put back first."""
        action = decide(fold(self.state, [event]), self._now())
        if not isinstance(action, Restore):
            return False
        self._deciding = (event,)
        await self._restore(action)
        return True

    def _take(self, state: RolloutState, metric: Metric) -> Measurement:
        """Opens the source as well, which imports its SDK: blocks."""
        return measure(state, metric, self._means.backend(metric), self._now)

    async def _meanwhile(self, call: Callable[[], T]) -> T:
        """Run a blocking call; keeps the lease, and looks for orders to abort, however long it takes."""
        task = asyncio.ensure_future(self._around.run(call))
        try:
            while True:
                await asyncio.wait({task}, timeout=self._means.poll)
                if task.done():
                    return task.result()
                try:
                    await self._journal.catch_up()
                    await self._journal.keep()
                except OvertakenError:
                    continue
                self._cancelled = isinstance(decide(self.state, self._now()), Restore)
        finally:
            self._cancelled = self._journal.closing
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _restore(self, action: Restore, *, careful: bool = False) -> None:
        """Put stable back by one call, then write why; who is ``careful`` looks first whether somebody moved it."""
        self._restoring = action
        if not self._journal.safe:
            await self._still_leads()
        if careful:
            await self._alias.look()
        request_id = ""
        try:
            if not self._mover.restored and (self._mover.moved or not self.state.restored):
                request_id = await self._put_back()
        finally:
            # Also where it could not be put back: so the next controller tries, and does not go on.
            await self._write_down(action)
        if not self.state.restored:
            routing = Routing(self.state.stable)
            await self._journal.record(
                Shifted(at=self._now(), step=self.state.step, routing=routing, request_id=request_id)
            )

    async def _still_leads(self) -> None:
        """Make sure that nobody else drives: this process slept, or could not renew its lease. Raises LeaseHeldError.

        Where the record cannot be read the alias tells: it is as this controller left it.
        """
        try:
            await self._journal.catch_up()
        except CloudAnswerError:
            if not self._alias.expected(await self._alias.find()):
                raise

    async def _write_down(self, action: Restore) -> None:
        state = self.state
        while self._deciding:
            await self._journal.record(self._deciding[0])
            self._deciding = self._deciding[1:]
        if not state.turned_back:
            await self._journal.record(
                Decided(at=self._now(), decision=action.decision, reason=action.reason, measurement=action.measurement)
            )

    async def _put_back(self) -> str:
        stable = Routing(self.state.stable)
        try:
            return await put_back(self._mover, stable, self._around, self._means.pause)
        except CloudAnswerError as error:
            self._stuck = True
            raise RolloutError(
                f"{self.state.began.alias}: {stable.main} could not be put back, calls still go to "
                f"{self.state.routing}: {error}; the next pulumi up or yunfn rollout drive tries again"
            ) from error

    async def _settle(self) -> None:
        """A call of a controller that died may arrive after stable was put back: look, and put it back once more."""
        found = await self._around.finish(self._means.router.read)
        if found == self._late:
            await self._put_back()
