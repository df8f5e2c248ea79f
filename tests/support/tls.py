"""Certificates made for a test: a CA of its own and one leaf."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Issued:
    """A leaf for one domain: its chain and key as PEM, and the CA that vouches for it."""

    chain: str
    key: str
    ca: str


def issue(domain: str) -> Issued:
    """Make a CA and a leaf for ``domain``, both valid for a day."""
    ca_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test's own CA")])
    ca = _sign(ca_name, ca_name, ca_key.public_key(), ca_key, x509.BasicConstraints(ca=True, path_length=0))
    leaf_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, domain)])
    leaf = _sign(leaf_name, ca_name, leaf_key.public_key(), ca_key, x509.SubjectAlternativeName([x509.DNSName(domain)]))
    return Issued(
        chain=leaf.public_bytes(Encoding.PEM).decode(),
        key=leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        ca=ca.public_bytes(Encoding.PEM).decode(),
    )


def _sign(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    by: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(
        issuer, subject, public, x509.random_serial_number(), now - datetime.timedelta(minutes=5),
        now + datetime.timedelta(days=1),
    )  # fmt: skip
    return builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints)).sign(
        by, hashes.SHA256()
    )
