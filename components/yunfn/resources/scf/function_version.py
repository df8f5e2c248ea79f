"""``yunfn:scf:FunctionVersion`` as a typed class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.resources.nested import Nested, wire
from yunfn.resources.resource import PluginResource


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedConcurrencyAction(Nested):
    """Another number of ready instances from a time on; the cron expression has seven fields, seconds first."""

    trigger_name: pulumi.Input[str]
    trigger_provisioned_concurrency_num: pulumi.Input[int]
    trigger_cron_config: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedConcurrency(Nested):
    """Instances that stand ready before the first call.

    Either a number, or with the type ``ConcurrencyUtilizationTracking`` as many as it takes to be ``tracking_target``
    (above 0, below 1) busy, between a least and a most number.
    """

    version_provisioned_concurrency_num: pulumi.Input[int] | None = None
    trigger_actions: pulumi.Input[Sequence[ProvisionedConcurrencyAction]] | None = None
    provisioned_type: pulumi.Input[str] | None = None
    tracking_target: pulumi.Input[float] | None = None
    min_capacity: pulumi.Input[int] | None = None
    max_capacity: pulumi.Input[int] | None = None


class FunctionVersion(PluginResource):
    """A published version of a function, known by the fingerprint in its description.

    One that a killed run left is adopted, so that the run can always be repeated. Everything but ``description`` and
    ``provisioned_concurrency`` makes another version when it changes.
    """

    #: APPID of the account.
    account: pulumi.Output[str]
    #: Region of the function.
    region: pulumi.Output[str]
    #: Namespace of the function.
    namespace: pulumi.Output[str]
    #: Name of the function.
    function_name: pulumi.Output[str]
    #: Digest of everything that the version freezes.
    fingerprint: pulumi.Output[str]
    #: The version's description, as the cloud has it, without its mark.
    description: pulumi.Output[str]
    #: Instances that stand ready.
    provisioned_concurrency: pulumi.Output[Mapping[str, Any] | None]
    #: The version's number, as text.
    version_id: pulumi.Output[str]
    #: When it was published, as SCF writes it.
    created_time: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        function_name: pulumi.Input[str],
        fingerprint: pulumi.Input[str],
        namespace: pulumi.Input[str] | None = None,
        description: pulumi.Input[str] | None = None,
        provisioned_concurrency: pulumi.Input[ProvisionedConcurrency] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the version.

        Args:
            resource_name: Pulumi's name of the version.
            account: APPID of the account; credentials of another are refused.
            region: Region of the function, such as ``ap-shanghai``.
            function_name: Name of the function; depend on it, so that it is as wanted when it is published.
            fingerprint: Digest of everything that the version freezes.
            namespace: Namespace of the function, by default ``default``.
            description: By default ``yunfn:<fingerprint>``; another one must hold that as a word.
            provisioned_concurrency: Instances that stand ready; none where it is not given.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "region": region,
            "namespace": namespace,
            "function_name": function_name,
            "fingerprint": fingerprint,
            "description": description,
            "provisioned_concurrency": wire(provisioned_concurrency),
        }
        super().__init__("yunfn:scf:FunctionVersion", resource_name, properties, opts)
