"""COS as S3 clients use it, the tencentcloud provider among them: AWS's signature and S3's header names."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from support.cos_bucket import CosBucket

from ..conftest import REGION, TencentClients, refusal


def test_a_bucket_as_the_provider_makes_it(tencent: TencentClients) -> None:
    name = tencent.name()
    body = f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
    made = tencent.s3("PUT", name, headers={"x-amz-acl": "private"}, data=body.encode())
    assert made.status_code == 200, made.text
    assert made.headers["x-amz-request-id"] == made.headers["x-cos-request-id"]
    tags = b"<Tagging><TagSet><Tag><Value>1</Value><Key>a</Key></Tag></TagSet></Tagging>"
    assert tencent.s3("DELETE", name, query="tagging=").status_code == 204
    assert tencent.s3("PUT", name, query="tagging=", data=tags).status_code == 204
    assert "<Key>a</Key><Value>1</Value>" in tencent.s3("GET", name, query="tagging=").text
    assert tencent.s3("PUT", name, query="acl=", headers={"x-amz-acl": "public-read"}).status_code == 200
    assert tencent.cos().get_bucket_acl(Bucket=name)["CannedACL"] == "public-read"
    rule = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>{}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"  # noqa: E501
    encryption = rule.format("<SSEAlgorithm>AES256</SSEAlgorithm>").encode()
    assert tencent.s3("PUT", name, query="encryption=", data=encryption).status_code == 200
    assert "<SSEAlgorithm>AES256</SSEAlgorithm>" in tencent.s3("GET", name, query="encryption=").text
    versioning = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
    assert tencent.s3("PUT", name, query="versioning=", data=versioning).status_code == 200
    assert tencent.s3("DELETE", name).status_code == 204


def test_a_bucket_of_another_region_is_not_made_here(tencent: TencentClients) -> None:
    body = b"<CreateBucketConfiguration><LocationConstraint>ap-beijing</LocationConstraint></CreateBucketConfiguration>"
    answer = tencent.s3("PUT", tencent.name(), data=body)
    assert refusal(answer)["Code"] == "InvalidLocationConstraint"


def test_several_zones_are_told_of_a_bucket(tencent: TencentClients) -> None:
    name = tencent.name()
    zones = b"<CreateBucketConfiguration><BucketAZConfig>MAZ</BucketAZConfig></CreateBucketConfiguration>"
    assert tencent.s3("PUT", name, data=zones).status_code == 200
    assert tencent.cos().head_bucket(Bucket=name)["x-cos-bucket-az-type"] == "MAZ"


def test_objects_by_an_s3_client(tencent: TencentClients, bucket: CosBucket) -> None:
    key = "a/b c+ü~*().txt"
    headers = {
        "x-amz-meta-a": "1",
        "x-amz-storage-class": "STANDARD_IA",
        "x-amz-acl": "public-read",
        "x-amz-server-side-encryption": "AES256",
    }
    assert tencent.s3("PUT", bucket.name, key, headers=headers, data=b"hello").status_code == 200
    told = bucket.call("head_object", Key=key)
    assert (told["x-cos-meta-a"], told["x-cos-storage-class"]) == ("1", "STANDARD_IA")
    assert told["x-cos-server-side-encryption"] == "AES256"
    assert bucket.call("get_object_acl", Key=key)["CannedACL"] == "public-read"
    read = tencent.s3("GET", bucket.name, key)
    assert (read.content, read.headers["x-amz-meta-a"]) == (b"hello", "1")
    delete = b"<Delete><Object><Key>a/b c+\xc3\xbc~*().txt</Key></Object></Delete>"
    assert tencent.s3("POST", bucket.name, query="delete=", data=delete).status_code == 200
    assert bucket.objects() == []


def test_the_acl_of_an_object_is_no_lasting_difference(tencent: TencentClients, bucket: CosBucket) -> None:
    """The provider takes a header of "default" for a change from "private" at every refresh."""
    bucket.put("plain", b"")
    bucket.put("own", b"", ACL="private")
    answers = [tencent.s3("GET", bucket.name, key, query="acl=") for key in ("plain", "own")]
    assert [answer.headers.get("x-cos-acl") for answer in answers] == [None, "private"]


def test_a_forged_signature_and_an_old_one(tencent: TencentClients, bucket: CosBucket) -> None:
    forged = tencent.s3("GET", bucket.name, secret=replace(tencent.key, secret="x" * 32))
    assert refusal(forged)["Code"] == "SignatureDoesNotMatch"
    unknown = tencent.s3("GET", bucket.name, secret=tencent.cloud.home.owner_key)
    assert refusal(unknown)["Code"] == "InvalidAccessKeyId"
    for minutes in (-16, 16):
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() + minutes * 60))
        assert refusal(tencent.s3("GET", bucket.name, headers={"x-amz-date": date}))["Code"] == "RequestTimeTooSkewed"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"x-amz-content-sha256": "0" * 64}, "XAmzContentSHA256Mismatch"),
        ({"x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}, "YunfnLocalUnknownOperation"),
        ({"x-amz-date": "yesterday"}, "InvalidArgument"),
    ],
)
def test_what_is_refused_of_s3(tencent: TencentClients, bucket: CosBucket, headers: dict[str, str], code: str) -> None:
    assert refusal(tencent.s3("PUT", bucket.name, "k", headers=headers, data=b"x"))["Code"] == code
    assert bucket.objects() == []
