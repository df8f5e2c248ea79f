"""Writers of a rollout's phases and measurements into log projects: one backend per file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime


def moment_of(line: Mapping[str, str]) -> float:
    """When a line was (unix seconds): its ``time``, in RFC 3339; now where it has none."""
    try:
        return datetime.strptime(line.get("time", ""), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return time.time()
