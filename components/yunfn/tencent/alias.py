"""An alias: the name under which a version, or two of them by weight, serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.component import Component
from yunfn.program.rollout.strategies import Strategy
from yunfn.program.rules import within
from yunfn.program.weights import version_weights
from yunfn.resources import scf
from yunfn.tencent import rules
from yunfn.tencent.account import guard
from yunfn.tencent.function import Function
from yunfn.tencent.rollout import rollout_input


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderMatch:
    """Calls that another ``version`` serves, whatever the weights: those whose ``header`` is ``value``, or, with
    ``whole_number``, a number within ``value``, written as ``[1,9]`` or ``(0,10)``.
    """

    version: pulumi.Input[str]
    header: str
    value: pulumi.Input[str]
    whole_number: bool = False

    def settings(self) -> scf.AliasHeaderMatch:
        """Answer the rule in the words of SCF."""
        method = "range" if self.whole_number else "exact"
        return scf.AliasHeaderMatch(version=self.version, header=self.header, method=method, expression=self.value)


class Alias(Component):
    """An alias of a function: it serves one version, and at most one more by weight.

    It is ``$DEFAULT`` unless named otherwise, which every function has: whoever calls without naming an alias gets it,
    so that no such call goes around a rollout. It is taken over as it is, and points at ``$LATEST`` again once the
    component goes.
    With a ``rollout`` a new version is put live by steps inside ``pulumi up``, judged at each of them.
    Outputs: ``alias_name``, ``version``, ``rollout`` (the last one: ``number``, ``phase``, ``stable``, ``candidate``,
    ``reason``, ``phases``, ``measurements``; None before there was one).
    """

    alias_name: pulumi.Output[str]
    version: pulumi.Output[str]
    rollout: pulumi.Output[Mapping[str, Any] | None]

    def __init__(
        self,
        name: str,
        *,
        function: Function,
        alias_name: pulumi.Input[str] = rules.DEFAULT,
        description: pulumi.Input[str] | None = None,
        version: pulumi.Input[str] | None = None,
        additional_version: pulumi.Input[str] | None = None,
        additional_weight: pulumi.Input[float | str] | Decimal | None = None,
        header_matches: Sequence[HeaderMatch] = (),
        rollout: Strategy | None = None,
        keep_versions: pulumi.Input[int] = 10,
        bucket: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the alias.

        Args:
            name: Pulumi's name of the component.
            function: The function.
            alias_name: 1–64 letters, digits, '_' and '-', starting with a letter; or ``$DEFAULT``.
            description: Text shown in the console.
            version: The main version, by default the function's newest published one.
            additional_version: One further version that serves too.
            additional_weight: Its share of calls, a decimal from 0 to 1; given with ``additional_version`` only.
            header_matches: Calls that are served by another version because of a header.
            rollout: How another version is put live: ``Canary(10, "10m")``, ``Linear(10, "1m")``, ``Steps(…)``,
                ``AllAtOnce()``; without one the alias is moved at once, and nothing is judged. The first version of an
                alias is live at once in any case. Not with ``additional_version`` or ``header_matches``.
            keep_versions: How many published versions of the function are kept, 1 or more: older ones go once another
                version is live, unless an alias, a trigger or provisioned instances name them.
            bucket: The bucket that holds the record of rollouts, by default the artifact bucket of account and region.
            opts: Options of the component.

        Raises:
            ValidationError: a name or weight the cloud would refuse.
            AccountMismatchError: the stack belongs to another account.
        """
        called = checked(alias_name, lambda value: rules.alias_name(name, value))
        main = version if version is not None else function.version
        weights = version_weights(name, main, additional_version, additional_weight)
        if rollout is not None and weights is not None:
            raise ValidationError(name, "additional_version", additional_version, "a rollout has that place")
        if rollout is not None and header_matches:
            raise ValidationError(
                name, "header_matches", len(header_matches), "a rollout has the second version's place"
            )
        keep_versions = checked(
            keep_versions, lambda value: within(name, "keep_versions", value, (1, 2**31 - 1), "versions")
        )
        declared = rollout_input(name, rollout, function, bucket) if rollout is not None else None
        for each in header_matches:
            if not each.header:
                raise ValidationError(name, "header_matches.header", each.header, "name a header")
        account = guard(opts)
        super().__init__("yunfn:tencent:Alias", name, None, opts)
        self.function = function
        made = scf.Alias(
            f"{name}-alias",
            account=account.app_id,
            region=account.region,
            namespace=function.service.namespace,
            function_name=function.function_name,
            alias_name=called,
            description=description,
            function_version=main,
            additional_version_weight=weights,
            rollout=declared,
            keep_versions=keep_versions,
            header_matches=[each.settings() for each in header_matches] or None,
            # A version written as a number may be the one that this very update publishes.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[function]),
        )
        self.alias_name = made.alias_name
        self.version = pulumi.Output.from_input(main)
        self.rollout = made.last_rollout
        function.aliases.append(self)
        self.register_outputs({"aliasName": self.alias_name, "version": self.version, "rollout": self.rollout})
