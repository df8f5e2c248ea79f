"""``python -m yunfn.cli``: the same as ``yunfn``."""

from __future__ import annotations

from yunfn.cli import main

main()
