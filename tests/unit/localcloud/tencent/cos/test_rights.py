"""What CAM lets sub-users and roles do in COS, by its official client and its own signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from qcloud_cos import CosServiceError

from support.tencent_identity import REGION, Identity, policy, trust
from yunfn.access import cam_document, cos
from yunfn.localcloud.keys import AccessKey


@pytest.fixture(scope="module")
def bucket(identity: Identity) -> str:
    return identity.bucket("rights", "in/a", "out/b")


def denied(call: Callable[..., Any], **arguments: Any) -> None:
    with pytest.raises(CosServiceError) as caught:
        call(**arguments)
    assert (caught.value.get_status_code(), caught.value.get_error_code()) == (403, "AccessDenied")


def objects(identity: Identity, bucket: str, prefix: str, owner: str = "") -> str:
    return f"qcs::cos:{REGION}:{owner or f'uid/{identity.account.app_id}'}:{bucket}/{prefix}*"


def test_a_user_reaches_what_its_policy_names(identity: Identity, bucket: str) -> None:
    document = policy("name/cos:GetObject", "cos:PutObject", resource=[objects(identity, bucket, "in/")])
    client = identity.cos(identity.user(document))
    assert client.get_object(Bucket=bucket, Key="in/a")["Body"].get_raw_stream().read() == b"x"
    client.put_object(Bucket=bucket, Key="in/new", Body=b"y")
    denied(client.get_object, Bucket=bucket, Key="out/b")
    denied(client.put_object, Bucket=bucket, Key="out/b", Body=b"z")
    denied(client.delete_object, Bucket=bucket, Key="in/a")
    denied(client.list_objects, Bucket=bucket)
    denied(client.delete_bucket, Bucket=bucket)
    assert identity.cos().get_object(Bucket=bucket, Key="out/b")["Body"].get_raw_stream().read() == b"x"


def test_without_policies_a_user_reaches_nothing(identity: Identity, bucket: str) -> None:
    denied(identity.cos(identity.user()).get_object, Bucket=bucket, Key="in/a")


def test_objects_are_the_app_ids_not_the_uins(identity: Identity, bucket: str) -> None:
    document = policy("cos:*", resource=[objects(identity, bucket, "", f"uin/{identity.uin}")])
    denied(identity.cos(identity.user(document)).get_object, Bucket=bucket, Key="in/a")


def test_an_explicit_deny(identity: Identity, bucket: str) -> None:
    deny = policy("cos:*", resource=objects(identity, bucket, "out/"), effect="deny")
    client = identity.cos(identity.user(policy("*"), deny))
    client.head_object(Bucket=bucket, Key="in/a")
    denied(client.get_object, Bucket=bucket, Key="out/b")


def test_a_bucket_is_listed_by_who_may(identity: Identity, bucket: str) -> None:
    client = identity.cos(identity.user(policy("cos:GetBucket", resource=objects(identity, bucket, ""))))
    assert "Contents" in client.list_objects(Bucket=bucket)
    denied(client.get_object, Bucket=bucket, Key="in/a")


def test_a_bucket_is_listed_below_a_prefix_alone(identity: Identity, bucket: str) -> None:
    client = identity.cos(identity.user(cam_document(cos.list(bucket, "in/").statements(), "list")))
    assert [each["Key"] for each in client.list_objects(Bucket=bucket, Prefix="in/a")["Contents"]] == ["in/a"]
    assert client.list_objects(Bucket=bucket, Prefix="in/")["Contents"]
    denied(client.list_objects, Bucket=bucket)
    denied(client.list_objects, Bucket=bucket, Prefix="")
    denied(client.list_objects, Bucket=bucket, Prefix="out/")
    denied(client.list_objects, Bucket=bucket, Prefix="in")
    denied(client.list_objects_versions, Bucket=bucket, Prefix="in/")


def test_a_role_session_is_cut_by_its_policy(identity: Identity, bucket: str) -> None:
    everything = trust(qcs=f"qcs::cam::uin/{identity.uin}:root")
    role = identity.role(everything, policy("cos:*", resource=objects(identity, bucket, "")))

    def reads(key: AccessKey, name: str) -> bool:
        try:
            identity.cos(key).get_object(Bucket=bucket, Key=name)
        except CosServiceError as error:
            assert error.get_error_code() == "AccessDenied"
            return False
        return True

    whole = identity.assume(role)
    assert reads(whole, "in/a") and reads(whole, "out/b")
    cut = identity.assume(role, Policy=policy("cos:GetObject", resource=objects(identity, bucket, "in/")))
    assert reads(cut, "in/a") and not reads(cut, "out/b")
    identity.ask("cam", "DeleteRole", RoleName=role)
    assert not reads(whole, "in/a")


def test_a_federated_upload(identity: Identity, bucket: str) -> None:
    document = policy("name/cos:PutObject", resource=objects(identity, bucket, "in/"))
    key = identity.temporary(identity.ask("sts", "GetFederationToken", Name="uploader", Policy=document))
    client = identity.cos(key)
    client.put_object(Bucket=bucket, Key="in/upload", Body=b"z")
    denied(client.put_object, Bucket=bucket, Key="out/upload", Body=b"z")
    denied(client.get_object, Bucket=bucket, Key="in/upload")


def test_a_preset_policy(identity: Identity, bucket: str) -> None:
    user = identity.user()
    (preset,) = identity.ask("cam", "ListPolicies", Scope="QCS", Keyword="QcloudCOSDataReadOnly").List
    identity.ask("cam", "AttachUserPolicy", AttachUin=int(user.principal.name), PolicyId=preset.PolicyId)
    client = identity.cos(user)
    client.get_object(Bucket=bucket, Key="in/a")
    denied(client.put_object, Bucket=bucket, Key="in/a", Body=b"z")
