"""Parse and answer CAM's calls: one module per kind of thing."""

from __future__ import annotations
