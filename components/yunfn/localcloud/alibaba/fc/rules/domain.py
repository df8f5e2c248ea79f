"""What a custom domain must say (FCD "CreateCustomDomain")."""

from __future__ import annotations

import ssl
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.rules.trigger import AUTH_TYPES, METHODS

PROTOCOLS = ("HTTP", "HTTPS", "HTTP,HTTPS")
_TLS_VERSIONS = ("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")


def check_domain(document: dict[str, Any]) -> None:
    """Raise InvalidArgument for the first rule a custom domain's merged document breaks."""
    fields = Fields(document)
    protocol = fields.choice("protocol", PROTOCOLS) or "HTTP"
    for route in fields.inner("routeConfig").blocks("routes"):
        path = route.required("path")
        if not path.startswith("/"):
            raise InvalidArgument(f"{route.name('path')} '{path}' must begin with /")
        route.required("functionName")
        route.text("qualifier")
        for method in route.texts("methods") or []:
            if method not in METHODS:
                raise InvalidArgument(f"{route.name('methods')}: '{method}' is not one of {', '.join(METHODS)}")
        rewrite = route.inner("rewriteConfig")
        for kind in ("equalRules", "regexRules", "wildcardRules"):
            for rule in rewrite.blocks(kind):
                rule.required("match")
                rule.required("replacement")
    certificate = fields.inner("certConfig")
    if "HTTPS" in protocol and not certificate.text("certificate"):
        raise InvalidArgument(f"certConfig is required for protocol {protocol}")
    if certificate.text("certificate"):
        check_certificate(certificate)
    tls = fields.inner("tlsConfig")
    tls.choice("minVersion", _TLS_VERSIONS)
    tls.choice("maxVersion", _TLS_VERSIONS)
    tls.texts("cipherSuites")
    fields.inner("authConfig").choice("authType", AUTH_TYPES)
    fields.inner("wafConfig").flag("enableWAF")


def check_certificate(config: Fields) -> None:
    """Raise unless certName, a PEM chain and the private key of its first certificate are there."""
    config.required("certName")
    chain, key = config.required("certificate"), config.required("privateKey")
    try:
        leaf = x509.load_pem_x509_certificates(chain.encode())[0]
    except (ValueError, IndexError, ssl.SSLError):
        raise InvalidArgument("certConfig.certificate is not a PEM certificate") from None
    try:
        private = load_pem_private_key(key.encode(), None)
    except (ValueError, TypeError):
        raise InvalidArgument("certConfig.privateKey is not a PEM private key") from None

    def public(of: Any) -> bytes:
        data: bytes = of.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return data

    if public(private) != public(leaf):
        raise InvalidArgument("certConfig.privateKey does not belong to certConfig.certificate")
