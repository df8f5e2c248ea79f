"""What the commands about rollouts tell of one, as JSON."""

from __future__ import annotations

from yunfn.deployment import RollingAlias
from yunfn.rollout.holder import is_dead
from yunfn.rollout.metric import Measurement
from yunfn.rollout.state import RolloutState


def document(alias: RollingAlias, state: RolloutState | None, now: float) -> dict[str, object]:
    """The alias and where its rollout is; ``rollout`` is None where there never was one. Times are unix seconds."""
    place = alias.place
    names: dict[str, object] = {
        "name": alias.name,
        "cloud": place.cloud,
        "region": place.region,
        "namespace": place.namespace or None,
        "function": place.function,
        "alias": place.alias,
        "rollout": None,
    }
    if state is None:
        return names
    return names | {
        "rollout": state.number,
        "phase": state.phase,
        "stable": state.stable,
        "candidate": state.candidate,
        # Texts: weights are exact decimals.
        "weight": str(state.routing.share(state.candidate)) if state.routing else None,
        "step": state.step + 1,
        "steps": [{"weight": str(each.weight), "seconds": each.seconds} for each in state.began.specification.steps],
        "began": state.began.at,
        "ended": state.ended.at if state.ended else None,
        "reason": state.reason or None,
        "rejected": state.rejected,
        "verdicts": [
            {"metric": each.metric, "outcome": each.outcome, "at": each.at, "text": each.text}
            for each in last_measurements(state)
        ],
        "driver": _lease(state) if driver(state, now) else None,
    }


def last_measurements(state: RolloutState) -> list[Measurement]:
    """The last measurement of each metric that is no dry run."""
    found = {each.metric: each for each in state.measurements if not each.dry_run}
    return list(found.values())


def driver(state: RolloutState, now: float) -> str:
    """Who drives it: the holder of a lease that is in force; "" for nobody."""
    lease = state.lease
    held = lease is not None and lease.until > now and not state.ended and not is_dead(lease)
    return lease.holder if lease and held else ""


def _lease(state: RolloutState) -> dict[str, object]:
    assert state.lease is not None
    return {"holder": state.lease.holder, "until": state.lease.until}
