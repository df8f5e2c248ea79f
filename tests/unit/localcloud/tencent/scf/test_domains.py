"""Custom domains: paths to functions, and certificates of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from tencentcloud.ssl.v20191205 import models as ssl_models
from tencentcloud.ssl.v20191205.ssl_client import SslClient

from support.tencent_sdk import asked, sdk_client
from support.tls import issue
from unit.localcloud.tencent.scf.conftest import Scf

OPEN_URL = '{"AuthType":"NONE","NetConfig":{"EnableIntranet":false,"EnableExtranet":true}}'


def endpoint(function: str, path: str = "/*", **changes: Any) -> dict[str, Any]:
    return {"Namespace": "default", "FunctionName": function, "Qualifier": "$DEFAULT", "PathMatch": path, **changes}


def test_a_domain_comes_changes_and_goes(scf: Scf) -> None:
    name = scf.function()
    trigger = {"FunctionName": name, "Type": "http", "TriggerName": "url", "Qualifier": "$DEFAULT"}
    scf.call("CreateTrigger", **trigger, TriggerDesc=OPEN_URL)
    rewrite = [{"Path": "/api/*", "Type": "WildcardRules", "Rewrite": "/"}]
    endpoints = [endpoint(name), endpoint(name, "/api/*", PathRewrite=rewrite)]
    scf.call(
        "CreateCustomDomain", Domain="www.example.com", Protocol="HTTP", EndpointsConfig=endpoints,
        Tags=[{"Key": "k", "Value": "v"}],
    )  # fmt: skip
    found = scf.raw("GetCustomDomain", Domain="www.example.com")
    found.pop("RequestId")
    assert found == {
        "Domain": "www.example.com",
        "Protocol": "HTTP",
        "EndpointsConfig": [endpoints[0] | {"PathRewrite": []}, endpoints[1]],
        "CertConfig": {"CertificateId": ""},
        "WafConfig": {"WafOpen": "CLOSE", "WafInstanceId": ""},
        "Tags": [{"Key": "k", "Value": "v"}],
    }
    scf.refused(
        "ResourceInUse", "CreateCustomDomain", Domain="www.example.com", Protocol="HTTP", EndpointsConfig=endpoints
    )
    (url,) = scf.raw("ListTriggers", FunctionName=name)["Triggers"]
    assert json.loads(url["BoundResources"]) == ["www.example.com"]
    scf.refused("FailedOperation.DeleteTrigger.UrlUsed", "DeleteTrigger", **trigger)
    scf.call("UpdateCustomDomain", Domain="www.example.com", WafConfig={"WafOpen": "OPEN", "WafInstanceId": "w"})
    found = scf.raw("GetCustomDomain", Domain="www.example.com")
    assert (found["WafConfig"]["WafOpen"], len(found["EndpointsConfig"])) == ("OPEN", 2)
    listed = scf.raw("ListCustomDomains", Filters=[{"Name": "Domain", "Values": ["www.example.com"]}])
    assert ([each["Domain"] for each in listed["Domains"]], listed["Total"]) == (["www.example.com"], 1)
    scf.call("DeleteCustomDomain", Domain="www.example.com")
    for action in ("GetCustomDomain", "DeleteCustomDomain"):
        scf.refused("FailedOperation.Domain.UnExist", action, Domain="www.example.com")
    assert scf.cloud.run(lambda cloud: cloud.resolve("www.example.com")) is None
    scf.call("DeleteTrigger", **trigger)


def test_what_domains_are_refused_for(scf: Scf) -> None:
    name = scf.function()
    for code, changes in (
        ("InvalidParameterValue.Domain", {"Domain": "*.example.com"}),
        ("InvalidParameterValue.Protocol", {"Protocol": "FTP"}),
        ("InvalidParameterValue.PathMatch", {"EndpointsConfig": [endpoint(name, "a")]}),
        ("InvalidParameterValue.EndpointsConfig", {"EndpointsConfig": [endpoint(name), endpoint(name)]}),
        ("InvalidParameterValue.EndpointsConfig", {"EndpointsConfig": []}),
        ("ResourceNotFound.Function", {"EndpointsConfig": [endpoint("nobody")]}),
        ("ResourceNotFound.Qualifier", {"EndpointsConfig": [endpoint(name, Qualifier="live")]}),
        ("InvalidParameterValue.CertConfig", {"Protocol": "HTTPS"}),
        ("FailedOperation.Ssl", {"Protocol": "HTTP&HTTPS", "CertConfig": {"CertificateId": "none"}}),
    ):
        wanted = {"Domain": "a.example.com", "Protocol": "HTTP", "EndpointsConfig": [endpoint(name)], **changes}
        scf.refused(code, "CreateCustomDomain", **wanted)


def test_https_is_served_with_the_domains_own_certificate(scf: Scf, tmp_path: Path) -> None:
    issued = issue("own.example.com")
    client = sdk_client(SslClient, scf.cloud.home, scf.cloud.port, "")
    certificate = asked(
        client, ssl_models, "UploadCertificate", CertificatePublicKey=issued.chain, CertificatePrivateKey=issued.key
    ).CertificateId
    scf.call(
        "CreateCustomDomain", Domain="own.example.com", Protocol="HTTPS", CertConfig={"CertificateId": certificate},
        EndpointsConfig=[endpoint(scf.function(), "/only")],
    )  # fmt: skip
    session = scf.cloud.session()
    with pytest.raises(requests.exceptions.SSLError):
        session.get("https://own.example.com/elsewhere")
    authority = tmp_path / "ca.pem"
    authority.write_text(issued.ca)
    session.verify = str(authority)
    assert session.get("https://own.example.com/elsewhere").status_code == 404
