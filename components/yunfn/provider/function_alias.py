"""An alias on Function Compute as the plugin wants or finds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from yunfn.provider.mark import described, mark_of, split_mark

# Characters of an alias's description (FC API 2023-03-30, CreateAliasInput).
_LONGEST: Final = 256


@dataclass(frozen=True, slots=True)
class FunctionAlias:
    """An alias: its main version, its description, and the share (0–1) of its additional version, if it has one."""

    version: str
    description: str
    weights: dict[str, float] = field(default_factory=dict)

    def reads(self, other: FunctionAlias) -> bool:
        """Whether both describe themselves alike; aliases that upstream's provider made bear no mark, and need none."""
        return split_mark(self.description)[0] == split_mark(other.description)[0]

    def means(self, other: FunctionAlias) -> bool:
        """Whether both are the same to users."""
        return self.reads(other) and (self.version, self.weights) == (other.version, other.weights)


def wanted_alias(urn: str, whole: Mapping[str, Any]) -> FunctionAlias:
    """The alias that the inputs of the resource ``urn`` declare, with its mark.

    Where a long description leaves no room for the mark, an interrupted creation is taken for somebody else's.
    """
    marked = described(whole["description"], mark_of(urn))
    description = marked if len(marked) <= _LONGEST else whole["description"]
    return FunctionAlias(whole["versionId"], description, dict(whole.get("additionalVersionWeight") or {}))
