"""Grants as Pulumi resources take them: names that may be outputs, and documents rendered once all are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pulumi

from yunfn.access import Grant, Name, Statement
from yunfn.program.component import told_when_known


def as_name(value: pulumi.Input[str]) -> Name:
    """Answer an input in the form that grants take: text, or an output of it."""
    return value if isinstance(value, str) else as_output(value)


def as_output(value: pulumi.Input[str]) -> pulumi.Output[str]:
    """Answer an input as an output."""
    return pulumi.Output.from_input(value)


def document(grants: Sequence[Grant], owner: str, render: Callable[[list[Statement], str], str]) -> pulumi.Output[str]:
    """Render the policy document of ``grants`` by the cloud's grammar once every name in them is known.

    ``owner`` names the policy in errors.
    """

    @told_when_known
    def rendered(names: list[dict[str, Any]]) -> str:
        statements: list[Statement] = []
        for grant, known in zip(grants, names, strict=True):
            statements.extend(grant.statements(**known))
        return render(statements, owner)

    return pulumi.Output.all(*(dict(grant.arguments) for grant in grants)).apply(rendered)
