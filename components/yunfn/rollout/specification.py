"""A rollout as it was declared: on the wire of the plugin, and in the record."""

from __future__ import annotations

import msgspec

from yunfn.rollout.hook import Gate, Hook
from yunfn.rollout.metric import Metric
from yunfn.rollout.plan import Step


class Specification(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Steps, metrics, hooks and gates. ``bucket`` holds the record.

    ``wait``: seconds after which ``pulumi up`` leaves a rollout in progress; None waits for the end. ``pause_limit``:
    seconds that ``pulumi up`` waits for a person; then stable is put back. ``patience``: seconds that a step waits for
    samples beyond its own time before it pauses. ``logs``: project and logstore on Alibaba Cloud, the topic's id on
    Tencent Cloud, where phases and measurements are written as lines; none if empty.
    """

    bucket: str
    steps: tuple[Step, ...] = ()
    metrics: tuple[Metric, ...] = ()
    hooks: tuple[Hook, ...] = ()
    gates: tuple[Gate, ...] = ()
    wait: float | None = None
    pause_limit: float = 1800.0
    patience: float = 600.0
    logs: tuple[str, ...] = ()
