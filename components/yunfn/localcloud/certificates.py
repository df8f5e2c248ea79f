"""The local cloud's certificate authority: short-lived, name-constrained to the clouds' domains, in no system store."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from yunfn.localcloud.service import HostCertificate

# A certificate of this CA is worth nothing for any other name, whoever trusts it.
CLOUD_DOMAINS = (
    "aliyuncs.com",
    "fcapp.run",
    "tencentcloudapi.com",
    "myqcloud.com",
    "tencentcos.cn",
    "tencentscf.com",
    "tencentcs.com",
)
_CA_LIFE = timedelta(days=30)
_CA_RENEW = timedelta(days=7)
_LEAF_LIFE = timedelta(days=3)
_LEAF_RENEW = timedelta(days=1)


class CertificateAuthority:
    """Issues a certificate for each host that is asked for; the CA's key stays in a file of mode 0600."""

    def __init__(self, folder: Path) -> None:
        self._key_file = folder / "ca-key.pem"
        self.bundle = folder / "ca.pem"
        if not self._is_fresh():
            self._create()
        loaded = serialization.load_pem_private_key(self._key_file.read_bytes(), password=None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        self._key = loaded
        self._certificate = x509.load_pem_x509_certificate(self.bundle.read_bytes())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._contexts: dict[str, tuple[datetime, ssl.SSLContext]] = {}

    def context(self, host: str, own: HostCertificate | None = None) -> ssl.SSLContext:
        """A server context for ``host``; ``own`` is a certificate that the host brought itself.

        Raises ValueError for a host outside the clouds' domains that brought none.
        """
        now = datetime.now(UTC)
        if own is not None:
            return _server_context(own.chain, own.key)
        kept = self._contexts.get(host)
        if kept is not None and kept[0] > now:
            return kept[1]
        if not host.endswith(tuple(f".{domain}" for domain in CLOUD_DOMAINS)):
            raise ValueError(f"the local CA may not speak for {host}")
        context = _server_context(self._issue(host, now), _pem(self._leaf_key))
        self._contexts[host] = (now + _LEAF_LIFE - _LEAF_RENEW, context)
        return context

    def _issue(self, host: str, now: datetime) -> bytes:
        leaf = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])]))
            .issuer_name(self._certificate.subject)
            .public_key(self._leaf_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(min(now + _LEAF_LIFE, self._certificate.not_valid_after_utc))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return leaf.public_bytes(serialization.Encoding.PEM)

    def _is_fresh(self) -> bool:
        if not (self._key_file.is_file() and self.bundle.is_file()):
            return False
        certificate = x509.load_pem_x509_certificate(self.bundle.read_bytes())
        # One of an older release may not speak for every domain of today.
        constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        allowed = {name.value for name in constraints.permitted_subtrees or ()}
        return allowed == set(CLOUD_DOMAINS) and certificate.not_valid_after_utc - datetime.now(UTC) > _CA_RENEW

    def _create(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "yunfn local cloud (this machine only)")])
        now = datetime.now(UTC)
        usage = x509.KeyUsage(
            digital_signature=False,
            content_commitment=False,
            key_encipherment=False,
            data_encipherment=False,
            key_agreement=False,
            key_cert_sign=True,
            crl_sign=True,
            encipher_only=False,
            decipher_only=False,
        )
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + _CA_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(
                x509.NameConstraints([x509.DNSName(domain) for domain in CLOUD_DOMAINS], excluded_subtrees=None),
                critical=True,
            )
            .sign(key, hashes.SHA256())
        )
        self._key_file.unlink(missing_ok=True)
        self._key_file.touch(mode=0o600)
        self._key_file.write_bytes(_pem(key))
        self.bundle.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        # Functions read it as another user, whatever the umask.
        self.bundle.chmod(0o644)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _server_context(chain: bytes, key: bytes) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    # The ssl module reads keys from files only; NamedTemporaryFile makes them 0600 and removes them.
    with tempfile.NamedTemporaryFile() as file:
        file.write(chain.rstrip() + b"\n" + key)
        file.flush()
        context.load_cert_chain(file.name)
    return context
