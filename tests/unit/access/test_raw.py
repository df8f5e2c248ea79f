"""A document written by hand is a grant when the linter finds nothing in it, or nothing that is not meant."""

from __future__ import annotations

import json
from typing import Any

import pytest

from yunfn.access import cam_document, oss, ram_document, raw
from yunfn.access.statement import Condition
from yunfn.exceptions import PolicyDocumentError, PolicyFindingsError, ValidationError

READ = {
    "Version": "1",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "oss:GetObject",
            "Resource": "acs:oss:*:*:pictures/in/*",
            "Condition": {"Bool": {"acs:SecureTransport": "true"}},
        }
    ],
}
CAM_READ = {
    "version": "2.0",
    "statement": [
        {
            "effect": "allow",
            "action": ["name/cos:GetObject"],
            "resource": ["qcs::cos:ap-beijing:uid/1250000000:pics-1250000000/in/*"],
            "condition": {"ip_equal": {"qcs:ip": "10.1.0.0/16"}},
        }
    ],
}


def ram(action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Version": "1", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


@pytest.mark.parametrize("written", [READ, json.dumps(READ), json.dumps(READ, indent=4)])
def test_a_document_is_granted_as_it_stands_with_its_conditions(written: Any) -> None:
    grant = raw(written)
    assert (grant.kind, dict(grant.arguments)) == ("raw", {})
    (statement,) = grant.statements()
    assert (statement.actions, statement.resources) == (("oss:GetObject",), ("acs:oss:*:*:pictures/in/*",))
    assert statement.conditions == (Condition("Bool", "acs:SecureTransport", ("true",)),)
    # Beside a right of the same action without the condition, it keeps its own.
    rendered = json.loads(ram_document([*grant.statements(), *oss.read("pictures", "up/").statements()], "p"))
    held = [(each["Resource"], each.get("Condition")) for each in rendered["Statement"]]
    assert sorted(held, key=str) == [
        (["acs:oss:*:*:pictures/in/*"], {"Bool": {"acs:SecureTransport": ["true"]}}),
        (["acs:oss:*:*:pictures/up/*"], None),
    ]


def test_a_document_of_cam_is_one_too() -> None:
    (statement,) = json.loads(cam_document(raw(CAM_READ).statements(), "p"))["statement"]
    assert statement["resource"] == CAM_READ["statement"][0]["resource"]  # type: ignore[index]
    assert statement["condition"] == {"ip_equal": {"qcs:ip": ["10.1.0.0/16"]}}


def test_findings_refuse_it_and_are_told_with_the_way_out() -> None:
    with pytest.raises(PolicyFindingsError) as error:
        raw(ram("oss:GetObject", "*"))
    told = str(error.value)
    assert "YF-RAM-003 Statement[0].Resource (line 1)" in told or "YF-RAM-003 Statement[0].Resource[0] (line 1)" in told
    assert "accept: YF-RAM-003" in told
    assert len(told.splitlines()) == 2
    with pytest.raises(PolicyFindingsError, match="YF-RAM-001"):
        raw(ram("oss:GetObjects", "acs:oss:*:*:pictures/*"))
    with pytest.raises(PolicyFindingsError, match="YF-RAM-002"):
        raw(ram("oss:ListObjects", "acs:oss:*:*:pictures/*"))


def test_what_is_accepted_is_granted_and_nothing_else() -> None:
    assert raw(ram("oss:GetObject", "*"), accept=["YF-RAM-003"]).statements()[0].resources == ("*",)
    both = {
        "Version": "1",
        "Statement": [*ram("oss:GetObject", "*")["Statement"], *ram("oss:Nonsense", "*")["Statement"]],
    }
    with pytest.raises(PolicyFindingsError, match="YF-RAM-001") as error:
        raw(both, accept=["YF-RAM-003"])
    assert "YF-RAM-003" not in str(error.value)


def test_one_id_is_a_list_of_one() -> None:
    assert raw(ram("oss:GetObject", "*"), accept="YF-RAM-003").statements()


def test_what_json_has_not_is_told() -> None:
    document = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "oss:GetObject", "Resource": object()}]}
    with pytest.raises(ValidationError, match="typed grants"):
        raw(document)


def test_an_id_of_no_finding_is_a_slip() -> None:
    with pytest.raises(ValidationError, match="YF-RAM-3"):
        raw(READ, accept=["YF-RAM-3"])


def test_what_is_no_right_or_malformed_is_refused() -> None:
    trust = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": ["fc.aliyuncs.com"]}}
    with pytest.raises(PolicyDocumentError, match="who may take a role"):
        raw({"Version": "1", "Statement": [trust]})
    bucket = {"effect": "allow", "action": "cos:GetObject", "resource": "qcs::cos::uid/125:b-125/k"}
    for policy in (
        {"version": "2.0", "statement": [{**bucket, "principal": {"qcs": ["qcs::cam::uin/1:uin/2"]}}]},
        {"version": "2.0", "principal": {"qcs": ["qcs::cam::uin/1:uin/2"]}, "statement": [bucket]},
    ):
        with pytest.raises(PolicyDocumentError, match="use a bucket"):
            raw(policy)
    with pytest.raises(PolicyDocumentError, match="raw document:1"):
        raw('{"Version": "1", "Statement": [}')
