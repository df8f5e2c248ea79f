"""What leads calls to a function: aliases, triggers and domains."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from unit.tencent.declared import APP_ID, declare, function
from yunfn.exceptions import ValidationError
from yunfn.tencent import (
    Alias,
    CosSource,
    CustomDomain,
    HeaderMatch,
    HttpSource,
    Rewrite,
    Route,
    TimerSource,
    Trigger,
)


@pytest.mark.parametrize(
    ("property", "alias"),
    [
        ("alias_name", {"alias_name": "$LATEST"}),
        ("additional_weight", {"additional_version": "2"}),
        ("additional_version", {"additional_weight": 0.1}),
        ("additional_weight", {"additional_version": "2", "additional_weight": 1.1}),
        ("additional_version", {"version": "2", "additional_version": "2", "additional_weight": 0.1}),
        ("header_matches.header", {"header_matches": [HeaderMatch(version="2", header="", value="x")]}),
    ],
)
def test_an_alias_has_one_more_version_at_most_with_a_weight(property: str, alias: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        declare(lambda: Alias("a", function=function(), **alias))
    assert error.value.property == property


def test_an_alias_is_the_one_that_calls_without_a_name_get_unless_named() -> None:
    def program() -> None:
        f = function()
        Alias("live", function=f)
        matches = [HeaderMatch(version="2", header="X-User", value="[1,9]", whole_number=True)]
        Alias("test", function=f, alias_name="test", version="1", header_matches=matches)

    made = declare(program).of("Alias")
    assert {name: each["aliasName"] for name, each in made.items()} == {
        "live-alias": "$DEFAULT",
        "test-alias": "test",
    }
    assert made["test-alias"]["headerMatches"] == [
        {"version": "2", "header": "X-User", "method": "range", "expression": "[1,9]"}
    ]


def test_triggers_are_bound_to_an_alias_never_to_latest() -> None:
    def program() -> None:
        f = function()
        alias = Alias("live", function=f)
        web = Trigger("web", alias=alias, source=HttpSource(auth="anonymous"))
        Trigger("tick", function=f, source=TimerSource(cron="0 0 3 * * * *", enabled=False))
        Trigger("put", function=f, qualifier="staff", source=CosSource(bucket=f"pics-{APP_ID}"))
        CustomDomain("d", domain_name="a.example.com", routes=[Route(path="/*", alias=alias)], opts=None)
        pulumi.export("url", web.url)

    made = declare(program).of("Trigger")
    assert {name: (t["qualifier"], t.get("triggerName"), t["enabled"]) for name, t in made.items()} == {
        "web-trigger": ("$DEFAULT", "web", True),
        "tick-trigger": ("$DEFAULT", "tick", False),
        "put-trigger": ("staff", None, True),
    }
    for bind in ({}, {"qualifier": "1"}):
        with pytest.raises(ValidationError):
            declare(lambda bind=bind: (function(), Trigger("t", source=HttpSource(), **bind)))  # type: ignore[misc]
    with pytest.raises(ValidationError, match="either alias or function"):
        f = function
        declare(lambda: Trigger("t", source=HttpSource(), function=(one := f()), alias=Alias("live", function=one)))
    with pytest.raises(ValidationError, match="bypasses every alias"):
        declare(lambda: Trigger("t", function=function(), qualifier="$LATEST", source=HttpSource()))
    # What is refused is not advised.
    with pytest.raises(ValidationError, match=r"or give alias=$"):
        declare(lambda: Trigger("t", function=function(), source=HttpSource()))
    with pytest.raises(ValidationError, match="named after what it listens to"):
        declare(
            lambda: Trigger("t", function=function(), qualifier="1", trigger_name="t", source=CosSource(bucket="b"))
        )


@pytest.mark.parametrize(
    ("property", "domain"),
    [
        ("domain_name", {"domain_name": "Example.com"}),
        ("protocol", {"protocol": "FTP"}),
        ("certificate_id", {"protocol": "HTTPS"}),
        ("certificate_id", {"protocol": "HTTP", "certificate_id": "c"}),
        ("routes", {"routes": []}),
    ],
)
def test_a_domain_that_would_be_refused(property: str, domain: dict[str, Any]) -> None:
    def program() -> None:
        alias = Alias("live", function=function())
        CustomDomain("d", **{"domain_name": "a.example.com", "routes": [Route(path="/*", alias=alias)], **domain})

    with pytest.raises(ValidationError) as error:
        declare(program)
    assert error.value.property == property


def test_a_domain_over_https_leads_paths_to_aliases() -> None:
    def program() -> None:
        f = function()
        release = Alias("release", function=f)
        test = Alias("test", function=f, alias_name="test")
        routes = [
            Route(path="/", alias=release),
            Route(path="/test/*", alias=test, rewrites=[Rewrite(kind="wildcard", match="/test/*", replacement="/$1")]),
        ]
        CustomDomain("d", domain_name="a.example.com", routes=routes, certificate_id="hMMBPdz0", web_firewall="waf-1")

    made = declare(program).of("CustomDomain")["d-domain"]
    assert (made["protocol"], made["certificateId"]) == ("HTTPS", "hMMBPdz0")
    assert made["wafConfig"] == {"wafOpen": "OPEN", "wafInstanceId": "waf-1"}
    assert made["endpoints"] == [
        {"namespace": "dev-s", "functionName": "dev-fn", "qualifier": "$DEFAULT", "pathMatch": "/"},
        {
            "namespace": "dev-s",
            "functionName": "dev-fn",
            "qualifier": "test",
            "pathMatch": "/test/*",
            "pathRewrite": [{"path": "/test/*", "type": "WildcardRules", "rewrite": "/$1"}],
        },
    ]


def test_a_domain_may_speak_both_protocols() -> None:
    def program() -> None:
        route = Route(path="/*", alias=Alias("live", function=function()))
        CustomDomain("d", domain_name="a.example.com", routes=[route], protocol="HTTP,HTTPS", certificate_id="hMMBPdz0")

    assert declare(program).of("CustomDomain")["d-domain"]["protocol"] == "HTTP&HTTPS"


@pytest.mark.parametrize("path", ["a", "/a/", "/*/a", "/a*", "//", "", "/a b"])
def test_a_path_that_scf_does_not_know(path: str) -> None:
    with pytest.raises(ValidationError) as error:
        declare(lambda: Route(path=path, alias=Alias("live", function=function())).settings("d"))
    assert error.value.property == "routes.path"
