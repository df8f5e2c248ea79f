"""A rollout as an alias's output ``lastRollout`` tells it: what a user or a program asks of it. Pure."""

from __future__ import annotations

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from yunfn.rollout.metric import Measurement
from yunfn.rollout.phase import Phase
from yunfn.rollout.state import RolloutState
from yunfn.rollout.words import plan

# The state holds outputs of every alias: the whole is in the record.
_MOST: Final = 60


def last_rollout(state: RolloutState) -> dict[str, Any]:
    """The output; times are RFC 3339, weights texts, so that they are exact.

    ``phases`` are its turns and ``measurements`` the last of them, oldest first; all of them are in its record.
    """
    told = {
        "number": state.number,
        "phase": str(state.phase),
        "retried": state.retried or None,
        "plan": plan(state.began.specification),
        "stable": state.stable,
        "candidate": state.candidate,
        "reason": state.reason,
        "began": _time(state.began.at),
        "ended": _time(state.ended.at) if state.ended else None,
        "phases": _phases(state)[-_MOST:],
        "measurements": [_measurement(each) for each in state.measurements[-_MOST:]],
        "hooks": [
            {"name": each.name, "at": _time(each.at), "passed": each.passed, "answer": each.answer}
            for each in state.hooks[-_MOST:]
        ],
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def unfinished(told: Any) -> bool:
    """Whether the output, which may not be there or not be known, tells of a rollout that has not ended."""
    return isinstance(told, Mapping) and "number" in told and "ended" not in told


def rejecting(told: Any) -> bool:
    """Whether its candidate was rejected, and nobody said since that it may come again."""
    return isinstance(told, Mapping) and told.get("phase") == str(Phase.FAILED) and not told.get("retried")


def settled(told: Mapping[str, Any]) -> bool:
    """Whether nothing that the output tells can change any more."""
    return not unfinished(told) and not rejecting(told)


def weight_of(told: Mapping[str, Any]) -> Decimal:
    """The candidate's share of the calls (0–1), as far as the output tells."""
    weights = [each["weight"] for each in told.get("phases", ()) if "weight" in each]
    return Decimal(weights[-1]) if weights else Decimal(0)


def _phases(state: RolloutState) -> list[dict[str, Any]]:
    """When the candidate's share changed, when it was paused, and how it was decided."""
    turns = [(each.at, {"weight": f"{each.routing.share(state.candidate):f}"}) for each in state.shifts]
    turns += [(each.at, {"paused": each.reason}) for each in state.pauses]
    if state.decided:
        turns.append((state.decided.at, {"decided": str(state.decided.decision)}))
    if state.ended:
        turns.append((state.ended.at, {"ended": str(state.ended.phase)}))
    return [{"at": _time(at), **what} for at, what in sorted(turns, key=lambda turn: turn[0])]


def _measurement(found: Measurement) -> dict[str, Any]:
    told: dict[str, Any] = {
        "metric": found.metric,
        "at": _time(found.at),
        "outcome": str(found.outcome),
        "text": found.text,
    }
    if found.figure is not None:
        told |= {"figure": found.figure}
    return told


def _time(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
