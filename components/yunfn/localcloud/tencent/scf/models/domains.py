"""Custom domains: own names that lead to functions by path, with certificates of their own."""

from __future__ import annotations

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory
from yunfn.localcloud.tencent.scf.events import DomainChanged
from yunfn.localcloud.tencent.scf.exceptions import DomainExists, DomainNotFound, InvalidValue, SslFailed
from yunfn.localcloud.tencent.scf.models.triggers import Triggers
from yunfn.localcloud.tencent.scf.rules.choices import OPEN_CLOSE, chosen
from yunfn.localcloud.tencent.scf.rules.domain import PROTOCOLS, check_domain_name, read_endpoint
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.siblings import forget_tags, has_certificate, tag


class Domains:
    """The custom domains of one region; a name is one domain in all of them."""

    def __init__(self, scope: ScfScope, directory: FunctionDirectory) -> None:
        self._scope = scope
        self._domains = scope.state.domains
        self._directory = directory

    def create(self, name: str, sent: Parameters) -> None:
        """A new domain.

        Raises ResourceInUse, InvalidParameterValue, ResourceNotFound of functions and qualifiers, and
        FailedOperation.Ssl without the certificate that https takes.
        """
        check_domain_name(name)
        if self._directory.domain(name) is not None:
            raise DomainExists(name)
        now = self._scope.now()
        document: Document = {
            "Domain": name,
            "Protocol": "",
            "EndpointsConfig": [],
            "CertConfig": {"CertificateId": ""},
            "WafConfig": {"WafOpen": "CLOSE", "WafInstanceId": ""},
            "AddTime": now,
            "ModTime": now,
        }
        sent.text("Protocol")
        self._merge(document, sent)
        tags = {each.text("Key"): each.text("Value", "") for each in sent.inners("Tags")}
        tag(self._scope, domain_tags_resource(name), tags)
        self._put(document)

    def update(self, name: str, sent: Parameters) -> None:
        """Change what is sent, each block as a whole; raises FailedOperation.Domain.UnExist and as :meth:`create`."""
        document = self.get(name)
        self._merge(document, sent)
        self._put(document | {"ModTime": self._scope.now()})

    def get(self, name: str) -> Document:
        """The document of a domain; raises FailedOperation.Domain.UnExist."""
        document = self._domains.get(name)
        if document is None:
            raise DomainNotFound(name)
        return document

    def all(self) -> list[Document]:
        """The documents of all domains, by name."""
        return [document for _, document in self._domains.scan()]

    def delete(self, name: str) -> None:
        """Remove a domain; raises FailedOperation.Domain.UnExist."""
        self.get(name)
        self._domains.delete(name)
        forget_tags(self._scope, domain_tags_resource(name))
        self._scope.cloud.events.publish(DomainChanged(name))

    def _merge(self, document: Document, sent: Parameters) -> None:
        if protocol := chosen(sent, "Protocol", PROTOCOLS):
            document["Protocol"] = protocol
        if "EndpointsConfig" in sent:
            document["EndpointsConfig"] = [read_endpoint(each) for each in sent.inners("EndpointsConfig")]
        if "CertConfig" in sent:
            document["CertConfig"] = {"CertificateId": sent.inner("CertConfig").text("CertificateId", "")}
        if "WafConfig" in sent:
            waf = sent.inner("WafConfig")
            document["WafConfig"] = {
                "WafOpen": chosen(waf, "WafOpen", OPEN_CLOSE) or "CLOSE",
                "WafInstanceId": waf.text("WafInstanceId", ""),
            }
        self._check(document)

    def _check(self, document: Document) -> None:
        if not document["Protocol"]:
            raise InvalidValue("Protocol", f"must be one of {', '.join(PROTOCOLS)}")
        endpoints = document["EndpointsConfig"]
        if not endpoints:
            raise InvalidValue("EndpointsConfig", "must name a function")
        paths = [each["PathMatch"] for each in endpoints]
        if len(set(paths)) < len(paths):
            raise InvalidValue("EndpointsConfig", "has the same PathMatch twice")
        for each in endpoints:
            self._scope.function(each["Namespace"], each["FunctionName"])
            Triggers(self._scope).check_qualifier(each["Namespace"], each["FunctionName"], each["Qualifier"])
        certificate = document["CertConfig"]["CertificateId"]
        if "HTTPS" in document["Protocol"] and not certificate:
            raise InvalidValue("CertConfig", "needs CertificateId with HTTPS")
        if certificate and not has_certificate(self._scope, certificate):
            raise SslFailed(certificate)

    def _put(self, document: Document) -> None:
        self._domains.put(document["Domain"], document)
        self._scope.cloud.events.publish(DomainChanged(document["Domain"]))


def domain_tags_resource(name: str) -> str:
    """What the tag service calls a custom domain."""
    return f"domain/{name}"
