"""Certificates by their official client, and as other services take them."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from support.tencent_identity import Identity, policy
from yunfn.localcloud.service import HostCertificate
from yunfn.localcloud.tencent.ssl import SslService

DOMAIN = "www.example.com"


def certificate(*others: str, password: str = "", days: int = 30) -> tuple[str, str]:
    """A self-signed certificate of DOMAIN and ``others``, and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)])
    now = datetime.now(UTC)
    names = [x509.DNSName(each) for each in (DOMAIN, *others)]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    return made.public_bytes(Encoding.PEM).decode(), private.decode()


def upload(identity: Identity, chain: str, key: str, **more: Any) -> str:
    given = {"CertificatePublicKey": chain, "CertificatePrivateKey": key, **more}
    return str(identity.ask("ssl", "UploadCertificate", **given).CertificateId)


def taken(identity: Identity, certificate_id: str) -> HostCertificate | None:
    return identity.cloud.run(lambda cloud: cloud.find(SslService).certificate(certificate_id))


def test_an_uploaded_certificate(identity: Identity) -> None:
    chain, key = certificate("api.example.com")
    tags = [{"TagKey": "team", "TagValue": "a"}]
    certificate_id = upload(identity, chain, key, Alias="site", Tags=tags)
    found = identity.ask("ssl", "DescribeCertificate", CertificateId=certificate_id)
    assert (found.CertificateId, found.Domain, found.Alias, found.Status) == (certificate_id, DOMAIN, "site", 1)
    assert (found.CertificateType, found.OwnerUin, found.From) == ("SVR", identity.uin, "upload")
    assert found.SubjectAltName == [DOMAIN, "api.example.com"]
    assert found.CertBeginTime < found.CertEndTime
    assert [(one.TagKey, one.TagValue) for one in found.Tags] == [("team", "a")]
    detail = identity.ask("ssl", "DescribeCertificateDetail", CertificateId=certificate_id)
    assert (detail.CertificatePublicKey, detail.SubjectAltName) == (chain, ["api.example.com"])
    assert detail.CertificatePrivateKey == key
    identity.ask("ssl", "ModifyCertificateAlias", CertificateId=certificate_id, Alias="renamed")
    (row,) = identity.ask("ssl", "DescribeCertificates", SearchKey="renamed").Certificates
    assert (row.CertificateId, row.Alias) == (certificate_id, "renamed")
    assert identity.ask("ssl", "DeleteCertificate", CertificateId=certificate_id).DeleteResult is True
    for action in ("DescribeCertificate", "DescribeCertificateDetail", "DeleteCertificate"):
        identity.refused("FailedOperation.CertificateNotFound", "ssl", action, CertificateId=certificate_id)
    assert taken(identity, certificate_id) is None


@pytest.mark.parametrize("password", ["", "secret"])
def test_a_service_gets_what_a_server_can_serve(identity: Identity, password: str) -> None:
    chain, key = certificate(password=password)
    host = taken(identity, upload(identity, chain, key, **({"KeyPassword": password} if password else {})))
    assert host is not None
    with tempfile.NamedTemporaryFile() as file:
        file.write(host.chain + b"\n" + host.key)
        file.flush()
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file.name, password=lambda: b"")


def test_a_client_ca_has_no_key_and_serves_no_host(identity: Identity) -> None:
    chain, _ = certificate()
    given = {"CertificatePublicKey": chain, "CertificateType": "CA"}
    certificate_id = identity.ask("ssl", "UploadCertificate", **given).CertificateId
    assert identity.ask("ssl", "DescribeCertificateDetail", CertificateId=certificate_id).CertificatePrivateKey is None
    assert taken(identity, certificate_id) is None


def test_the_same_once_more(identity: Identity) -> None:
    chain, key = certificate()
    first = upload(identity, chain, key)
    given = {"CertificatePublicKey": chain, "CertificatePrivateKey": key}
    assert identity.ask("ssl", "UploadCertificate", **given, Repeatable=False).RepeatCertId == first
    assert upload(identity, chain, key) != first


def test_what_is_no_certificate(identity: Identity) -> None:
    chain, key = certificate()
    other = certificate()[1]
    locked = certificate(password="secret")
    for public, private, more, code in (
        ("x", key, {}, "FailedOperation.CertificateParseError"),
        (chain, "x", {}, "FailedOperation.CertificateParseError"),
        (chain, other, {}, "FailedOperation.CertificateMismatch"),
        (*locked, {"KeyPassword": "wrong"}, "FailedOperation.CertificateParseError"),
        (*locked, {}, "FailedOperation.CertificateParseError"),
        (chain, key, {"CertificateType": "OTHER"}, "InvalidParameterValue"),
        (chain, None, {}, "MissingParameter"),
    ):
        given = {"CertificatePublicKey": public, "CertificatePrivateKey": private, **more}
        identity.refused(code, "ssl", "UploadCertificate", **given)


def test_one_that_has_expired_says_so(identity: Identity) -> None:
    certificate_id = upload(identity, *certificate(days=1))
    identity.cloud.run(lambda cloud: cloud.clock.move(2 * 86400))
    try:
        assert identity.ask("ssl", "DescribeCertificate", CertificateId=certificate_id).Status == 3
    finally:
        identity.cloud.run(lambda cloud: cloud.clock.move(-2 * 86400))


def test_rights(identity: Identity) -> None:
    certificate_id = upload(identity, *certificate())
    user = identity.user(policy("ssl:DescribeCertificate", resource=f"qcs::ssl:::certificate/{certificate_id}"))
    identity.ask("ssl", "DescribeCertificate", user, CertificateId=certificate_id)
    identity.refused(
        "UnauthorizedOperation.CAM", "ssl", "DescribeCertificateDetail", user, CertificateId=certificate_id
    )
    identity.refused("UnauthorizedOperation.CAM", "ssl", "DeleteCertificate", user, CertificateId=certificate_id)
