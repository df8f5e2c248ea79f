"""``yunfn:fc:FunctionVersion`` as a typed class."""

from __future__ import annotations

import pulumi

from yunfn.resources.resource import PluginResource


class FunctionVersion(PluginResource):
    """A published version of a function, known by the fingerprint in its description.

    A version that is there already is adopted, so that a run that was killed can always be repeated. Everything but
    ``description`` makes another version when it changes.
    """

    #: Account id of the function.
    account: pulumi.Output[str]
    #: Region of the function.
    region: pulumi.Output[str]
    #: Name of the function.
    function_name: pulumi.Output[str]
    #: Digest of everything that the version freezes.
    fingerprint: pulumi.Output[str]
    #: The version's description, as the cloud has it.
    description: pulumi.Output[str]
    #: The version's number, as text.
    version_id: pulumi.Output[str]
    #: When it was published, RFC 3339.
    created_time: pulumi.Output[str]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        function_name: pulumi.Input[str],
        fingerprint: pulumi.Input[str],
        description: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the version.

        Args:
            resource_name: Pulumi's name of the version.
            account: Account id of the function; credentials of another are refused.
            region: Region of the function, such as ``cn-shanghai``.
            function_name: Name of the function; depend on it, so that it is as wanted when it is published.
            fingerprint: Digest of everything that the version freezes.
            description: By default ``yunfn:<fingerprint>``; another one must hold that as a word.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "region": region,
            "function_name": function_name,
            "fingerprint": fingerprint,
            "description": description,
        }
        super().__init__("yunfn:fc:FunctionVersion", resource_name, properties, opts)
