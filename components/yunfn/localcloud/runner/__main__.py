"""``python3 -m yunfn.localcloud.runner RUNTIME…``: names the runtimes' Pythons that are missing here, and exits 1.

Needs nothing installed, so a Makefile can ask before it starts anything.
"""

from __future__ import annotations

from yunfn.pythons import main

if __name__ == "__main__":
    main()
