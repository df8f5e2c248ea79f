"""A certificate of the account's SSL service: ``upload CHAIN KEY`` (PEM) prints its id, ``delete ID`` removes it."""

from __future__ import annotations

import sys

from yunfn.storage import tencent_session
from yunfn.storage.tencent_client import TencentClient

verb, *given = sys.argv[1:]
ssl = TencentClient(tencent_session.from_environment(), "ssl")
if verb == "upload":
    chain, key = given
    parameters = {"CertificatePublicKey": chain, "CertificatePrivateKey": key, "CertificateType": "SVR"}
    print(ssl.ask("UploadCertificate", {**parameters, "Alias": "demo"})["CertificateId"])
else:
    ssl.ask("DeleteCertificate", {"CertificateId": given[0]})
