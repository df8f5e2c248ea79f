"""Run by every Python at its start, in a function or under ``yunfn local run``: certifi trusts the local cloud's CA.

Runs on Python 3.6 and newer.
"""

import importlib.machinery
import importlib.util
import os
import sys

import yunfn_local_trust  # type: ignore[import-not-found]


def _run_hidden() -> None:
    """Run the ``sitecustomize`` that this one hides, if there is one further down the path."""
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - Python 3.6 starts faster so
    others = [place for place in sys.path if os.path.abspath(place or ".") != here]  # noqa: PTH100
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


yunfn_local_trust.install()
_run_hidden()
