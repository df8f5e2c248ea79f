"""``yunfn:fc:…``: resources of Function Compute 3.0 that upstream's provider cannot do safely."""

from __future__ import annotations

from yunfn.resources.fc.alias import Alias
from yunfn.resources.fc.function_version import FunctionVersion

__all__ = ["Alias", "FunctionVersion"]
