"""What an uploaded certificate says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from yunfn.localcloud.tencent.ssl.exceptions import CertificateMismatch, CertificateParseError


@dataclass(frozen=True, slots=True)
class Leaf:
    """The first certificate of a chain."""

    domain: str
    other_domains: tuple[str, ...]
    begin: datetime
    end: datetime
    fingerprint: str


def read_chain(chain: str) -> Leaf:
    """What the first certificate of a PEM chain says; raises CertificateParseError."""
    leaf = _leaf(chain)
    names = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    try:
        listed = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        hosts = listed.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        hosts = []
    domain = str(names[0].value) if names else (hosts[0] if hosts else "")
    return Leaf(
        domain,
        tuple(host for host in hosts if host != domain),
        leaf.not_valid_before_utc,
        leaf.not_valid_after_utc,
        leaf.fingerprint(hashes.SHA1()).hex().upper(),  # noqa: S303 - how the API names certificates
    )


def plain_key(chain: str, key: str, password: str) -> str:
    """The private key of a chain's first certificate in PEM without password.

    Raises CertificateParseError and CertificateMismatch.
    """
    try:
        private = load_pem_private_key(key.encode(), password.encode() or None)
    except (ValueError, TypeError):
        raise CertificateParseError("the private key is not PEM, or its password is wrong") from None
    if _public(private) != _public(_leaf(chain)):
        raise CertificateMismatch()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _leaf(chain: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(chain.encode())[0]
    except (ValueError, IndexError):
        raise CertificateParseError("the certificate is not PEM") from None


def _public(of: Any) -> bytes:
    data: bytes = of.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return data
