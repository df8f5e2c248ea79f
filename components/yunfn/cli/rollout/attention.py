"""Whether a rollout is looked after: a candidate that serves calls has to be judged again and again. Pure."""

from __future__ import annotations

from yunfn.rollout.controller import Over, Wait, decide
from yunfn.rollout.event import Commanded
from yunfn.rollout.metric import Metric
from yunfn.rollout.recorded import Recorded
from yunfn.rollout.state import RolloutState

# Seconds between looks where no metric says how many.
_INTERVAL = 60.0
# A verdict older than so many intervals is too old.
_INTERVALS = 2


def last_verdict(state: RolloutState, metric: Metric) -> float | None:
    """When ``metric`` was measured last in this rollout (unix seconds)."""
    return next((each.at for each in reversed(state.measurements) if each.metric == metric.name), None)


def neglected(recorded: Recorded, now: float) -> str:
    """What nobody did in time, in words; empty where all is well.

    That is a metric (none in a dry run) without a verdict for two of its intervals while the candidate serves; or else
    an action that has been due for two intervals of the shortest.
    """
    state = recorded.state
    judges = [each for each in state.began.specification.metrics if not each.dry_run]
    if state.ended:
        return ""
    if state.step >= 0 and not state.decided and not state.onward:
        for metric in judges:
            since = max(last_verdict(state, metric) or 0.0, state.measured_since)
            if now - since > _INTERVALS * metric.interval:
                return f"no verdict on {metric.name} for {now - since:.0f} s, it is due every {metric.interval:g} s"
    silent = now - last_sign(recorded)
    interval = min((each.interval for each in judges), default=_INTERVAL)
    if silent > _INTERVALS * interval and not isinstance(decide(state, now), Wait | Over):
        return f"nobody has driven it for {silent:.0f} s, and something is due"
    return ""


def last_sign(recorded: Recorded) -> float:
    """When a controller wrote the last event (unix seconds)."""
    return max(each.at for each in recorded.events if not isinstance(each, Commanded))
