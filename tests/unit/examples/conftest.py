"""A started cloud that a module's tests share, as those of the command have it."""

from __future__ import annotations

from unit.cli.conftest import started

__all__ = ["started"]
