"""What single rules see, and what they must not say: severities, places, and never a secret."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yunfn.access import documents, tables
from yunfn.access.findings import lint, lint_environment, lint_role, malformed
from yunfn.access.findings.names import is_everything, may_cover, shape
from yunfn.access.grammar import CAM, RAM
from yunfn.access.patterns import covers
from yunfn.exceptions import PolicyDocumentError

KEY = "LTAI5tQ7wErTy3uIoPaSdFgH"
RANDOM = "q1W2e3R4t5Y6u7I8o9P0aSdFgHjKlZ"


def found(*statements: Any, indent: int | None = None) -> list[tuple[str, str, str]]:
    """(number, severity, path) of each finding in a RAM document."""
    text = json.dumps({"Version": "1", "Statement": list(statements)}, indent=indent)
    return [(each.id[-3:], each.severity, each.path) for each in lint(documents.parse(text))]


def allow(action: Any, resource: Any, **condition: Any) -> dict[str, Any]:
    made = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**made, "Condition": condition} if condition else made


def test_the_nearest_name_is_suggested() -> None:
    text = json.dumps({"Version": "1", "Statement": [allow("oss:GetObjects", "acs:oss:*:*:b/*")]})
    (finding,) = lint(documents.parse(text, source="p.json"))
    assert finding.remedy == "Write oss:GetObject, if that is what is meant."
    assert (finding.path, finding.line, finding.source) == ("Statement[0].Action", 1, "p.json")


def test_nothing_is_unknown_where_the_table_has_gaps() -> None:
    table = tables.table(RAM, "ecs")
    assert table is not None
    assert not table.complete
    assert not found(allow("ecs:DoSomethingNew", "acs:ecs:*:*:instance/i"))
    assert not found(allow("nobodysservice:Do", "acs:nobodysservice:*:*:x"))


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("oss:GetObject", "*", ("003", "warning")),
        ("oss:ListObjects", "*", ("003", "info")),
        ("ecs:DescribeInstances", "*", ("003", "info")),
        ("oss:GetObject", "acs:oss:*:*:*", ("004", "warning")),
        ("oss:GetObject", "acs:oss:*:*:*/*", ("004", "warning")),
        ("oss:GetObject", "acs:oss:cn-hangzhou:123456789012:*", ("004", "warning")),
        ("oss:GetObject", "acs:*:*:*:*", ("003", "warning")),
        ("oss:GetObject", "acs:oss:*:*:b*/*", None),
        ("oss:GetObject", "acs:oss:*:*:b/*", None),
        ("ots:GetRow", "acs:ots:*:*:instance/*/table/*", ("004", "warning")),
        ("ots:GetRow", "acs:ots:*:*:instance/a/table/*", None),
        ("oss:ListBuckets", "acs:oss:*:*:*", None),
        ("ecs:CreateNetworkInterface", "*", None),
        ("oss:?*", "acs:oss:*:*:b/*", ("007", "warning")),
        ("o?s:*", "acs:oss:*:*:b/*", ("007", "warning")),
        ("*:Get*", "*", ("003", "warning")),
        ("*ss:PutObject", "acs:*:*:*:*", ("003", "warning")),
        ("oss:PutObject", "acs:o*:*:*:*", ("004", "warning")),
        ("kms:Decrypt", "acs:kms:*:*:key/?*", ("004", "warning")),
        ("*", "acs:oss:*:*:b/*", ("007", "warning")),
        ("*:*", "acs:*:*:*:*", ("005", "error")),
    ],
)
def test_how_wide_is_too_wide(action: str, resource: str, expected: tuple[str, str] | None) -> None:
    wide = [each[:2] for each in found(allow(action, resource)) if each[0] in ("003", "004", "005", "007")]
    assert wide == ([expected] if expected else [])


def test_a_condition_on_what_is_touched_narrows_and_one_on_where_from_does_not() -> None:
    tagged = {"StringEquals": {"acs:ResourceTag/team": "orders"}}
    assert not found(allow("oss:GetObject", "*", **tagged))
    assert found(allow("oss:GetObject", "*", IpAddress={"acs:SourceIp": "192.0.2.7"}))


def test_a_variable_is_any_name() -> None:
    assert not found(allow("oss:GetObject", "acs:oss:*:*:home-${acs:UserName}/*"))


def test_a_resource_too_many_only_informs() -> None:
    """OSS's own example of a policy for uploads names the bucket beside its objects."""
    paths = found(allow("oss:PutObject", ["acs:oss:*:*:b/*", "acs:oss:*:*:b"]))
    assert paths == [("002", "info", "Statement[0].Resource[1]")]


def test_a_trust_by_account_number_is_milder() -> None:
    trust = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"RAM": ["acs:ram::123456789012:root"]}}
    assert found(trust) == [("009", "info", "Statement[0].Principal.RAM[0]")]
    assert not found({**trust, "Condition": {"StringEquals": {"sts:ExternalId": "a-name"}}})
    anybody = {**trust, "Principal": {"RAM": "*"}, "Condition": {"Bool": {"acs:MFAPresent": "true"}}}
    assert found(anybody) == [("009", "warning", "Statement[0].Principal.RAM")]


