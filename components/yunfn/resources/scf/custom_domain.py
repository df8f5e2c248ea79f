"""``yunfn:scf:CustomDomain`` as a typed class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.resources.nested import Nested, wire
from yunfn.resources.resource import PluginResource


@dataclass(frozen=True, slots=True, kw_only=True)
class PathRewriteRule(Nested):
    """Another path for the function than the one that comes in; ``type`` is WildcardRules or ExactRules."""

    path: pulumi.Input[str]
    rewrite: pulumi.Input[str]
    type: pulumi.Input[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomDomainEndpoint(Nested):
    """Where paths of a domain lead: ``/``, ``/*``, ``/x``, ``/x/a`` or ``/x/*`` to a function's alias or version.

    By default the namespace ``default`` and the alias ``$DEFAULT``.
    """

    function_name: pulumi.Input[str]
    path_match: pulumi.Input[str]
    namespace: pulumi.Input[str] | None = None
    qualifier: pulumi.Input[str] | None = None
    path_rewrite: pulumi.Input[Sequence[PathRewriteRule]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WafConfig(Nested):
    """The web application firewall before a domain: ``waf_open`` is OPEN or CLOSE."""

    waf_open: pulumi.Input[str] | None = None
    waf_instance_id: pulumi.Input[str] | None = None


class CustomDomain(PluginResource):
    """A domain of one's own that leads to functions by path; its DNS record is not part of it."""

    #: APPID of the account.
    account: pulumi.Output[str]
    #: Region of the functions.
    region: pulumi.Output[str]
    #: The domain.
    domain: pulumi.Output[str]
    #: ``HTTP``, ``HTTPS`` or ``HTTP&HTTPS``.
    protocol: pulumi.Output[str]
    #: Where its paths lead.
    endpoints: pulumi.Output[Sequence[Mapping[str, Any]]]
    #: Id of its certificate.
    certificate_id: pulumi.Output[str | None]
    #: The web application firewall before it.
    waf_config: pulumi.Output[Mapping[str, Any] | None]
    #: Tags of the domain.
    tags: pulumi.Output[Mapping[str, str] | None]

    def __init__(
        self,
        resource_name: str,
        *,
        account: pulumi.Input[str],
        region: pulumi.Input[str],
        domain: pulumi.Input[str],
        protocol: pulumi.Input[str],
        endpoints: pulumi.Input[Sequence[CustomDomainEndpoint]],
        certificate_id: pulumi.Input[str] | None = None,
        waf_config: pulumi.Input[WafConfig] | None = None,
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the domain.

        Args:
            resource_name: Pulumi's name of the domain.
            account: APPID of the account; credentials of another are refused.
            region: Region of the functions, such as ``ap-shanghai``.
            domain: The domain, without wildcards.
            protocol: ``HTTP``, ``HTTPS`` or ``HTTP&HTTPS``.
            endpoints: Where its paths lead; depend on the http triggers of the functions.
            certificate_id: Id of its certificate, which HTTPS needs.
            waf_config: The web application firewall before it.
            tags: Tags of the domain; SCF takes them at its creation only, so that others make it anew.
            opts: Options of the resource.
        """
        properties = {
            "account": account,
            "region": region,
            "domain": domain,
            "protocol": protocol,
            "endpoints": wire(endpoints),
            "certificate_id": certificate_id,
            "waf_config": wire(waf_config),
            "tags": tags,
        }
        super().__init__("yunfn:scf:CustomDomain", resource_name, properties, opts)
