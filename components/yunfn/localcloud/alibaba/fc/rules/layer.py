"""What a layer version may say of itself."""

from __future__ import annotations

from collections.abc import Sequence

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.runtimes import ALIBABA

# Runtimes of Function Compute that the local cloud cannot run, but a layer may name (FCD "CreateFunction").
_OTHERS = (
    "nodejs12",
    "nodejs14",
    "nodejs16",
    "nodejs18",
    "nodejs20",
    "go1",
    "java8",
    "java11",
    "php7.2",
    "dotnetcore3.1",
)


def check_compatible_runtimes(names: Sequence[str]) -> None:
    """Raise unless at least one runtime is named, each known and none twice."""
    if not names:
        raise InvalidArgument("compatibleRuntime is required")
    for name in names:
        if name not in ALIBABA and name not in _OTHERS:
            raise InvalidArgument(f"compatibleRuntime '{name}' is not a runtime")
    if len(set(names)) != len(names):
        raise InvalidArgument("compatibleRuntime names a runtime twice")
