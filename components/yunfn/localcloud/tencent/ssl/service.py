"""SSL Certificates as a service of the local cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yunfn.localcloud.service import HostCertificate
from yunfn.localcloud.tencent.api import ApiService, Operation, api_hosts
from yunfn.localcloud.tencent.ssl.responses import CertificateCalls

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud


class SslService(ApiService):
    """Keeps uploaded certificates, and hands them to the services that serve hosts with them."""

    name = "ssl"
    product = "ssl"
    versions = ("2019-12-05",)
    regional = False
    hosts = api_hosts("ssl")
    operations = (
        "DeleteCertificate",
        "DescribeCertificate",
        "DescribeCertificateDetail",
        "DescribeCertificates",
        "ModifyCertificateAlias",
        "UploadCertificate",
    )

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self._calls = CertificateCalls(cloud)
        self._routes = self._calls.routes()

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return self._routes

    def certificate(self, certificate_id: str) -> HostCertificate | None:
        """The server certificate of that id with its key, or None.

        Asked by the front for its own host it has none, as no host is an id: the local CA's serves it.
        """
        document = self._calls.find(certificate_id)
        if document is None or document["CertificateType"] != "SVR":
            return None
        return HostCertificate(document["CertificatePublicKey"].encode(), document["CertificatePrivateKey"].encode())
