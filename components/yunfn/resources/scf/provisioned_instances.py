"""``yunfn:scf:ProvisionedInstances`` as a typed class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from yunfn.resources.nested import wire
from yunfn.resources.resource import PluginResource
from yunfn.resources.scf.function_version import ProvisionedConcurrency


class ProvisionedInstances(PluginResource):
    """Instances of a version that stand ready, for as long as the resource is there.

    For versions that outlive their resource (``retain_on_delete``): replaced, the new version's instances are ready
    first and the old one's go last. Else a FunctionVersion's own ``provisioned_concurrency`` says the same; use one of
    both.
    """

    #: APPID of the account.
    account: pulumi.Output[str]
    #: Region of the function.
    region: pulumi.Output[str]
    #: Namespace of the function.
    namespace: pulumi.Output[str]
    #: Name of the function.
    function_name: pulumi.Output[str]
    #: Number of the version.
    version_id: pulumi.Output[str]
    #: How many stand ready, and when.
    provisioned_concurrency: pulumi.Output[Mapping[str, Any]]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        function_name: pulumi.Input[str],
        version_id: pulumi.Input[str],
        provisioned_concurrency: pulumi.Input[ProvisionedConcurrency],
        namespace: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the instances.

        Args:
            resource_name: Pulumi's name of them.
            account: APPID of the account; credentials of another are refused.
            region: Region of the function, such as ``ap-shanghai``.
            function_name: Name of the function.
            version_id: Number of the version; another one replaces.
            provisioned_concurrency: How many stand ready, and when.
            namespace: Namespace of the function, by default ``default``.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "region": region,
            "namespace": namespace,
            "function_name": function_name,
            "version_id": version_id,
            "provisioned_concurrency": wire(provisioned_concurrency),
        }
        super().__init__("yunfn:scf:ProvisionedInstances", resource_name, properties, opts)
