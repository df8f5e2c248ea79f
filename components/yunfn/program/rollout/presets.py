"""Strategies by the names that users of other clouds know them by (AWS CodeDeploy's predefined configurations).

Each takes the options of its strategy: ``Canary10Percent5Minutes(wait=False)``.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from yunfn.program.rollout.strategies import Canary, Linear

Canary10Percent5Minutes: Final = partial(Canary, 10, "5m")
Canary10Percent10Minutes: Final = partial(Canary, 10, "10m")
Canary10Percent15Minutes: Final = partial(Canary, 10, "15m")
Canary10Percent30Minutes: Final = partial(Canary, 10, "30m")
Linear10PercentEvery1Minute: Final = partial(Linear, 10, "1m")
Linear10PercentEvery2Minutes: Final = partial(Linear, 10, "2m")
Linear10PercentEvery3Minutes: Final = partial(Linear, 10, "3m")
Linear10PercentEvery10Minutes: Final = partial(Linear, 10, "10m")
