"""Backports that a target's Python has itself, and that break it where they come first on its path.

A layer's folder comes before the standard library (PYTHONPATH), which site-packages does not: there ``enum34``, which
old packages ask for on every Python, takes the place of ``enum`` and ``import re`` fails on Python 3.6 and later.
"""

from __future__ import annotations

from yunfn.packaging.target import Target

# Package -> the Python whose standard library has its module (each package's own page on PyPI).
_SINCE = {
    "argparse": (3, 2),
    "asyncio": (3, 4),
    "contextvars": (3, 7),
    "dataclasses": (3, 7),
    "enum34": (3, 4),
    "futures": (3, 2),
    "importlib": (3, 1),
    "multiprocessing": (2, 6),
    "pathlib": (3, 4),
    "ssl": (2, 6),
    "typing": (3, 5),
    "uuid": (2, 5),
    "wsgiref": (2, 5),
}


def superseded(target: Target) -> list[str]:
    """The packages that are left out for a target."""
    major, _, minor = target.python.partition(".")
    version = (int(major), int(minor))
    return [name for name, since in _SINCE.items() if version >= since]
