"""``yunfn:fc:Alias`` as a typed class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from yunfn.resources.resource import PluginResource


class Alias(PluginResource):
    """The name under which one version of a function on Function Compute 3.0 serves, or two by weight.

    With a ``rollout``, another version is put live by steps inside the update, judged at each of them.
    """

    #: Account id of the function.
    account: pulumi.Output[str]
    #: Region of the function.
    region: pulumi.Output[str]
    #: Name of the function.
    function_name: pulumi.Output[str]
    #: Name of the alias.
    alias_name: pulumi.Output[str]
    #: The main version: a number as text, or ``LATEST``.
    version_id: pulumi.Output[str]
    #: Text shown in the console.
    description: pulumi.Output[str]
    #: One version that serves too, and its share of the calls from 0 to 1.
    additional_version_weight: pulumi.Output[Mapping[str, float] | None]
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
        version_id: pulumi.Input[str],
        description: pulumi.Input[str] | None = None,
        additional_version_weight: pulumi.Input[Mapping[str, pulumi.Input[float]]] | None = None,
        rollout: pulumi.Input[Mapping[str, Any]] | None = None,
        keep_versions: pulumi.Input[int] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the alias.

        Args:
            resource_name: Pulumi's name of the alias.
            account: Account id of the function; credentials of another are refused.
            region: Region of the function, such as ``cn-shanghai``.
            function_name: Name of the function.
            alias_name: Name of the alias.
            version_id: The main version.
            description: Text shown in the console.
            additional_version_weight: One version that serves too, and its share of the calls, from 0 to 1.
            rollout: Steps, metrics, hooks and gates, and the bucket of the record: a strategy of ``yunfn.alibaba``
                makes it. Without one, the alias is moved at once.
            keep_versions: How many of the function's published versions are kept; all, if nothing is said.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "region": region,
            "function_name": function_name,
            "alias_name": alias_name,
            "version_id": version_id,
            "description": description,
            "additional_version_weight": additional_version_weight,
            "rollout": rollout,
            "keep_versions": keep_versions,
        }
        super().__init__("yunfn:fc:Alias", resource_name, properties, opts)
