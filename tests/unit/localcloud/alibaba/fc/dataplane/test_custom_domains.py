"""Custom domains: routes, methods, protocols, rewriting."""

from __future__ import annotations

from typing import Any

import pytest

from unit.localcloud.alibaba.fc.dataplane.workshop import Workshop
from yunfn.localcloud.alibaba.fc.dataplane.custom_domain import rewrite, route
from yunfn.localcloud.alibaba.fc.dataplane.exceptions import MethodNotAllowed, ProtocolNotAllowed, RouteNotFound


def domain(*routes: dict[str, Any], protocol: str = "HTTP,HTTPS") -> dict[str, Any]:
    return {"domainName": "www.example.com", "protocol": protocol, "routeConfig": {"routes": list(routes)}}


def test_the_longest_path_wins_and_an_exact_one_before_it() -> None:
    paths = ("/*", "/a/*", "/a/b/*", "/a/b/c", "/only")
    document = domain(*({"path": path, "functionName": f"f{number}"} for number, path in enumerate(paths)))
    for path, function in (("/", 0), ("/x", 0), ("/a", 1), ("/a/x", 1), ("/a/b/x", 2), ("/a/b/c", 3), ("/only", 4)):
        assert route(document, "https", "GET", path).function == f"f{function}"
    with pytest.raises(RouteNotFound):
        route(domain({"path": "/only", "functionName": "f"}), "https", "GET", "/onl")


def test_methods_and_protocols_hold() -> None:
    document = domain({"path": "/*", "functionName": "f", "methods": ["GET"]}, protocol="HTTPS")
    assert route(document, "https", "GET", "/").qualifier == "LATEST"
    with pytest.raises(MethodNotAllowed):
        route(document, "https", "POST", "/")
    with pytest.raises(ProtocolNotAllowed):
        route(document, "http", "GET", "/")


@pytest.mark.parametrize(
    ("path", "becomes"),
    [
        ("/exact", "/equal"),
        ("/static/css/a.css", "/public/css/a.css"),
        ("/old/12/x", "/new/x/12"),
        ("/other", "/other"),
    ],
)
def test_rewriting_by_kind_of_rule(path: str, becomes: str) -> None:
    rules = {
        "equalRules": [{"match": "/exact", "replacement": "/equal"}],
        "wildcardRules": [{"match": "/static/*", "replacement": "/public/*"}],
        "regexRules": [
            {"match": r"^/old/(\d+)/(\w+)$", "replacement": "/new/$2/${1}"},
            {"match": "^/exact$", "replacement": "/never"},
        ],
    }
    assert rewrite(rules, path) == becomes


async def test_a_domains_request_reaches_the_function_rewritten(workshop: Workshop) -> None:
    source = "import json\ndef handler(event, context):\n    return {'statusCode': 200, 'body': event.decode()}\n"
    workshop.deploy("f", source)
    workshop.publish("f", 1)
    rules = {"wildcardRules": [{"match": "/api/*", "replacement": "/v1/*"}]}
    routes = [{"path": "/api/*", "functionName": "f", "qualifier": "1", "methods": ["GET"], "rewriteConfig": rules}]
    workshop.domain(domain(*routes))
    response = await workshop.client.get("https://www.example.com/api/a%2Fb?q=1")
    assert response.status_code == 200
    event = response.json()
    assert (event["rawPath"], event["queryParameters"]) == ("/v1/a%2Fb", {"q": "1"})
    assert event["requestContext"]["domainName"] == "www.example.com"
    assert response.headers["x-fc-invocation-function-version"] == "1"
    assert "content-disposition" not in response.headers
    refused = await workshop.client.get("https://www.example.com/else")
    assert (refused.status_code, refused.json()["Code"]) == (404, "RouteNotFound")
    guarded = {**domain(*routes), "authConfig": {"authType": "function"}}
    workshop.domain(guarded)
    assert (await workshop.client.get("https://www.example.com/api/a")).status_code == 403
