"""The states that the records of an alias's rollouts tell, and orders written into them. Blocks: asks an EventLog."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from yunfn.exceptions import ObjectExistsError, RolloutError
from yunfn.rollout.event import Began, Command, Commanded, EventLog, encode
from yunfn.rollout.phase import Phase
from yunfn.rollout.recorded import all_recorded, decoded, last_recorded, recorded
from yunfn.rollout.state import RolloutState, fold

#: How many rollouts back a rejected candidate is looked for.
MEMORY: Final = 50
# Orders meet a controller that writes an event every few seconds: more in a row than this is no accident.
_TRIES: Final = 50


def read(log: EventLog, rollout: int) -> RolloutState | None:
    """The state of one rollout; None if it has no first event. Raises CloudAnswerError, RolloutError."""
    found = recorded(log, rollout)
    return found.state if found else None


def last(log: EventLog) -> RolloutState | None:
    """The latest rollout; None if there never was one. Raises CloudAnswerError, RolloutError."""
    found = last_recorded(log)
    return found.state if found else None


def states(log: EventLog) -> list[RolloutState]:
    """Every rollout, the first one first. Raises CloudAnswerError, RolloutError."""
    return [found.state for found in all_recorded(log)]


def rejected(log: EventLog, candidate: str) -> RolloutState | None:
    """The latest rollout that rejected ``candidate`` for good; None if none did.

    Looks at the last ``MEMORY`` rollouts, and reads of those of other candidates one event each. Raises
    CloudAnswerError, RolloutError.
    """
    for rollout in reversed(log.rollouts()[-MEMORY:]):
        match decoded(log.read(rollout, 0, 1), rollout):
            case [Began(candidate=tried), *_] if tried == candidate:
                state = read(log, rollout)
                if state is not None and state.rejected:
                    return state
    return None


def order(
    log: EventLog, command: Command, who: str, reason: str = "", *, now: Callable[[], float] = time.time
) -> RolloutState:
    """Write ``command`` into the record of the last rollout, as ``who`` (``user@host``); the state after it.

    A retry goes into that of the last one whose candidate is rejected: others may have been rolled out since.
    Raises RolloutError where the command would mean nothing, saying why; CloudAnswerError.
    """
    for _ in range(_TRIES):
        state = (_last_rejected(log) if command is Command.RETRY else None) or last(log)
        if state is None:
            raise RolloutError("there never was a rollout of this alias")
        _refuse(state, command)
        event = Commanded(at=now(), holder=who, command=command, reason=reason)
        try:
            log.append(state.number, state.events + 1, encode(event))
        except ObjectExistsError:
            continue
        return fold(state, [event])
    raise RolloutError(f"the record changed {_TRIES} times while the order was written; give it again")


def _last_rejected(log: EventLog) -> RolloutState | None:
    found = (read(log, rollout) for rollout in reversed(log.rollouts()[-MEMORY:]))
    return next((state for state in found if state is not None and state.rejected), None)


def _refuse(state: RolloutState, command: Command) -> None:
    """Raise RolloutError where ``command`` means nothing now."""
    where = f"rollout {state.number} of {state.candidate} is {state.phase}"
    match command:
        case Command.RETRY if state.phase is not Phase.FAILED:
            raise RolloutError(f"{where}: only a rejected candidate needs a retry")
        case Command.RETRY:
            return
        case _ if state.ended:
            raise RolloutError(f"{where}: there is nothing to {command}")
        case Command.ABORT if state.promoted:
            raise RolloutError(f"{where}: the candidate serves all calls already; deploy the earlier version instead")
        case Command.ABORT if state.turned_back:
            raise RolloutError(f"{where}: stable is being put back already")
        case Command.PROMOTE if state.phase not in (Phase.PAUSED, Phase.WAITING_PROMOTION):
            raise RolloutError(f"{where}: it waits for nobody; pause it first, or wait for the gate")
        case Command.RESUME if state.phase is not Phase.PAUSED and not state.commands:
            gate = ": it waits at a gate; yunfn rollout promote goes through" if state.gate else ": it is not paused"
            raise RolloutError(where + gate)
        case Command.PAUSE if state.phase not in (Phase.INITIALIZED, Phase.PROGRESSING):
            raise RolloutError(f"{where}: it cannot be paused now")
