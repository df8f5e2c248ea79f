"""Percentiles as the local cloud tells them: by the nearest rank, exactly, where the true services approximate."""

from __future__ import annotations

import math
from collections.abc import Sequence


def nearest_rank(values: Sequence[float], percentage: float) -> float:
    """Of ``values``, one at least, in ascending order the one at ``percentage`` (0–1)."""
    return sorted(values)[max(math.ceil(percentage * len(values)), 1) - 1]
