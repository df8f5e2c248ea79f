"""Which patch release of Python a target is taken to have."""

from __future__ import annotations

from yunfn.packaging.target import Target

# The clouds' documents name the minor version only. uv would take X.Y.0, which packages exclude that every runtime in
# use can run (pydantic 1.9 needs 3.6.1, pandas 1.3 3.7.1, flake8 3.8.1, cryptography 44 neither 3.9.0 nor 3.9.1); a
# late release would leave out backports that an early one needs (markers on python_full_version).
_PATCH = {"3.6": 1, "3.7": 1, "3.8": 1, "3.9": 2}


def python_release(target: Target) -> str:
    """The release that Requires-Python and markers are judged by, such as ``3.6.1``."""
    return f"{target.python}.{_PATCH.get(target.python, 0)}"
