"""Processes of others, kept apart from this machine: functions in the local cloud, build scripts and hooks.

``run_isolated`` runs a command to its end with one writable folder and no network; ``isolation`` and ``probe`` find
out what the machine allows. ``launching`` starts the small program (``launcher/``) that makes the namespaces, builds
the file system inside and leaves no process behind. A leaf: it imports nothing of yunfn but the errors.
"""

from __future__ import annotations

from yunfn.isolation.machine import FUNCTION_UID, Isolation, isolation, probe
from yunfn.isolation.outcome import Outcome
from yunfn.isolation.sandbox import folder_inside, run_isolated

__all__ = ["FUNCTION_UID", "Isolation", "Outcome", "folder_inside", "isolation", "probe", "run_isolated"]
