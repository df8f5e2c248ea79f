"""What a rollout is driven with: the alias, its record, figures, hooks, the process, and who this controller is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from yunfn.rollout.event import EventLog, Leased
from yunfn.rollout.holder import Holder, holder_here, is_dead
from yunfn.rollout.hook import HookCaller
from yunfn.rollout.metric import Metric, MetricsBackend
from yunfn.rollout.routing import Router
from yunfn.rollout.surroundings import Surroundings
from yunfn.rollout.telling import Teller


@dataclass(frozen=True, slots=True)
class Means:
    """What a rollout is driven with; ``poll``: seconds between looks for commands, ``pause``: waits in a thread."""

    router: Router
    log: EventLog
    backend: Callable[[Metric], MetricsBackend]
    hooks: HookCaller
    surroundings: Surroundings
    teller: Teller
    holder: Holder = field(default_factory=holder_here)
    dead: Callable[[Leased], bool] = is_dead
    poll: float = 2.0
    pause: Callable[[float], None] = time.sleep