@pytest.mark.parametrize(
    ("kind", "name", "severity"),
    [
        ("RAM", "acs:ram::*:role/worker", "error"),
        ("RAM", "acs:ram::12345678901?:root", "error"),
        ("Service", "*.aliyuncs.com", "error"),
        ("RAM", "acs:ram::123456789012:role/*", "info"),
        ("RAM", "acs:ram::123456789012:role/worker", ""),
        # Tablestore's own account, by which its triggers call.
        ("RAM", "acs:ram::1604337383174619:root", ""),
        ("RAM", "acs:ram::1604337383174619:user/*", "info"),
        ("Service", "fc.aliyuncs.com", ""),
    ],
)
def test_a_wildcard_trusts_whoever_it_can_be(kind: str, name: str, severity: str) -> None:
    trust = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {kind: [name]}}
    assert [each[:2] for each in found(trust)] == ([("009", severity)] if severity else [])


def test_an_account_left_out_of_a_name_of_cam_is_the_own_one() -> None:
    statement = {"effect": "allow", "action": "cos:GetObject", "resource": "qcs::cos:::pics-1250000000/*"}
    assert not lint(documents.parse(json.dumps({"version": "2.0", "statement": [statement]})))


def test_a_token_of_any_holder_is_too_much_trust() -> None:
    provider = {"Federated": ["acs:ram::123456789012:oidc-provider/github"]}
    trust = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": provider}
    issuer = {"StringEquals": {"oidc:iss": "https://token.example.com"}}
    subject = {"StringEquals": {"oidc:iss": "https://token.example.com", "oidc:sub": "repo:shop"}}
    assert found({**trust, "Condition": issuer}) == [("009", "warning", "Statement[0].Principal.Federated[0]")]
    assert not found({**trust, "Condition": subject})


def test_a_deny_in_another_policy_of_the_role_takes_all_away() -> None:
    everything = json.dumps({"Version": "1", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
    deny = documents.parse(everything, source="lock")
    one = documents.parse(json.dumps({"Version": "1", "Statement": [allow("oss:GetObject", "acs:oss:*:*:b/*")]}))
    assert not lint(deny)
    assert [(each.id, each.source) for each in lint_role([one, deny])] == [("YF-RAM-016", "lock")]


@pytest.mark.parametrize("place", ["Sid", "Resource", "Action", "key", "value"])
def test_no_finding_ever_holds_the_secret(place: str) -> None:
    statement = allow(["oss:GetObject"], ["acs:oss:*:*:b/*", "acs:oss:*:*:b"])
    match place:
        case "Sid":
            statement["Sid"] = f"for {KEY}"
        case "Resource":
            statement["Resource"] = [f"acs:oss:*:*:{KEY}", "*"]
        case "Action":
            statement["Action"] = [f"oss:{KEY}"]
        case "key":
            statement["Condition"] = {"StringEquals": {f"oss:{KEY}": "x"}}
        case "value":
            statement["Condition"] = {"StringEquals": {"acs:token": RANDOM}}
    given = lint(documents.parse(json.dumps({"Version": "1", "Statement": [statement]}), source="p"))
    assert "YF-RAM-012" in {each.id for each in given}
    assert KEY not in str(given)
    assert RANDOM not in str(given)


def test_a_malformed_document_is_told_without_the_secret_in_it() -> None:
    text = json.dumps({"Version": "1", "AccessKeySecret": RANDOM, "Statement": [{"Effect": KEY}]})
    with pytest.raises(PolicyDocumentError) as refused:
        documents.parse(text)
    given = malformed(refused.value, text)
    assert {each.id for each in given} == {"YF-RAM-000", "YF-RAM-012"}
    assert KEY not in str(given)
    assert RANDOM not in str(given)


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("ANY", KEY, True),
        ("ANY", "AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA", True),
        ("ANY", "-----BEGIN RSA PRIVATE KEY-----\nMIIE…", True),
        ("URL", "postgres://app:correct-horse@db/shop", True),
        ("URL", "postgres://app@db/shop", False),
        ("ALI_ACCESS_KEY_SECRET", RANDOM, True),
        ("DB_PASSWORD", "hunter2hunter2", True),
        ("DB_PASSWORD", "yunfn-kms:ali:YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXo=", False),
        ("DB_PASSWORD", "${db_password}", False),
        ("PWD", "/code", False),
        ("TOKEN_LIFETIME", "3600", False),
        ("SECRET_NAME", "orders-database-password-v2", False),
        ("API_KEY", "see-the-vault", False),
        ("HASH", "9f86d081884c7d659a2feaa0c55ad015", False),
        ("ANY", "LTAIxxxxxxxxxxxxxxxx", False),
        ("ANY", "LTAI****************", False),
        ("DB_PASS", "hunter2hunter2", True),
        ("BYPASS", "always-here", False),
        ("CONFIG", json.dumps({"db": {"password": "hunter2hunter2"}}), True),
        ("CONFIG", json.dumps({"db": {"password": "${db_password}", "host": "db"}}), False),
        ("CONFIG", base64.b64encode(json.dumps({"id": KEY}).encode()).decode(), True),
        ("CONFIG", base64.urlsafe_b64encode(f"ÿÿ {KEY}".encode()).decode().rstrip("="), True),
        ("CONFIG", base64.b64encode(b"nothing to see in here").decode(), False),
        ("YUNFN_SECRETS_KEY", "0f8e1a2b-3c4d-5e6f-7a8b-9c0d1e2f3a4b", False),
    ],
)
def test_what_is_a_secret(name: str, value: str, secret: bool) -> None:
    given = lint_environment({name: value}, "env")
    assert bool(given) is secret
    assert value not in str(given)


