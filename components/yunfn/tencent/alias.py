"""An alias: the name under which a version, or two of them by weight, serve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.component import Component
from yunfn.program.weights import version_weights
from yunfn.resources import scf
from yunfn.tencent import rules
from yunfn.tencent.account import guard
from yunfn.tencent.function import Function


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
    Outputs: ``alias_name``, ``version``.
    """

    alias_name: pulumi.Output[str]
    version: pulumi.Output[str]

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
            opts: Options of the component.

        Raises:
            ValidationError: a name or weight the cloud would refuse.
            AccountMismatchError: the stack belongs to another account.
        """
        called = checked(alias_name, lambda value: rules.alias_name(name, value))
        main = version if version is not None else function.version
        weights = version_weights(name, main, additional_version, additional_weight)
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
            header_matches=[each.settings() for each in header_matches] or None,
            # A version written as a number may be the one that this very update publishes.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[function]),
        )
        self.alias_name = made.alias_name
        self.version = pulumi.Output.from_input(main)
        function.aliases.append(self)
        self.register_outputs({"aliasName": self.alias_name, "version": self.version})
