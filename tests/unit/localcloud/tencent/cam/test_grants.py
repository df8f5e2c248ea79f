"""What a function's grants allow, asked of the local cloud's CAM: enough for the official clients, and no more."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from qcloud_cos import CosServiceError

from support.tencent_identity import REGION, Identity
from yunfn.access import Grant, cls, cos
from yunfn.access.cam_document import cam_document, cam_trust_document
from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.tencent.sts import StsService

SCF = "scf.qcloud.com"


def function_key(identity: Identity, *grants: Grant) -> AccessKey:
    """The key that a function with these grants runs with."""
    role = identity.role(cam_trust_document(service=SCF))
    document = cam_document([one for grant in grants for one in grant.statements()], "f")
    identity.ask("cam", "AttachRolePolicy", AttachRoleName=role, PolicyId=identity.policy(document))
    return identity.cloud.run(lambda cloud: cloud.find(StsService).assume_for_service(role, SCF, "f"))


@pytest.fixture(scope="module")
def bucket(identity: Identity) -> str:
    return identity.bucket("grants", "in/a", "out/b")


def denied(call: Callable[..., Any], **arguments: Any) -> None:
    with pytest.raises(CosServiceError) as caught:
        call(**arguments)
    assert caught.value.get_status_code() == 403


def test_reading(identity: Identity, bucket: str) -> None:
    client = identity.cos(function_key(identity, cos.read(bucket, "in/", region=REGION)))
    assert client.get_object(Bucket=bucket, Key="in/a")["Body"].get_raw_stream().read() == b"x"
    assert client.head_object(Bucket=bucket, Key="in/a")["Content-Length"] == "1"
    denied(client.get_object, Bucket=bucket, Key="out/b")
    denied(client.head_object, Bucket=bucket, Key="out/b")
    denied(client.put_object, Bucket=bucket, Key="in/a", Body=b"y")
    denied(client.list_objects, Bucket=bucket, Prefix="in/")


def test_writing_at_once_and_in_parts(identity: Identity, bucket: str) -> None:
    client = identity.cos(function_key(identity, cos.write(bucket, "out/")))
    client.put_object(Bucket=bucket, Key="out/new", Body=b"y")
    whole = io.BytesIO(b"z" * (2 * 1024 * 1024 + 1))
    upload = client.create_multipart_upload(Bucket=bucket, Key="out/parts")["UploadId"]
    part = client.upload_part(Bucket=bucket, Key="out/parts", Body=whole.getvalue(), PartNumber=1, UploadId=upload)
    done = {"Part": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    client.complete_multipart_upload(Bucket=bucket, Key="out/parts", UploadId=upload, MultipartUpload=done)
    assert identity.cos().head_object(Bucket=bucket, Key="out/parts")["Content-Length"] == str(len(whole.getvalue()))
    denied(client.put_object, Bucket=bucket, Key="in/new", Body=b"y")
    denied(client.create_multipart_upload, Bucket=bucket, Key="in/parts")
    denied(client.get_object, Bucket=bucket, Key="out/new")
    denied(client.delete_object, Bucket=bucket, Key="out/new")


def test_searching_one_topic(identity: Identity) -> None:
    logset = identity.ask("cls", "CreateLogset", LogsetName=identity.name()).LogsetId
    topics = [identity.ask("cls", "CreateTopic", LogsetId=logset, TopicName=identity.name()).TopicId for _ in range(2)]
    rule = {"FullText": {"CaseSensitive": False, "Tokenizer": " ", "ContainZH": False}}
    for topic in topics:
        identity.ask("cls", "CreateIndex", TopicId=topic, Rule=rule)
    key = function_key(identity, cls.read(topics[0]))
    search = {"From": 0, "To": 10**13, "QueryString": "", "QuerySyntax": 1}
    assert identity.ask("cls", "SearchLog", key, TopicId=topics[0], **search).Results == []
    identity.refused("UnauthorizedOperation.CAM", "cls", "SearchLog", key, TopicId=topics[1], **search)
    identity.refused("UnauthorizedOperation.CAM", "cls", "DeleteTopic", key, TopicId=topics[0])


def test_trust_is_the_functions_alone(identity: Identity) -> None:
    role = identity.role(cam_trust_document(service=SCF))
    arn = f"qcs::cam::uin/{identity.uin}:roleName/{role}"
    identity.refused("InternalError.GetRoleError", "sts", "AssumeRole", RoleArn=arn, RoleSessionName="s1")
