"""Custom domains by the official client."""

from __future__ import annotations

import datetime
from typing import Any

import httpx
import pytest
from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from unit.localcloud.alibaba.fc.served_fc import Refused, ServedFc, create_function

NAME = "www.example.com"


def certificate(name: str = NAME) -> tuple[str, str]:
    """A self-signed certificate and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return built.public_bytes(Encoding.PEM).decode(), private.decode()


def body(**changes: Any) -> dict[str, Any]:
    route = {"path": "/*", "functionName": "f", "qualifier": "LATEST", "methods": ["GET"]}
    return {"domainName": NAME, "protocol": "HTTP", "routeConfig": {"routes": [route]}} | changes


def create(client: Client, **changes: Any) -> m.CustomDomain:
    given = m.CreateCustomDomainInput().from_map(body(**changes))
    return client.create_custom_domain(m.CreateCustomDomainRequest(body=given)).body


@pytest.fixture
def made(client: Client) -> Client:
    create_function(client)
    return client


def test_a_domain_from_birth_to_death(made: Client, served: ServedFc) -> None:
    born = create(made)
    assert (born.domain_name, born.account_id, born.api_version) == (NAME, served.account, "2023-03-30")
    read = made.get_custom_domain(NAME).body.to_map()
    assert read["routeConfig"]["routes"][0]["path"] == "/*"
    resolved = served.do(lambda: served.cloud.resolve(NAME))
    assert resolved is not None and resolved[1]["account"] == served.account
    with Refused("DomainNameAlreadyExists", 409, NAME):
        create(made)
    waf = m.UpdateCustomDomainInput().from_map({"wafConfig": {"enableWAF": True}})
    made.update_custom_domain(NAME, m.UpdateCustomDomainRequest(body=waf))
    changed = made.get_custom_domain(NAME).body
    assert changed.waf_config.enable_waf is True
    assert changed.route_config.routes[0].function_name == "f"
    listed = made.list_custom_domains(m.ListCustomDomainsRequest(prefix="www")).body
    assert [domain.domain_name for domain in listed.custom_domains] == [NAME]
    made.delete_custom_domain(NAME)
    assert served.do(lambda: served.cloud.resolve(NAME)) is None
    with Refused("DomainNameNotFound", 404, NAME):
        made.get_custom_domain(NAME)
    with Refused("DomainNameNotFound", 404):
        made.delete_custom_domain(NAME)
    with Refused("DomainNameNotFound", 404):
        made.update_custom_domain(NAME, m.UpdateCustomDomainRequest(body=waf))


def test_a_domain_is_one_accounts_in_one_region(made: Client, served: ServedFc) -> None:
    create(made)
    far = served.client(endpoint=f"{served.account}.cn-shanghai.fc.aliyuncs.com")
    create_function(far)
    with Refused("DomainNameAlreadyExists", 409):
        create(far)


def test_a_domain_is_served_with_its_own_certificate(made: Client, served: ServedFc) -> None:
    chain, key = certificate()
    config = {"certName": "c", "certificate": chain, "privateKey": key}
    create(made, protocol="HTTP,HTTPS", certConfig=config)
    shown = made.get_custom_domain(NAME).body.cert_config
    assert (shown.cert_name, shown.certificate, shown.private_key) == ("c", chain, None)
    found = served.do(lambda: served.service.certificate(NAME))
    assert found is not None and (found.chain, found.key) == (chain.encode(), key.encode())
    assert served.do(lambda: served.service.certificate("other.example.com")) is None
    with (
        httpx.Client(proxy=f"http://127.0.0.1:{served.port}", verify=served.trust, trust_env=False) as http,
        pytest.raises(httpx.ConnectError, match="self-signed"),
    ):
        http.get(f"https://{NAME}/")


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"domainName": None}, "InvalidArgument", "domainName is required"),
        ({"domainName": "localhost"}, "InvalidArgument", "'localhost' is invalid"),
        ({"domainName": "a_b.example.com"}, "InvalidArgument", "is invalid"),
        ({"domainName": "10.0.0.1"}, "InvalidArgument", "is invalid"),
        ({"protocol": "FTP"}, "InvalidArgument", "protocol must be one of"),
        ({"protocol": "HTTPS"}, "InvalidArgument", "certConfig is required for protocol HTTPS"),
        ({"routeConfig": {"routes": [{"path": "a", "functionName": "f"}]}}, "InvalidArgument", "must begin with /"),
        ({"routeConfig": {"routes": [{"path": "/"}]}}, "InvalidArgument", "functionName is required"),
        ({"routeConfig": {"routes": [{"path": "/", "functionName": "g"}]}}, "FunctionNotFound", "'g'"),
        ({"routeConfig": {"routes": [{"path": "/", "functionName": "f", "qualifier": "x"}]}}, "AliasNotFound", "'x'"),
        (
            {"routeConfig": {"routes": [{"path": "/", "functionName": "f", "methods": ["GO"]}]}},
            "InvalidArgument",
            "'GO' is not one of",
        ),
        ({"tlsConfig": {"minVersion": "SSLv3"}}, "InvalidArgument", "tlsConfig.minVersion must be one of"),
        ({"authConfig": {"authType": "basic"}}, "InvalidArgument", "authConfig.authType must be one of"),
    ],
)
def test_what_is_refused(made: Client, served: ServedFc, changes: dict[str, Any], code: str, words: str) -> None:
    with Refused(code, 400 if code == "InvalidArgument" else 404, words):
        create(made, **changes)
    assert made.list_custom_domains(m.ListCustomDomainsRequest()).body.custom_domains == []


def test_certificates_that_are_refused(made: Client) -> None:
    chain, key = certificate()
    _, other = certificate()
    cases = (
        ({"certName": "c", "certificate": "x", "privateKey": key}, "certificate is not a PEM certificate"),
        ({"certName": "c", "certificate": chain, "privateKey": "x"}, "privateKey is not a PEM private key"),
        ({"certName": "c", "certificate": chain, "privateKey": other}, "does not belong"),
        ({"certName": "c", "certificate": chain}, "privateKey is required"),
        ({"certificate": chain, "privateKey": key}, "certName is required"),
    )
    for config, words in cases:
        with Refused("InvalidArgument", 400, words):
            create(made, protocol="HTTPS", certConfig=config)
