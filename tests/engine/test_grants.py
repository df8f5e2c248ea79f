"""Grants are rights that the cloud really gives: a function's own credentials open what was granted, nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

import support.oss_probe
from support.clients import http_client
from support.cloud_calls import oss_bucket, ram
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]


@pytest.fixture(scope="module")
def buckets(account: LocalAccount) -> tuple[str, str]:
    return f"mine-{account.id}", f"others-{account.id}"


@pytest.fixture(scope="module")
def stack(
    module_stack: NewStack,
    account: LocalAccount,
    buckets: tuple[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> PulumiCli:
    code = tmp_path_factory.mktemp("probe")
    shutil.copy(support.oss_probe.__file__, code / "index.py")
    made = module_stack("grants")
    made.configure(t__code=str(code), t__mine=buckets[0], t__others=buckets[1])
    made.up()
    for bucket in buckets:
        for key in ("in/a", "in2", "out/a", "common/a", "a"):
            oss_bucket(account, bucket).put_object(key, b"bytes")
    return made


@pytest.fixture(scope="module")
def outputs(stack: PulumiCli) -> dict[str, Any]:
    return stack.outputs()


def _ask(account: LocalAccount, url: str, verb: str, bucket: str, key: str) -> tuple[int, str]:
    with http_client(account.cloud) as client:
        answer = client.post(url, json={"verb": verb, "bucket": bucket, "key": key})
    assert answer.status_code == 200, answer.text
    return answer.json()["status"], answer.json()["code"]


ALLOWED = {
    "alone": {("GET", "in/a"), ("PUT", "out/a"), ("PUT", "out/b"), ("GET", "common/a")},
    # Two functions share the service's role and so each other's rights.
    "reader": {("GET", "in/a"), ("GET", "common/a")},
    "plain": {("GET", "in/a"), ("GET", "common/a")},
}
ASKED = [
    ("GET", "in/a"),
    ("GET", "in2"),
    ("GET", "a"),
    ("GET", "out/a"),
    ("GET", "common/a"),
    ("PUT", "in/a"),
    ("PUT", "out/a"),
    ("PUT", "out/b"),
    ("PUT", "common/a"),
    ("DELETE", "out/a"),
    ("DELETE", "in/a"),
]


@pytest.mark.parametrize("function", sorted(ALLOWED))
def test_a_function_reads_and_writes_what_it_was_granted_and_nothing_else(
    function: str, account: LocalAccount, buckets: tuple[str, str], outputs: dict[str, Any]
) -> None:
    mine, others = buckets
    for verb, key in ASKED:
        status, code = _ask(account, outputs[function], verb, mine, key)
        expected = (200, "") if (verb, key) in ALLOWED[function] else (403, "AccessDenied")
        assert (status, code) == expected, f"{verb} {key}"
        assert _ask(account, outputs[function], verb, others, key) == (403, "AccessDenied"), f"{verb} {key} of others"
    # Listing is not reading, and the metadata of a bucket is neither.
    assert _ask(account, outputs[function], "GET", mine, "") == (403, "AccessDenied")
    denied = [line["denied"] for line in account.journal() if line["service"] == "oss" and line.get("denied")]
    assert any(each.startswith("oss:DeleteObject ") and each.endswith(f":{mine}/in/a") for each in denied)


def test_the_policies_say_the_least(account: LocalAccount, buckets: tuple[str, str], outputs: dict[str, Any]) -> None:
    attached = ram(account, "ListPoliciesForRole", RoleName=outputs["role"])["Policies"]["Policy"]
    statements = []
    for policy in attached:
        assert policy["PolicyType"] == "Custom"
        answer = ram(account, "GetPolicy", PolicyName=policy["PolicyName"], PolicyType="Custom")
        statements += json.loads(answer["DefaultPolicyVersion"]["PolicyDocument"])["Statement"]
    told = {(action, resource) for each in statements for action in each["Action"] for resource in each["Resource"]}
    logs = next(resource for action, resource in told if action.startswith("log:"))
    assert told == {
        ("log:PostLogStoreLogs", logs),
        ("oss:GetObject", f"acs:oss:*:*:{buckets[0]}/common/*"),
        ("oss:GetObject", f"acs:oss:*:*:{buckets[0]}/in/*"),
    }
    assert logs.endswith("/logstore/functions")
    assert "*" not in logs


def test_many_grants_are_several_policies_of_the_role(account: LocalAccount, stack: PulumiCli) -> None:
    role = f"{stack.stack}-alone-function"
    attached = ram(account, "ListPoliciesForRole", RoleName=role)["Policies"]["Policy"]
    assert {each["PolicyName"] for each in attached} == {role, f"{role}-2"}


def test_another_prefix_changes_the_policy_alone(
    account: LocalAccount, stack: PulumiCli, buckets: tuple[str, str], outputs: dict[str, Any]
) -> None:
    stack.configure(t__prefix="out/")
    changed = stack.up()
    assert changed.changes["updated"] == 1
    assert set(changed.changes) <= {"updated", "unchanged"}
    assert _ask(account, outputs["reader"], "GET", buckets[0], "out/a") == (200, "")
    assert _ask(account, outputs["reader"], "GET", buckets[0], "in/a") == (403, "AccessDenied")
    stack.unconfigure("t__prefix")
    stack.up()
    assert _ask(account, outputs["reader"], "GET", buckets[0], "in/a") == (200, "")


def test_a_function_moves_to_a_role_of_its_own_and_back(
    account: LocalAccount, stack: PulumiCli, buckets: tuple[str, str], outputs: dict[str, Any]
) -> None:
    stack.configure(**{"t__alone-too": "reader"})
    stack.up()
    assert _ask(account, outputs["reader"], "GET", buckets[0], "in/a") == (200, "")
    assert _ask(account, outputs["reader"], "GET", buckets[0], "common/a") == (200, "")
    # The others lost what was only ever the reader's.
    assert _ask(account, outputs["plain"], "GET", buckets[0], "in/a") == (403, "AccessDenied")
    assert _ask(account, outputs["plain"], "GET", buckets[0], "common/a") == (200, "")
    stack.up("--expect-no-changes")
    stack.unconfigure("t__alone-too")
    stack.up()
    assert _ask(account, outputs["reader"], "GET", buckets[0], "in/a") == (200, "")
    assert _ask(account, outputs["plain"], "GET", buckets[0], "in/a") == (200, "")
    roles = [each["RoleName"] for each in ram(account, "ListRoles")["Roles"]["Role"]]
    assert f"{stack.stack}-reader-function" not in roles
    stack.up("--expect-no-changes")
