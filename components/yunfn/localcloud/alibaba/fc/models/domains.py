"""Custom domains: a user's own host names, routed to functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory
from yunfn.localcloud.alibaba.fc.events import DomainChanged
from yunfn.localcloud.alibaba.fc.exceptions import DomainNameAlreadyExists, DomainNameNotFound, LimitExceeded
from yunfn.localcloud.alibaba.fc.rules.domain import check_domain
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.rules.names import check_domain_name
from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.alibaba.fc.state import LATEST
from yunfn.localcloud.store import Document

# FCD "custom domains".
_ROUTES = 1000
_SETTABLE = ("authConfig", "certConfig", "corsConfig", "protocol", "routeConfig", "tlsConfig", "wafConfig")


class Domains:
    """The custom domains of one account and region.

    The true cloud also wants the domain's DNS to point at it (DomainNameNotResolved); here nothing is resolved.
    """

    def __init__(self, scope: FcScope, directory: FunctionDirectory) -> None:
        self._scope = scope
        self._directory = directory
        self._domains = scope.state.domains

    def create(self, body: Mapping[str, Any]) -> Document:
        """A new domain; its document. Raises InvalidArgument, DomainNameAlreadyExists, FunctionNotFound."""
        name = Fields(body).required("domainName").lower()
        check_domain_name(name)
        if self._directory.domain(name) is not None or self._domains.get(name) is not None:
            raise DomainNameAlreadyExists(name)
        now = self._scope.now()
        document = {
            "domainName": name,
            "accountId": self._scope.account,
            "apiVersion": "2023-03-30",
            "protocol": "HTTP",
            "subdomainCount": "0",
            "createdTime": now,
            "lastModifiedTime": now,
        }
        return self._put(name, document, body)

    def update(self, name: str, body: Mapping[str, Any]) -> Document:
        """Replace the blocks that ``body`` holds; the document. Raises DomainNameNotFound, InvalidArgument."""
        document = self.get(name) | {"lastModifiedTime": self._scope.now()}
        return self._put(name, document, body)

    def get(self, name: str) -> Document:
        """The document of a domain, the private key in it; raises DomainNameNotFound."""
        document = self._domains.get(name)
        if document is None:
            raise DomainNameNotFound(name)
        return document

    def delete(self, name: str) -> None:
        """Remove a domain; raises DomainNameNotFound."""
        if not self._domains.delete(name):
            raise DomainNameNotFound(name)
        self._tell(name)

    def _put(self, name: str, document: Document, body: Mapping[str, Any]) -> Document:
        for field in _SETTABLE:
            value = body.get(field)
            if value is None:
                continue
            if value == {}:
                document.pop(field, None)
            else:
                document[field] = value
        check_domain(document)
        routes = (document.get("routeConfig") or {}).get("routes") or []
        if len(routes) > _ROUTES:
            raise LimitExceeded(f"a custom domain takes at most {_ROUTES} routes, got {len(routes)}")
        for route in routes:
            self._scope.check_qualifier(route["functionName"], route.get("qualifier") or LATEST)
        self._domains.put(name, document)
        self._tell(name)
        return document

    def _tell(self, name: str) -> None:
        self._scope.cloud.events.publish(DomainChanged(self._scope.account, self._scope.region, name))