def test_the_key_tells_whose_finding_it_is() -> None:
    assert [each.id for each in lint_environment({"A": KEY, "B": "AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA"})] == [
        "YF-RAM-013",
        "YF-CAM-013",
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_places_are_those_that_the_reader_of_documents_tells(indent: int | None) -> None:
    conditions = {"IpAddress": {"acs:SourceIp": "0.0.0.0/0"}}
    statements = [
        allow(["oss:GetObject", "oss:*"], "*"),
        {"Sid": 'käse "\\u00e9', **allow("ots:*", ["acs:ots:*:*:instance/a", "*"], **conditions)},
    ]
    document = documents.parse(json.dumps({"Statement": statements, "Version": "1"}, indent=indent))
    given = lint(document)
    assert len(given) > 5
    assert all(each.line == documents.line_of(document, each.path) for each in given)


def test_a_document_longer_than_any_cloud_takes_is_linted_in_time_and_by_the_same_places() -> None:
    statements = [
        allow(["oss:GetObject", "ram:*"], f"acs:ram::{number:012}:role/r*x*{number}") for number in range(300)
    ]
    document = documents.parse(json.dumps({"Version": "1", "Statement": statements}, indent=1))
    began = time.process_time()
    given = lint(document)
    assert time.process_time() - began < 10
    assert {each.id for each in given} >= {"YF-RAM-002", "YF-RAM-007"}
    assert all(each.line == documents.line_of(document, each.path) for each in given)
    assert given[-1].path.startswith("Statement[299]")


def test_a_name_on_a_line_and_its_value_on_the_next() -> None:
    text = '{"Version":"1","Statement":[{"Effect":"Allow",\n"Action":\n"oss:*",\n"Resource":\n\n"acs:oss:*:*:b"}]}'
    document = documents.parse(text)
    lines = [(each.path, each.line) for each in lint(document)]
    assert lines == [("Statement[0].Action", 2)]
    assert documents.line_of(document, "Statement[0].Action") == 2


def test_of_two_equal_statements_the_later_is_too_many() -> None:
    same = allow("oss:GetObject", "acs:oss:*:*:b/*")
    assert found(same, dict(same)) == [("015", "info", "Statement[1]")]
    assert found(same, allow("oss:GetObject", "acs:oss:*:*:b/x/*")) == [("015", "info", "Statement[1]")]
    assert found(allow("oss:GetObject", "acs:oss:*:*:b/x/*"), same) == [("015", "info", "Statement[0]")]
    limited = allow("oss:GetObject", "acs:oss:*:*:b/*", Bool={"acs:SecureTransport": "true"})
    assert found(same, limited) == [("015", "info", "Statement[1]")]
    assert not found(limited, {**same, "Effect": "Deny", "Resource": "acs:oss:*:*:b/x/*"})


def test_a_document_that_was_made_has_paths_without_lines() -> None:
    document = documents.parse('{"version":"2.0","statement":{"effect":"allow","action":"*","resource":"*"}}')
    assert [(each.path, each.line) for each in lint(document)] == [("statement.action", 1)]
    made = type(document)(CAM, document.statements)
    assert [(each.path, each.line) for each in lint(made)] == [("statement[0].action[0]", None)]


def test_in_tables_what_varies_is_whole_parts_of_a_name() -> None:
    """The linter reads names that no table knows as one and the same, which is right only then."""
    for grammar in (RAM, CAM):
        for service in tables.services(grammar):
            table = tables.table(grammar, service)
            assert table is not None
            for row in table.actions.values():
                for form in row.resources:
                    parts = form.replace(":", "/").split("/")
                    assert all("*" not in part or part in ("*", "**") for part in parts), form


GLOBS = st.text(alphabet="ab/*?", max_size=8)


@settings(max_examples=300, deadline=None)
@given(wide=GLOBS, narrow=GLOBS)
def test_a_glance_never_misses_what_is_covered(wide: str, narrow: str) -> None:
    assert may_cover(wide, narrow) or not covers(wide, narrow)


def test_names_of_everything() -> None:
    assert all(map(is_everything, ("*", "**", "?*", "acs:*", "acs:*:*:*:*", "qcs::*:::*")))
    assert not any(map(is_everything, ("acs:oss:*:*:*", "?", "??*", "acs:", "qcs::cos:::*", "a*")))
    assert shape("acs:oss:*:*:b-${acs:UserName}/x", frozenset(("acs", "oss", "/", ":"))) == "acs:oss:*:*:b-*/n"
