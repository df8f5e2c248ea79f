"""What a resource does by its declaration alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.provider import declaration
from yunfn.provider.declaration import CheckFailure, Declaration, Difference
from yunfn.provider.properties import UNKNOWN, Properties


class DeclaredResource:
    """Checks, diffs and plans as the declaration says; what is special to a resource is its own."""

    declaration: Declaration

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        return declaration.check(inputs, self.declaration.inputs)

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """See Resource."""
        return declaration.differences(self.declaration.inputs, old_inputs, inputs)

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        """See Resource. Outputs that are no inputs stay as they were."""
        whole = declaration.with_defaults(self.declaration.inputs, inputs)
        known = old_outputs or Properties({})
        taken = {each.name for each in self.declaration.inputs}
        return {
            each.name: whole.get(each.name) if each.name in taken else known.get(each.name, UNKNOWN)
            for each in self.declaration.outputs
        }

    def recorded(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The outputs among ``values`` in one form, whoever made them: what is empty is left out."""
        return {
            each.name: value
            for each in self.declaration.outputs
            if (value := values.get(each.name)) is not None and value != {} and value != []
        }
