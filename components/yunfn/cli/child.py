"""Runs a command in place of this process, as far as signals and exit codes go."""

from __future__ import annotations

import errno
import signal
import subprocess
from collections.abc import Mapping, Sequence

import typer

_FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
# siginfo's si_code of a signal that the terminal's driver sent (SI_KERNEL, sigaction(2)).
_BY_TERMINAL = 0x80


def run_child(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run ``command`` with this process's standard streams and answer its exit code as a shell would.

    127 if there is no such command, 126 if it cannot be executed, 128 + n if signal n ended it. SIGINT, SIGTERM, SIGHUP
    and SIGQUIT are for the command: one sent to this process alone is passed on; what a terminal sends (Ctrl-C)
    reaches the command anyway, and a second one would make some, pulumi among them, give up their state.
    """
    # From before the start, so that no signal finds this process without anyone to pass it on.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (*_FORWARDED, signal.SIGCHLD))
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            # The command must not inherit the mask; nothing else of this process runs beside, so it may be a function.
            preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, before),
        )
        while (code := process.poll()) is None:
            arrived = signal.sigwaitinfo((*_FORWARDED, signal.SIGCHLD))
            if arrived.si_signo != signal.SIGCHLD and arrived.si_code != _BY_TERMINAL:
                process.send_signal(arrived.si_signo)
    except OSError as error:
        typer.echo(f"error: cannot run {command[0]}: {error.strerror}", err=True)
        return 127 if error.errno == errno.ENOENT else 126
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return 128 - code if code < 0 else code
