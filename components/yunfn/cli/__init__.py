"""The ``yunfn`` command."""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line and exit with its code: see ``yunfn.cli.application``."""
    try:
        # In here, so that an interrupt while Python still imports ends as quietly as any other.
        from yunfn.cli.application import run

        run()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
