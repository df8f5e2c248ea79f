"""A domain of one's own in front of functions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program import rules
from yunfn.program.checking import checked
from yunfn.program.component import Component
from yunfn.resources import scf
from yunfn.tencent.account import guard
from yunfn.tencent.alias import Alias

# The words of the component, and SCF's for them (SDK, CreateCustomDomainRequest).
_PROTOCOLS = {"HTTP": "HTTP", "HTTPS": "HTTPS", "HTTP,HTTPS": "HTTP&HTTPS"}
_REWRITES = {"equal": "ExactRules", "wildcard": "WildcardRules"}
# '/', '/*', '/xxx', '/xxx/a', '/xxx/*' (SDK, EndpointsConf).
_PATH = re.compile(r"/\*?|(/[^/*\s]+)+(/\*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """Rewrites a path before the call: ``kind`` equal or wildcard, ``match`` and its ``replacement``."""

    kind: str
    match: pulumi.Input[str]
    replacement: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Calls ``alias`` for requests to ``path`` (``/*`` at its end matches all below), after ``rewrites`` of the path.

    The alias must have a URL: a Trigger with HttpSource, declared before the domain.
    """

    path: str
    alias: Alias
    rewrites: Sequence[Rewrite] = ()

    def settings(self, resource: str) -> scf.CustomDomainEndpoint:
        """Answer the route in the words of SCF. Raises ValidationError for a path or rewrite it refuses."""
        if not self.path.startswith("/"):
            raise ValidationError(resource, "routes.path", self.path, "a path starts with '/'")
        if not _PATH.fullmatch(self.path):
            raise ValidationError(resource, "routes.path", self.path, "a path is /, /a, /a/b, or ends with /*")
        for each in self.rewrites:
            if each.kind not in _REWRITES:
                raise ValidationError(resource, "routes.rewrites", each.kind, "equal or wildcard")
        rewrites = [
            scf.PathRewriteRule(path=each.match, type=_REWRITES[each.kind], rewrite=each.replacement)
            for each in self.rewrites
        ]
        return scf.CustomDomainEndpoint(
            namespace=self.alias.function.service.namespace,
            function_name=self.alias.function.function_name,
            qualifier=self.alias.alias_name,
            path_match=self.path,
            path_rewrite=rewrites or None,
        )


class CustomDomain(Component):
    """A domain that routes requests to aliases by path. Its DNS must point at SCF already.

    Outputs: ``domain_name``.
    """

    domain_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        domain_name: pulumi.Input[str],
        routes: Sequence[Route],
        certificate_id: pulumi.Input[str] | None = None,
        protocol: str | None = None,
        web_firewall: pulumi.Input[str] | None = None,
        tags: Mapping[str, pulumi.Input[str]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the domain.

        Args:
            name: Pulumi's name of the component.
            domain_name: The domain, in lower case.
            routes: Which alias serves which path; each path once.
            certificate_id: For HTTPS: the id of the certificate in the account's SSL service.
            protocol: HTTP, HTTPS or HTTP,HTTPS; by default HTTPS with a certificate, HTTP without one.
            web_firewall: The instance of the account's web application firewall that looks at requests, by its id.
            tags: Tags of the domain.
            opts: Options of the component.

        Raises:
            ValidationError: an argument the cloud would refuse.
            AccountMismatchError: the stack belongs to another account.
        """
        domain = checked(domain_name, lambda value: rules.domain_name(name, value))
        chosen = protocol or ("HTTPS" if certificate_id is not None else "HTTP")
        if chosen not in _PROTOCOLS:
            raise ValidationError(name, "protocol", protocol, f"one of {'; '.join(_PROTOCOLS)}")
        if ("HTTPS" in chosen) != (certificate_id is not None):
            raise ValidationError(name, "certificate_id", None, f"goes with HTTPS and only with it, not {chosen}")
        paths = [route.path for route in routes]
        if not paths or len(set(paths)) != len(paths):
            raise ValidationError(name, "routes", paths, "at least one route, and each path once")
        routing = [route.settings(name) for route in routes]
        firewall = None
        if web_firewall is not None:
            firewall = scf.WafConfig(waf_open="OPEN", waf_instance_id=web_firewall)
        account = guard(opts)
        super().__init__("yunfn:tencent:CustomDomain", name, None, opts)
        made = scf.CustomDomain(
            f"{name}-domain",
            account=account.app_id,
            region=account.region,
            domain=domain,
            protocol=_PROTOCOLS[chosen],
            endpoints=routing,
            certificate_id=certificate_id,
            waf_config=firewall,
            tags=tags,
            # A URL cannot go while a domain uses it, and a domain uses that of its alias.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[url for route in routes for url in route.alias.function.urls]
            ),
        )
        self.domain_name = made.domain
        self.register_outputs({"domainName": self.domain_name})
