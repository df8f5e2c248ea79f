"""``yunfn rollout``: new versions that go live step by step, from any machine with the cloud's keys."""

from __future__ import annotations

import typer

from yunfn.cli.rollout.drive import drive
from yunfn.cli.rollout.history import history
from yunfn.cli.rollout.orders import abort, pause, promote, resume, retry
from yunfn.cli.rollout.status import status
from yunfn.cli.rollout.watch import watch

application = typer.Typer(
    help="New versions that go live step by step: see them, steer them, drive them.",
    epilog="Exit codes: 0 done; 1 refused, failed, or ended without the candidate; 2 wrong usage; 3 (status) in "
    "progress and judged by nobody; 130 interrupted.",
    no_args_is_help=True,
)
for name, command in (
    ("status", status),
    ("watch", watch),
    ("promote", promote),
    ("pause", pause),
    ("resume", resume),
    ("abort", abort),
    ("retry", retry),
    ("drive", drive),
    ("history", history),
):
    application.command(name)(command)

__all__ = ["application"]
