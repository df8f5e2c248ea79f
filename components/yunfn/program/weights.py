"""The weight of an alias's second version."""

from __future__ import annotations

from typing import Any

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program import rules
from yunfn.program.checking import later
from yunfn.program.component import told_when_known


def version_weights(name: str, main: Any, additional: Any, weight: Any) -> pulumi.Input[dict[str, float]] | None:
    """Answer ``{version: weight}`` of the additional version, None where there is none.

    Raises:
        ValidationError: one of both is missing, the weight is none, or the version is the main one already.
    """
    if additional is None and weight is None:
        return None
    if additional is None or weight is None:
        missing = "additional_version" if additional is None else "additional_weight"
        raise ValidationError(name, missing, None, "additional_version and additional_weight go together")

    def settle(values: list[Any]) -> dict[str, float]:
        main_version, other, share = values
        if str(main_version) == str(other):
            raise ValidationError(name, "additional_version", other, "is the main version already")
        return {str(other): float(rules.weight(name, share))}

    if not later(weight):
        rules.weight(name, weight)
        weight = str(weight)
    if not any(later(value) for value in (main, additional, weight)):
        return settle([main, additional, weight])
    return pulumi.Output.all(main, additional, weight).apply(told_when_known(settle))
