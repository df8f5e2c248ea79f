"""Find or build the Pulumi engine this project runs on. Python >= 3.11, standard library only."""

from __future__ import annotations

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - it is run before anything has checked the Python
    sys.exit(f"engine/build.py needs Python >= 3.11; this is {sys.version.split()[0]}")

from enginebuild import engine_environment
from enginebuild.command import main

__all__ = ["engine_environment"]

if __name__ == "__main__":
    sys.exit(main())
