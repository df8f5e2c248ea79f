"""The ``yunfn`` command."""

from __future__ import annotations

from yunfn.cli.application import main

__all__ = ["main"]
