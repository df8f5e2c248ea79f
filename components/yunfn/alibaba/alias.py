"""An alias: the name under which a version, or two of them by weight, serve."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pulumi
import pulumi_alicloud as alicloud

from yunfn.alibaba import rules
from yunfn.alibaba.account import guard
from yunfn.alibaba.function import Function
from yunfn.alibaba.rollout import rollout_input
from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.component import Component
from yunfn.program.rollout.strategies import Strategy
from yunfn.program.rules import within
from yunfn.program.weights import version_weights
from yunfn.resources import fc


class Alias(Component):
    """An alias of a function: it serves one version, and at most one more by weight.

    The function's ``async_invocation`` and ``provisioned_instances`` hold for each of its aliases.
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
        alias_name: pulumi.Input[str] = "live",
        description: pulumi.Input[str] | None = None,
        version: pulumi.Input[str] | None = None,
        additional_version: pulumi.Input[str] | None = None,
        additional_weight: pulumi.Input[float | str] | Decimal | None = None,
        rollout: Strategy | None = None,
        keep_versions: pulumi.Input[int] = 10,
        bucket: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the alias.

        Args:
            name: Pulumi's name of the component.
            function: The function.
            alias_name: 1–128 letters, digits, '_' and '-', not starting with a digit, not LATEST.
            description: Text shown in the console.
            version: The main version, by default the function's newest published one.
            additional_version: One further version that serves too.
            additional_weight: Its share of calls, a decimal from 0 to 1; given with ``additional_version`` only.
            rollout: How another version is put live: ``Canary(10, "10m")``, ``Linear(10, "1m")``, ``Steps(…)``,
                ``AllAtOnce()``; without one the alias is moved at once, and nothing is judged. The first version of an
                alias is live at once in any case. Not with ``additional_version``.
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
        keep_versions = checked(
            keep_versions, lambda value: within(name, "keep_versions", value, (1, 2**31 - 1), "versions")
        )
        declared = rollout_input(name, rollout, function, bucket) if rollout is not None else None
        guard(opts)
        super().__init__("yunfn:alibaba:Alias", name, None, opts)
        self.function = function
        child = pulumi.ResourceOptions(parent=self)
        made = fc.Alias(
            f"{name}-alias",
            account=function.account.account_id,
            region=function.account.region,
            function_name=function.function_name,
            alias_name=called,
            description=description,
            version_id=main,
            additional_version_weight=weights,
            rollout=declared,
            keep_versions=keep_versions,
            # A version written as a number may be the one that this very update publishes.
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[function],
                # What earlier releases made by upstream's provider.
                aliases=[pulumi.Alias(type_="alicloud:fc/v3Alias:V3Alias")],
            ),
        )
        self.alias_name = made.alias_name
        self.version = pulumi.Output.from_input(main)
        self.rollout = made.last_rollout
        if function.async_invocation is not None:
            # Reads of upstream lack the qualifier and see the function's own settings, which are the same.
            alicloud.fc.V3AsyncInvokeConfig(
                f"{name}-async",
                function_name=function.function_name,
                qualifier=made.alias_name,
                opts=child,
                **function.async_invocation.settings(name),
            )
        if function.provisioned_instances is not None:
            alicloud.fc.V3ProvisionConfig(
                f"{name}-provision",
                function_name=function.function_name,
                qualifier=made.alias_name,
                opts=child,
                **function.provisioned_instances.settings(name),
            )
        function.aliases.append(self)
        self.register_outputs({"aliasName": self.alias_name, "version": self.version, "rollout": self.rollout})
