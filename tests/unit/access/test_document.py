"""RAM documents: merged, stable, within RAM's limits."""

from __future__ import annotations

import json
import random

import pytest

from yunfn.access import MAX_DOCUMENT, Statement, merge, oss, ram_document, trust_document
from yunfn.exceptions import ValidationError


def test_equal_statements_are_one() -> None:
    read = Statement(("oss:GetObject",), ("acs:oss:*:*:b/*",))
    assert merge([read, read]) == (read,)


def test_equal_actions_join_resources_and_equal_resources_join_actions() -> None:
    get_a, get_b = Statement(("g",), ("a",)), Statement(("g",), ("b",))
    put_a, put_b = Statement(("p",), ("a",)), Statement(("p",), ("b",))
    assert merge([put_b, get_a, get_b, put_a]) == (Statement(("g", "p"), ("a", "b")),)
    assert merge([get_a, put_b]) == (get_a, put_b)


def test_merging_never_grants_more() -> None:
    rng = random.Random(3)
    for _ in range(500):
        statements = [
            Statement(tuple(rng.sample("abc", rng.randint(1, 3))), tuple(rng.sample("xyz", rng.randint(1, 3))))
            for _ in range(rng.randint(1, 5))
        ]
        before = {(a, r) for s in statements for a in s.actions for r in s.resources}
        merged = merge(statements)
        assert {(a, r) for s in merged for a in s.actions for r in s.resources} == before
        shuffled = rng.sample(statements, len(statements))
        assert merge(shuffled) == merged


def test_a_deny_never_joins_an_allow() -> None:
    allow, deny = Statement(("a",), ("x",)), Statement(("a",), ("y",), "Deny")
    assert merge([deny, allow]) == (allow, deny)


def test_the_document_is_ram_version_1() -> None:
    statements = [*oss.write("bbb").statements(), *oss.read("bbb").statements()]
    assert json.loads(ram_document(statements, "test")) == {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": ["oss:GetObject", "oss:PutObject"], "Resource": ["acs:oss:*:*:bbb/*"]}
        ],
    }


def test_a_document_that_ram_would_refuse_is_an_error_here() -> None:
    many = [s for i in range(300) for s in oss.read(f"bucket-{i:03}").statements()]
    with pytest.raises(ValidationError, match=f"upload: grants=.*at most {MAX_DOCUMENT} characters"):
        ram_document(many, "upload")
    with pytest.raises(ValidationError, match="grants nothing"):
        ram_document([], "upload")


def test_trust_names_one_principal() -> None:
    service = json.loads(trust_document(service="fc.aliyuncs.com"))
    assert service["Statement"] == [
        {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": ["fc.aliyuncs.com"]}}
    ]
    root = json.loads(trust_document(ram="acs:ram::1604337383174619:root"))
    assert root["Statement"][0]["Principal"] == {"RAM": ["acs:ram::1604337383174619:root"]}
