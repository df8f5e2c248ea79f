"""Rollouts of one alias: which one to go on with, which to begin, and how each end is told to who asked for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from yunfn.exceptions import (
    AbortedRolloutError,
    ContestedAliasError,
    LeaseHeldError,
    ObjectExistsError,
    OperationStoppedError,
    RejectedCandidateError,
    RolloutError,
    RolloutFailedError,
)
from yunfn.rollout import records
from yunfn.rollout.drive import Drive
from yunfn.rollout.event import AliasPlace, Began, Decision, EventLog, Leased, encode
from yunfn.rollout.holder import Holder, holder_here, is_dead
from yunfn.rollout.hook import HookCaller
from yunfn.rollout.journal import steadily
from yunfn.rollout.lease import held_by_another, refusal
from yunfn.rollout.means import Means
from yunfn.rollout.metric import Metric, MetricsBackend
from yunfn.rollout.phase import Phase
from yunfn.rollout.routing import Router, Routing
from yunfn.rollout.specification import Specification
from yunfn.rollout.state import RolloutState, begin
from yunfn.rollout.surroundings import Surroundings
from yunfn.rollout.telling import LineWriter, Teller
from yunfn.rollout.variables import refuse_unset
from yunfn.rollout.words import shares

T = TypeVar("T")


class Driver:
    """Puts versions live at ``place``, as one controller. Belongs to one event loop.

    ``backend`` opens a metric's source. ``lines`` writes into a log project, None if there is none. ``holder`` and
    ``dead`` say who this controller is and which others have ended, ``poll`` is the seconds between looks for commands,
    ``pause`` waits in a thread between tries to put stable back: tests give their own.
    """

    def __init__(
        self,
        place: AliasPlace,
        router: Router,
        log: EventLog,
        backend: Callable[[Metric], MetricsBackend],
        hooks: HookCaller,
        surroundings: Surroundings,
        lines: LineWriter | None = None,
        *,
        holder: Holder | None = None,
        dead: Callable[[Leased], bool] = is_dead,
        poll: float = 2.0,
        pause: Callable[[float], None] | None = None,
    ) -> None:
        self._place = place
        self._router = router
        self._log = log
        self._around = surroundings
        self._teller = Teller(place, surroundings, lines)
        self._means = Means(
            router, log, backend, hooks, surroundings, self._teller, holder or holder_here(), dead, poll,
            *([pause] if pause else []),
        )  # fmt: skip
        self._drive: Drive | None = None

    async def roll_out(self, candidate: str, specification: Specification) -> RolloutState | None:
        """Put ``candidate`` live: go on with its rollout, or begin one; drive it to its end or as long as it may take.

        Returns the rollout's state: a final one, or one that is in progress where ``specification.wait`` is over. None
        where there is nothing to roll out: the alias sends all calls to the candidate already. A rollout goes on by the
        specification it began with, but for ``wait`` and ``pause_limit``.

        Raises:
            RejectedCandidateError: it was rejected before, and nothing was changed.
            RolloutFailedError: it was rejected now, and stable serves.
            AbortedRolloutError: somebody stopped it, or nobody decided in time, and stable serves.
            ContestedAliasError: somebody moved the alias meanwhile, and it stays so.
            LeaseHeldError: another controller drives the alias's rollout.
            RolloutError: the alias is gone, or cannot be put back; or an environment variable that the rollout needs is
                not set, and nothing was changed.
            CloudAnswerError: a cloud refused again and again; stable serves, if it could be put back.
            OperationStoppedError: the surroundings were stopped; likewise.
        """
        return await self._guarded(lambda: self._roll_out(candidate, specification))

    async def go_on(self, *, once: bool = False) -> RolloutState:
        """Go on with the last rollout until its end, or, by ``once``, only with what is due now.

        Waits for a person without end. Returns and raises as ``roll_out``; RolloutError where there never was one.
        Stopped, it leaves the rollout as it is, for whoever drives it next; but stable is put back where that was
        decided.
        """
        return await self._guarded(lambda: self._go_on(once), leaves=True)

    async def _go_on(self, once: bool) -> RolloutState:
        last = await self._last()
        if last is None:
            raise RolloutError(f"{self._place}: there never was a rollout of this alias")
        if last.ended:
            return last
        drive = await self._take_over(last)
        if drive.state.ended is None:
            await drive.run(once=once)
        return self._told(drive.state)

    async def _roll_out(self, candidate: str, specification: Specification) -> RolloutState | None:
        while True:
            last = await self._last()
            if last is not None and last.ended is None:
                state = await self._finish_earlier(last, candidate, specification)
                if state is not None:
                    return state
                continue
            found = await self._where()
            if found == Routing(candidate):
                return last if last is not None and last.candidate == candidate else None
            if found.main == candidate:
                # It is the one that serves: only the other version's share goes, and there is nothing to judge by.
                specification = msgspec.structs.replace(specification, steps=(), metrics=(), hooks=(), gates=())
            else:
                await self._refuse_rejected(candidate)
                self._refuse_unset(specification)
            number = last.number + 1 if last else 1
            if await self._begin(number, candidate, specification, found.main, found):
                return self._told(await self._lead(specification))

    async def _finish_earlier(
        self, last: RolloutState, candidate: str, specification: Specification
    ) -> RolloutState | None:
        """Go on with an unfinished rollout, or bring it to an end; the state to return, None to look again."""
        if last.candidate != candidate and candidate != last.stable:
            await self._refuse_rejected(candidate)
            self._refuse_unset(specification)
        try:
            drive = await self._take_over(last)
        except ContestedAliasError:
            if await self._where() == Routing(candidate):
                # What they did is what is wanted.
                return None
            raise
        state = drive.state
        if state.ended:
            return None
        if state.promoted or state.turned_back:
            # Its end was decided before this run.
            await drive.run()
            ours = drive.state.candidate == candidate and drive.state.phase is not Phase.ABORTED
            return self._told(drive.state) if ours else None
        if state.candidate == candidate:
            declared = msgspec.structs.replace(
                state.began.specification, wait=specification.wait, pause_limit=specification.pause_limit
            )
            other = "" if declared == specification else ", by the specification it began with: this run's is another"
            now = shares(state.routing or Routing(state.stable))
            self._teller.say(f"rollout {state.number} of {candidate} goes on, with {now}{other}")
            return self._told(await self._lead(specification))
        if candidate == state.stable:
            await drive.end(Decision.ABORT, f"{candidate} is wanted again")
            return drive.state
        await drive.close(Phase.SUPERSEDED, f"{candidate} took its place")
        if await self._begin(state.number + 1, candidate, specification, state.stable, state.routing):
            return self._told(await self._lead(specification))
        # Somebody else began one.
        self._drive = None
        return None

    async def _begin(
        self, number: int, candidate: str, specification: Specification, stable: str, found: Routing | None
    ) -> bool:
        """Begin a rollout and take its lease; whether nobody else began it meanwhile."""
        began = Began(
            at=self._around.now(),
            holder=self._means.holder.name,
            alias=self._place,
            stable=stable,
            candidate=candidate,
            specification=specification,
            found=None if found == Routing(stable) else found,
        )
        try:
            await steadily(self._around, lambda: self._log.append(number, 1, encode(began)))
        except ObjectExistsError:
            written = await steadily(self._around, lambda: self._log.read(number, 0, 1))
            if written != [encode(began)]:
                return False
        state = begin(number, began)
        self._teller.heard(state, began)
        await self._take_over(state)
        return True

    async def _take_over(self, state: RolloutState) -> Drive:
        held = held_by_another(state.lease, self._means.holder, self._around.now(), self._means.dead)
        if held:
            raise refusal(self._place, held)
        self._drive = Drive(self._means, state)
        await self._drive.take_over()
        return self._drive

    async def _lead(self, specification: Specification) -> RolloutState:
        drive = self._drive
        assert drive is not None
        if drive.state.ended is None:
            until = None if specification.wait is None else self._around.now() + specification.wait
            await drive.run(until=until, pause_limit=specification.pause_limit)
        return drive.state

    def _told(self, state: RolloutState) -> RolloutState:
        """The state, or the error that its end is for who wants the candidate live."""
        what = f"{self._place}: rollout {state.number} of {state.candidate}"
        serves = f"{state.stable} serves all calls"
        match state.phase:
            case Phase.FAILED:
                raise RolloutFailedError(
                    f"{what}: rejected: {state.reason}; {serves}. Change it, or say yunfn rollout retry"
                )
            case Phase.ABORTED:
                raise AbortedRolloutError(f"{what}: {state.reason}; {serves}. The next pulumi up tries again")
            case Phase.CONTESTED:
                raise ContestedAliasError(f"{what}: {state.reason}")
            case _:
                return state

    async def _refuse_rejected(self, candidate: str) -> None:
        verdict = await steadily(self._around, lambda: records.rejected(self._log, candidate))
        if verdict:
            raise RejectedCandidateError(
                f"{self._place}: {candidate} was rejected by rollout {verdict.number}: {verdict.reason}; nothing was "
                "changed. Change it, or say yunfn rollout retry"
            )

    def _refuse_unset(self, specification: Specification) -> None:
        try:
            refuse_unset(specification)
        except RolloutError as error:
            raise RolloutError(f"{self._place}: {error}") from None

    async def _last(self) -> RolloutState | None:
        return await steadily(self._around, lambda: records.last(self._log))

    async def _where(self) -> Routing:
        found = await steadily(self._around, self._router.read)
        if found is None:
            raise RolloutError(f"{self._place}: there is no such alias any more")
        return found

    async def _guarded(self, body: Callable[[], Awaitable[T]], *, leaves: bool = False) -> T:
        """Whatever ends it: stable is put back where this controller drives, and the lease is given back.

        With ``leaves`` a stop alone puts nothing back.
        """
        self._drive = None
        try:
            return await body()
        except (LeaseHeldError, ContestedAliasError):
            raise
        except BaseException as error:
            left = leaves and isinstance(error, OperationStoppedError)
            if self._drive is not None and not (left and not self._drive.restoring):
                await self._drive.break_off(error)
            raise
        finally:
            if self._drive is not None:
                await self._drive.let_go()
