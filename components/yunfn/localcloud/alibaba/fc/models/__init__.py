"""Function Compute's state and what may happen to it: one module a resource; nothing here knows the wire."""

from __future__ import annotations
