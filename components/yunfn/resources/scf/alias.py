"""``yunfn:scf:Alias`` as a typed class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.resources.nested import Nested, wire
from yunfn.resources.resource import PluginResource


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasHeaderMatch(Nested):
    """Calls that another version serves: those whose header is ``expression``.

    ``method`` is ``exact``, or ``range`` for whole numbers, where the expression is ``(a,b)`` or ``[a,b]``.
    """

    version: pulumi.Input[str]
    header: pulumi.Input[str]
    method: pulumi.Input[str]
    expression: pulumi.Input[str]


class Alias(PluginResource):
    """The name under which one version of a function serves, or two by weight or header.

    ``$DEFAULT``, which every function has and clients without a qualifier call, is taken over instead of created;
    deleted, it goes back to ``$LATEST``. With a ``rollout``, another version is put live by steps inside the update,
    judged at each of them.
    """

    #: APPID of the account.
    account: pulumi.Output[str]
    #: Region of the function.
    region: pulumi.Output[str]
    #: Namespace of the function.
    namespace: pulumi.Output[str]
    #: Name of the function.
    function_name: pulumi.Output[str]
    #: Name of the alias.
    alias_name: pulumi.Output[str]
    #: The main version: a number as text, or ``$LATEST``.
    function_version: pulumi.Output[str]
    #: Text shown in the console.
    description: pulumi.Output[str]
    #: One version that serves too, and its share of the calls from 0 to 1.
    additional_version_weight: pulumi.Output[Mapping[str, float] | None]
    #: Calls that another version serves, by a header.
    header_matches: pulumi.Output[Sequence[Mapping[str, Any]] | None]
    #: How another version is put live.
    rollout: pulumi.Output[Mapping[str, Any] | None]
    #: How many of the function's published versions are kept.
    keep_versions: pulumi.Output[int | None]
    #: The last rollout: number, phase, versions, reason, phases, measurements.
    last_rollout: pulumi.Output[Mapping[str, Any] | None]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        function_name: pulumi.Input[str],
        alias_name: pulumi.Input[str],
        function_version: pulumi.Input[str],
        namespace: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        additional_version_weight: pulumi.Input[Mapping[str, pulumi.Input[float]]] | None = None,
        header_matches: pulumi.Input[Sequence[AliasHeaderMatch]] | None = None,
        rollout: pulumi.Input[Mapping[str, Any]] | None = None,
        keep_versions: pulumi.Input[int] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the alias.

        Args:
            resource_name: Pulumi's name of the alias.
            account: APPID of the account; credentials of another are refused.
            region: Region of the function, such as ``ap-shanghai``.
            function_name: Name of the function.
            alias_name: Name of the alias, or ``$DEFAULT``.
            function_version: The main version.
            namespace: Namespace of the function, by default ``default``.
            description: Text shown in the console.
            additional_version_weight: One version that serves too, and its share of the calls, above 0 and up to 1.
            header_matches: Calls that another version serves; they come before the weights.
            rollout: Steps, metrics, hooks and gates, and the bucket of the record: a strategy of ``yunfn.tencent``
                makes it. Without one, the alias is moved at once.
            keep_versions: How many of the function's published versions are kept; all, if nothing is said.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "region": region,
            "namespace": namespace,
            "function_name": function_name,
            "alias_name": alias_name,
            "function_version": function_version,
            "description": description,
            "additional_version_weight": additional_version_weight,
            "header_matches": wire(header_matches),
            "rollout": rollout,
            "keep_versions": keep_versions,
        }
        super().__init__("yunfn:scf:Alias", resource_name, properties, opts)
