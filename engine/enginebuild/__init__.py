"""Finds or builds the Pulumi engine: the CLI, its Python language host and the plugins of the clouds.

Standard library only, since it runs before anything is installed. ``engine_environment`` is what tests, the demo and
the Makefile use.
"""

from __future__ import annotations

from enginebuild.environment import engine_environment

__all__ = ["engine_environment"]
