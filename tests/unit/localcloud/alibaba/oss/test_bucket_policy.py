"""A bucket's own policy: whom it lets in and whom it keeps out."""

from __future__ import annotations

import json
from typing import Any

import oss2
import pytest

from yunfn.localcloud.keys import Principal

from .conftest import ServedCloud, code_of


def statement(bucket: oss2.Bucket, effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    resources = [f"acs:oss:*:*:{bucket.bucket_name}", f"acs:oss:*:*:{bucket.bucket_name}/*"]
    return {"Effect": effect, "Principal": ["*"], "Action": ["oss:GetObject"], "Resource": resources, **elements}


def put(bucket: oss2.Bucket, *statements: dict[str, Any]) -> None:
    bucket.put_bucket_policy(json.dumps({"Version": "1", "Statement": list(statements)}))


def as_user(served: ServedCloud, bucket: oss2.Bucket, name: str, user_id: str) -> oss2.Bucket:
    def create(cloud: Any) -> Any:
        cloud.store.collection(cloud.account, "", "ram/user").put(name, {"UserName": name, "UserId": user_id})
        return cloud.keys.create(Principal(cloud.account, "user", name))

    key = served.inside(create)
    return served.bucket(bucket.bucket_name, oss2.AuthV4(key.id, key.secret))


def as_role(served: ServedCloud, bucket: oss2.Bucket, session: str) -> oss2.Bucket:
    key = served.inside(
        lambda cloud: cloud.keys.create_temporary(Principal(cloud.account, "assumed-role", "reader", session), 600)
    )
    return served.bucket(bucket.bucket_name, oss2.StsAuth(key.id, key.secret, key.token, "v4"))


def reads(bucket: oss2.Bucket) -> bool:
    try:
        return bool(bucket.get_object("k").read() == b"x")
    except oss2.exceptions.AccessDenied:
        return False


@pytest.fixture
def filled(bucket: oss2.Bucket) -> oss2.Bucket:
    bucket.put_object("k", b"x")
    return bucket


def test_everyone(served: ServedCloud, filled: oss2.Bucket) -> None:
    stranger = served.bucket(filled.bucket_name, oss2.AnonymousAuth())
    assert not reads(stranger)
    put(filled, statement(filled))
    assert reads(stranger)
    with pytest.raises(oss2.exceptions.AccessDenied):
        stranger.put_object("k", b"y")
    put(filled, statement(filled), statement(filled, "Deny", Action=["oss:Get*"]))
    with pytest.raises(oss2.exceptions.AccessDenied) as refused:
        stranger.get_object("k")
    assert refused.value.message == "Access denied by bucket policy."
    assert reads(filled), "the owner keeps access"


def test_a_user_by_id(served: ServedCloud, filled: oss2.Bucket) -> None:
    one, two = as_user(served, filled, "one", "2111"), as_user(served, filled, "two", "2222")
    put(filled, statement(filled, Principal=["2111"]))
    assert (reads(one), reads(two)) == (True, False)
    assert not reads(served.bucket(filled.bucket_name, oss2.AnonymousAuth()))


def test_a_deny_beats_ram(served: ServedCloud, filled: oss2.Bucket) -> None:
    user = as_user(served, filled, "three", "2333")
    resource = f"acs:oss:*:{served.key.principal.account}:{filled.bucket_name}/k"
    served.grants.allowed = {("oss:GetObject", resource)}
    try:
        assert reads(user)
        put(filled, statement(filled, "Deny", Principal=["2333"]))
        assert not reads(user)
    finally:
        served.grants.allowed = set()


def test_a_role_session_by_arn(served: ServedCloud, filled: oss2.Bucket) -> None:
    account = served.key.principal.account
    put(filled, statement(filled, Principal=[f"arn:sts::{account}:assumed-role/reader/good*"]))
    assert reads(as_role(served, filled, "good-1"))
    assert not reads(as_role(served, filled, "bad-1"))


def test_another_account(served: ServedCloud, filled: oss2.Bucket) -> None:
    key = served.inside(lambda cloud: cloud.keys.create(Principal("1888888888888888", "root")))
    other = served.bucket(filled.bucket_name, oss2.AuthV4(key.id, key.secret))
    assert not reads(other)
    put(filled, statement(filled, Principal=["1888888888888888"]))
    assert reads(other)


def test_all_but_some(served: ServedCloud, filled: oss2.Bucket) -> None:
    four, five = as_user(served, filled, "four", "2444"), as_user(served, filled, "five", "2555")
    everyone = {key: value for key, value in statement(filled).items() if key != "Principal"}
    put(filled, {**everyone, "NotPrincipal": ["2444"]})
    assert (reads(four), reads(five)) == (False, True)


def test_a_condition_on_the_prefix(served: ServedCloud, filled: oss2.Bucket) -> None:
    stranger = served.bucket(filled.bucket_name, oss2.AnonymousAuth())
    condition = {"StringLike": {"oss:Prefix": ["pub/*"]}}
    put(filled, statement(filled, Action=["oss:ListObjects"], Condition=condition))
    assert stranger.list_objects(prefix="pub/").object_list == []
    for prefix in ("", "private/"):
        with pytest.raises(oss2.exceptions.AccessDenied):
            stranger.list_objects(prefix=prefix)


def test_blocking_public_access_beats_a_policy_for_everyone(served: ServedCloud, filled: oss2.Bucket) -> None:
    put(filled, statement(filled))
    body = (
        "<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>"
    )
    served.signed("PUT", filled.bucket_name, params={"publicAccessBlock": ""}, data=body)
    assert not reads(served.bucket(filled.bucket_name, oss2.AnonymousAuth()))


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "Perhaps"},
        {"Principal": []},
        {"Principal": None},
        {"Action": ["not an action"]},
        {"Resource": ["bucket/*"]},
        {"Condition": {"Sometimes": {"oss:Prefix": ["a"]}}},
        {"NotPrincipal": ["1"]},
    ],
)
def test_policies_that_are_refused(filled: oss2.Bucket, change: dict[str, Any]) -> None:
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        put(filled, statement(filled, **change))
    assert code_of(refused) == (400, "InvalidPolicyDocument")
