"""Grants become policies within the clouds' limits, laid out alike at each run."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from unit.alibaba.declared import declare
from unit.tencent.declared import APP_ID
from unit.tencent.declared import declare as declare_on_tencent
from yunfn import access, alibaba, tencent
from yunfn.access.grammar import CAM, RAM
from yunfn.exceptions import ValidationError
from yunfn.program.grants import LATER_GRANT, policy_documents

LONG = "folder/" * 40


def statements(document: Any) -> list[dict[str, Any]]:
    assert isinstance(document, str)
    assert len(document) <= 6144
    found: list[dict[str, Any]] = json.loads(document).get("Statement") or json.loads(document)["statement"]
    return found


def test_what_fits_is_one_document_and_merged() -> None:
    (document,) = policy_documents([access.oss.read("bbb", "a/"), access.oss.read("bbb", "b/")], "p", RAM)
    (statement,) = statements(document)
    assert statement["Resource"] == ["acs:oss:*:*:bbb/a/*", "acs:oss:*:*:bbb/b/*"]


def test_what_is_too_long_is_several_that_say_the_same() -> None:
    wanted = {f"acs:oss:*:*:bbb/{LONG}{i:02}/*" for i in range(40)}
    grants = [access.oss.read("bbb", f"{LONG}{i:02}/") for i in range(40)]
    documents = policy_documents(grants, "p", RAM)
    assert len(documents) == 3
    assert {at for each in documents for s in statements(each) for at in s["Resource"]} == wanted
    assert policy_documents(grants, "p", RAM) == documents


def test_a_right_longer_than_a_policy_is_refused_by_its_owner() -> None:
    with pytest.raises(ValidationError, match=r"^p: grants=.*cannot be cut"):
        policy_documents([access.oss.read("bbb", "x" * 6_200)], "p", RAM)


def test_a_right_of_the_other_cloud_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"p: grants='oss\.read': is a right of the other cloud, alibaba"):
        policy_documents([access.oss.read("bbb")], "p", CAM)
    with pytest.raises(ValidationError, match=r"grants='cos\.read': is a right of the other cloud, tencent"):
        policy_documents([access.cos.read("b-1250000000")], "p", RAM)


def later(name: str) -> pulumi.Output[str]:
    return pulumi.Output.from_input(name)


def test_a_service_with_long_grants_has_several_policies_and_the_first_keeps_its_name() -> None:
    grants = [access.oss.read("bbb", f"{LONG}{i:02}/") for i in range(40)]
    declared = declare(lambda: alibaba.Service("s", grants=grants))
    assert {name: p["policyName"] for name, p in declared.of("Policy").items()} == {
        "s-service-policy": "dev-s-service",
        "s-service-2-policy": "dev-s-service-2",
        "s-service-3-policy": "dev-s-service-3",
    }
    attached = {name: a["policyName"] for name, a in declared.of("RolePolicyAttachment").items()}
    assert attached == {
        "s-service-policy-attachment": "dev-s-service",
        "s-service-2-policy-attachment": "dev-s-service-2",
        "s-service-3-policy-attachment": "dev-s-service-3",
    }


def test_likewise_on_tencent_cloud() -> None:
    grants = [access.cos.read(f"b-{APP_ID}", f"{LONG}{i:02}/") for i in range(40)]
    declared = declare_on_tencent(lambda: tencent.Service("s", grants=grants))
    assert {name: p["policyName"] for name, p in declared.of("Policy").items()} == {
        "s-service-policy": "dev-s-service",
        "s-service-2-policy": "dev-s-service-2",
        "s-service-3-policy": "dev-s-service-3",
    }
    assert len(declared.of("RolePolicyAttachment")) == 3


def test_grants_with_names_known_later_stay_whole_and_in_order() -> None:
    fit = (RAM.policy_limit - 30) // LATER_GRANT
    names = [f"bucket-{i:02}" for i in range(fit + 2)]
    declared = declare(lambda: alibaba.Service("s", grants=[access.oss.read(later(name)) for name in names]))
    found = {name: statements(p["policyDocument"]) for name, p in declared.of("Policy").items()}
    read = {name: [at for s in held for at in s["Resource"]] for name, held in found.items()}
    assert read == {
        "s-service-policy": [f"acs:oss:*:*:{name}/*" for name in names[:fit]],
        "s-service-2-policy": [f"acs:oss:*:*:{name}/*" for name in names[fit:]],
    }


def test_names_known_later_that_are_too_long_are_told_then() -> None:
    with pytest.raises(ValidationError, match=r"s-service: grants='6\d+ characters'"):
        declare(lambda: alibaba.Service("s", grants=[access.oss.read("bbb", later("x" * 6_200))]))


def test_every_policy_counts_to_what_a_role_holds() -> None:
    grants = [access.oss.read("bbb", f"{LONG}{i:02}/") for i in range(40)]

    def program() -> None:
        service = alibaba.Service("s", grants=grants)
        for number in range(6):
            service.attach(f"more-{number}", grants, service)

    with pytest.raises(ValidationError, match="policy 21 of service s"):
        declare(program)


def test_every_policy_counts_on_tencent_cloud_too(monkeypatch: pytest.MonkeyPatch) -> None:
    # As many as CAM takes would be a minute of mocks.
    monkeypatch.setattr("yunfn.tencent.service.MAX_POLICIES_PER_ROLE", 4)
    grants = [access.cos.read(f"b-{APP_ID}", f"{LONG}{i:02}/") for i in range(40)]

    def program() -> None:
        service = tencent.Service("s", grants=grants)
        service.attach("more", grants, service)

    with pytest.raises(ValidationError, match="policy 6 of service s"):
        declare_on_tencent(program)
