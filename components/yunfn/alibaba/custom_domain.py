"""A domain of one's own in front of functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_alicloud as alicloud

from yunfn.alibaba.account import guard
from yunfn.alibaba.alias import Alias
from yunfn.exceptions import ValidationError
from yunfn.program import rules
from yunfn.program.checking import checked
from yunfn.program.component import Component

_PROTOCOLS = ("HTTP", "HTTPS", "HTTP,HTTPS")
_TLS = ("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrite:
    """Rewrites a path before the call: ``kind`` equal, wildcard or regex, ``match`` and its ``replacement``."""

    kind: str
    match: pulumi.Input[str]
    replacement: pulumi.Input[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Calls ``alias`` for requests to ``path`` (``/*`` at its end matches all below) by ``methods``, after
    ``rewrites`` of the path.
    """

    path: str
    alias: Alias
    methods: Sequence[str] = ("GET", "POST")
    rewrites: Sequence[Rewrite] = ()

    def settings(self, resource: str) -> dict[str, Any]:
        """Answer the route in the words of upstream. Raises ValidationError for a path or rewrite it refuses."""
        if not self.path.startswith("/"):
            raise ValidationError(resource, "routes.path", self.path, "a path starts with '/'")
        if not self.methods:
            raise ValidationError(resource, "routes.methods", [], "name at least one method")
        rules: dict[str, list[dict[str, Any]]] = {}
        for each in self.rewrites:
            if each.kind not in ("equal", "wildcard", "regex"):
                raise ValidationError(resource, "routes.rewrites", each.kind, "equal, wildcard or regex")
            rules.setdefault(f"{each.kind}_rules", []).append({"match": each.match, "replacement": each.replacement})
        return {
            "path": self.path,
            "function_name": self.alias.function.function_name,
            "qualifier": self.alias.alias_name,
            "methods": list(self.methods),
            "rewrite_config": rules or None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The certificate for HTTPS: its ``name``, the PEM ``chain``, and the PEM ``private_key`` (kept secret)."""

    name: pulumi.Input[str]
    chain: pulumi.Input[str]
    private_key: pulumi.Input[str]


class CustomDomain(Component):
    """A domain that routes requests to aliases by path. Its DNS must point at Function Compute already.

    Outputs: ``domain_name``.
    """

    domain_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        domain_name: pulumi.Input[str],
        routes: Sequence[Route],
        certificate: Certificate | None = None,
        protocol: str | None = None,
        minimum_tls: str = "TLSv1.2",
        web_firewall: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the domain.

        Args:
            name: Pulumi's name of the component.
            domain_name: The domain, in lower case.
            routes: Which alias serves which path; each path once.
            certificate: For HTTPS.
            protocol: HTTP, HTTPS or HTTP,HTTPS; by default HTTPS with a certificate, HTTP without one.
            minimum_tls: Oldest TLS version that is accepted.
            web_firewall: Whether the account's web application firewall looks at requests.
            opts: Options of the component.

        Raises:
            ValidationError: an argument the cloud would refuse.
            AccountMismatchError: the stack belongs to another account.
        """
        domain = checked(domain_name, lambda value: rules.domain_name(name, value))
        chosen = protocol or ("HTTPS" if certificate else "HTTP")
        if chosen not in _PROTOCOLS:
            raise ValidationError(name, "protocol", protocol, f"one of {'; '.join(_PROTOCOLS)}")
        if ("HTTPS" in chosen) != (certificate is not None):
            raise ValidationError(name, "certificate", None, f"goes with HTTPS and only with it, not {chosen}")
        if minimum_tls not in _TLS:
            raise ValidationError(name, "minimum_tls", minimum_tls, f"one of {', '.join(_TLS)}")
        paths = [route.path for route in routes]
        if not paths or len(set(paths)) != len(paths):
            raise ValidationError(name, "routes", paths, "at least one route, and each path once")
        routing: Any = [route.settings(name) for route in routes]
        key: Any = None
        if certificate is not None:
            key = {
                "cert_name": certificate.name,
                "certificate": certificate.chain,
                "private_key": pulumi.Output.secret(certificate.private_key),
            }
        guard(opts)
        super().__init__("yunfn:alibaba:CustomDomain", name, None, opts)
        made = alicloud.fc.V3CustomDomain(
            f"{name}-domain",
            custom_domain_name=domain,
            protocol=chosen,
            route_config={"routes": routing},
            cert_config=key,
            tls_config={"min_version": minimum_tls} if certificate else None,
            waf_config={"enable_waf": web_firewall} if web_firewall is not None else None,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.domain_name = made.custom_domain_name
        self.register_outputs({"domainName": self.domain_name})
