"""Processes of others, kept apart from this machine: functions in the local cloud, build scripts and hooks.

``probe`` finds out what the machine allows; ``launching`` starts the small program (``launcher/``) that makes the
namespaces, builds the file system inside and leaves no process behind. A leaf: it imports nothing of yunfn but the
errors.
"""

from __future__ import annotations

from yunfn.isolation.machine import FUNCTION_UID, Isolation, probe

__all__ = ["FUNCTION_UID", "Isolation", "probe"]
