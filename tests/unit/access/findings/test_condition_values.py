"""Values of conditions that cannot be what their operator compares with, and those that may be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yunfn.access import documents
from yunfn.access.findings import lint


def told(operator: str, value: Any, effect: str = "Allow", key: str = "acs:x") -> list[str]:
    """The messages of 019 on a condition; an operator with a small letter is CAM's."""
    ram = operator[0].isupper()
    written = {
        "Effect": effect,
        "Action": "oss:GetObject" if ram else "cos:GetObject",
        "Resource": "acs:oss:*:*:b/*" if ram else "qcs::cos::uid/1:b-1/*",
        "Condition": {operator: {key: value}},
    }
    if ram:
        document = {"Version": "1", "Statement": [written]}
    else:
        statement = {name.lower(): each for name, each in written.items()} | {"effect": effect.lower()}
        document = {"version": "2.0", "statement": [statement]}
    return [each.message for each in lint(documents.parse(json.dumps(document))) if each.id.endswith("-019")]


@pytest.mark.parametrize(
    ("operator", "value", "kind"),
    [
        ("IpAddress", "10.0.0.300", "address"),
        ("NotIpAddress", "10.0.0.0/33", "address"),
        ("ip_equal", "office", "address"),
        ("DateLessThan", "tomorrow", "date"),
        ("DateGreaterThan", "2026-02-30T00:00:00Z", "date"),
        ("date_less_than", "2026/1/31 25:00", "date"),
        ("Bool", "yes", "boolean"),
        ("bool_equal_if_exist", "on", "boolean"),
        ("null_equal", "maybe", "boolean"),
        ("NumericLessThan", "many", "number"),
        ("numeric_equal", "10MB", "number"),
        ("NumericEquals", "nan", "number"),
    ],
)
def test_what_cannot_be_is_told(operator: str, value: str, kind: str) -> None:
    (message,) = told(operator, value)
    assert message.startswith(f"'{value}' is no {kind}: ")


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("IpAddress", "10.101.168.111/24"),
        ("IpAddress", "2001:db8::/32"),
        ("IpAddress", "010.001.0.0/16"),
        ("IpAddress", "10.0.0.0/255.0.0.0"),
        ("ip_equal", " 10.0.0.1"),
        ("ip_equal", "${qcs:ip}"),
        ("DateLessThan", "2019-08-12T17:00:00+08:00"),
        ("DateLessThan", "2019-08-12T17:00Z"),
        ("date_less_than", "2022/4/7 15:00:00"),
        ("date_less_than", 1760000000),
        ("Bool", True),
        ("bool_equal", "False"),
        ("NumericLessThan", 1e300),
        ("NumericLessThan", "-.5"),
        ("StringEquals", "10.0.0.300"),
        ("string_like", "tomorrow"),
    ],
)
def test_what_can_be_is_not(operator: str, value: Any) -> None:
    assert not told(operator, value)


def test_what_comes_of_it_is_said() -> None:
    assert told("IpAddress", "10.0.0.300", "Deny") == [
        "'10.0.0.300' is no address: the test of acs:x never holds, and the statement denies nothing"
    ]
    assert told("IpAddress", "10.0.0.300")[0].endswith("never holds, and the statement allows nothing")
    assert told("NotIpAddress", "10.0.0.300", "Deny")[0].endswith(
        "stops no request, and the statement denies as if it were not there"
    )
    assert told("IpAddress", ["10.0.0.300", "10.0.0.1"], "Deny") == [
        "'10.0.0.300' is no address: the statement denies by its other values only"
    ]
    assert told("ip_equal_if_exist", "10.0.0.300")[0].endswith("allows nothing that comes with one")


def test_the_value_is_the_place_and_no_secret_is_shown() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "oss:GetObject",
        "Resource": "acs:oss:*:*:b/*",
        "Condition": {"IpAddress": {"acs:SourceIp": ["10.0.0.1", "LTAI5tQ7wErTy3uIoPaSdFgH"]}},
    }
    found = lint(documents.parse(json.dumps({"Version": "1", "Statement": [statement]}, indent=1)))
    (value,) = (each for each in found if each.id == "YF-RAM-019")
    assert (value.path, value.severity) == ("Statement[0].Condition.IpAddress.acs:SourceIp[1]", "error")
    assert "5tQ7wErTy3" not in value.message


@pytest.mark.parametrize("padding", ["", " " * 20_000], ids=["short", "long"])
def test_of_two_spellings_of_a_key_the_one_with_the_value_is_the_place(padding: str) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "oss:GetObject",
        "Resource": "acs:oss:*:*:b/*",
        "Condition": {"IpAddress": {"acs:SourceIp": ["10.0.0.1"], "acs:sourceip": ["10.0.0.2", "10.0.0.300"]}},
    }
    text = json.dumps({"Version": "1", "Statement": [statement]}, indent=1) + padding
    found = [each for each in lint(documents.parse(text)) if each.id == "YF-RAM-019"]
    assert [each.path for each in found] == ["Statement[0].Condition.IpAddress.acs:sourceip[1]"]
