"""Custom domains: where a path goes, what becomes of it, and whose certificate is shown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from unit.localcloud.tencent.scf.dataplane.workshop import Workshop
from yunfn.localcloud.tencent.scf.dataplane.custom_domain import rewrite, route
from yunfn.localcloud.tencent.scf.dataplane.exceptions import PathNotMapped, ProtocolNotServed

PATH = "def main_handler(event, context): return [context['function_name'], context['function_version'], event['path']]"


def domain(*endpoints: dict[str, Any], protocol: str = "HTTP&HTTPS") -> dict[str, Any]:
    return {"Domain": "www.example.com", "Protocol": protocol, "EndpointsConfig": list(endpoints)}


def to(name: str, path: str, *rewrites: dict[str, str]) -> dict[str, Any]:
    return {"FunctionName": name, "Qualifier": "1", "PathMatch": path, "PathRewrite": list(rewrites)}


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "root"), ("/a", "exact"), ("/a/", "under"), ("/a/x", "under"), ("/a/b", "deep"), ("/a/b/c", "deep"),
        ("/other", "all"), ("/ab", "all"),
    ],
)  # fmt: skip
def test_the_mapping_that_fits_best(path: str, name: str) -> None:
    endpoints = [to("all", "/*"), to("under", "/a/*"), to("exact", "/a"), to("deep", "/a/b/*"), to("root", "/")]
    assert route(domain(*endpoints), "https", path).function == name


def test_without_a_mapping_or_by_another_protocol() -> None:
    only = domain(to("f", "/a"), protocol="HTTPS")
    with pytest.raises(PathNotMapped):
        route(only, "https", "/a/b")
    with pytest.raises(ProtocolNotServed):
        route(only, "http", "/a")


@pytest.mark.parametrize(
    ("path", "became"),
    [("/aa/bb/c/d", "/c/d"), ("/aa/bb", "/"), ("/aa/x", "/v1/x"), ("/aa/exact", "/once"), ("/b", "/b")],
)
def test_rewrites(path: str, became: str) -> None:
    rules = [
        {"Path": "/aa/*", "Type": "WildcardRules", "Rewrite": "/v1/$1"},
        {"Path": "/aa/bb/*", "Type": "WildcardRules", "Rewrite": "/$"},
        {"Path": "/aa/exact", "Type": "ExactRules", "Rewrite": "/once"},
    ]
    assert rewrite(rules, path) == became


async def test_a_domain_leads_to_functions_by_path(workshop: Workshop) -> None:
    for name in ("one", "two"):
        await workshop.deploy(name, PATH)
    await workshop.publish("two")
    rewriting = [{"Path": "/two/*", "Type": "WildcardRules", "Rewrite": "/$"}]
    shared = {"Namespace": "default"}
    endpoints = [
        {"FunctionName": "one", "Qualifier": "$LATEST", "PathMatch": "/*", **shared},
        {"FunctionName": "two", "Qualifier": "1", "PathMatch": "/two/*", "PathRewrite": rewriting, **shared},
    ]
    await workshop.api("CreateCustomDomain", Domain="www.example.com", Protocol="HTTP", EndpointsConfig=endpoints)
    answer = await workshop.client.get("http://www.example.com/a%20b?q")
    assert json.loads(answer.text) == ["one", "$LATEST", "/a%20b"], answer.text
    answer = await workshop.client.get("http://www.example.com/two/x")
    assert json.loads(answer.text) == ["two", "1", "/x"]
    refused = await workshop.client.get("https://www.example.com/")
    assert (refused.status_code, refused.json()["statusCode"]) == (403, 403)
