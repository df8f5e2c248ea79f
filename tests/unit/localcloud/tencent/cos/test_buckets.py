"""Buckets of COS by Tencent's own client: made, listed, set up, removed; and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from qcloud_cos.cos_exception import CosServiceError

from support.cos_bucket import CosBucket

from ..conftest import REGION, TencentClients, refusal


def code_of(error: pytest.ExceptionInfo[CosServiceError]) -> tuple[int, str]:
    return error.value.get_status_code(), error.value.get_error_code()


def test_a_bucket_is_there_until_it_is_removed(tencent: TencentClients) -> None:
    name = tencent.name()
    with pytest.raises(CosServiceError) as missing:
        tencent.cos().head_bucket(Bucket=name)
    assert missing.value.get_status_code() == 404
    tencent.cos().create_bucket(Bucket=name)
    assert tencent.cos().head_bucket(Bucket=name)["x-cos-bucket-region"] == REGION
    assert tencent.cos().get_bucket_location(Bucket=name) == {"LocationConstraint": REGION}
    tencent.cos().delete_bucket(Bucket=name)
    with pytest.raises(CosServiceError) as gone:
        tencent.cos().list_objects(Bucket=name)
    assert code_of(gone) == (404, "NoSuchBucket")


def test_a_bucket_lies_in_its_region_alone(tencent: TencentClients, bucket: CosBucket) -> None:
    elsewhere = tencent.cos("ap-beijing")
    with pytest.raises(CosServiceError) as missing:
        elsewhere.list_objects(Bucket=bucket.name)
    assert code_of(missing) == (404, "NoSuchBucket")
    with pytest.raises(CosServiceError) as taken:
        elsewhere.create_bucket(Bucket=bucket.name)
    assert code_of(taken) == (409, "BucketAlreadyOwnedByYou")


def test_making_it_twice_is_a_conflict(bucket: CosBucket) -> None:
    with pytest.raises(CosServiceError) as taken:
        bucket.call("create_bucket")
    assert code_of(taken) == (409, "BucketAlreadyOwnedByYou")


def test_buckets_are_listed_by_service_and_by_region(tencent: TencentClients, bucket: CosBucket) -> None:
    there = tencent.bucket(region="ap-nanjing")
    every = {each["Name"]: each["Location"] for each in tencent.cos().list_buckets()["Buckets"]["Bucket"]}
    assert (every[bucket.name], every[there.name]) == (REGION, "ap-nanjing")
    for regional in (
        tencent.cos(ServiceDomain="cos.ap-nanjing.myqcloud.com").list_buckets(),
        tencent.cos().list_buckets(Region="ap-nanjing"),
    ):
        assert [each["Name"] for each in regional["Buckets"]["Bucket"]] == [there.name]
    owner = tencent.cos().list_buckets()["Owner"]["ID"]
    assert owner == f"qcs::cam::uin/{tencent.account.uin}:uin/{tencent.account.uin}"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a_b-{appid}", "InvalidBucketName"),
        ("-a-{appid}", "InvalidBucketName"),
        ("a", "InvalidBucketName"),
        # 61 characters of host name.
        ("a" * 20 + "-{appid}", "InvalidBucketName"),
        ("a-1234567890", "AccessDenied"),
    ],
)
def test_names_that_no_bucket_may_have(tencent: TencentClients, name: str, code: str) -> None:
    asked = name.format(appid=tencent.account.app_id)
    answer = tencent.s3("PUT", asked)
    assert refusal(answer)["Code"] == code


def test_the_longest_name_is_taken(tencent: TencentClients) -> None:
    name = f"{'a' * 19}-{tencent.account.app_id}"
    assert len(f"{name}.cos.{REGION}.myqcloud.com") == 60
    tencent.cos().create_bucket(Bucket=name)


@pytest.mark.parametrize("hold", ["object", "version", "upload"])
def test_a_bucket_that_holds_anything_is_not_removed(bucket: CosBucket, hold: str) -> None:
    if hold == "upload":
        bucket.call("create_multipart_upload", Key="k")
    else:
        if hold == "version":
            bucket.version("Enabled")
        bucket.put("k", b"x")
        if hold == "version":
            bucket.call("delete_object", Key="k")
    with pytest.raises(CosServiceError) as refused:
        bucket.call("delete_bucket")
    assert code_of(refused) == (409, "BucketNotEmpty")


def permissions(answer: dict[str, Any]) -> list[tuple[str, str]]:
    grants = answer["AccessControlList"]["Grant"]
    return [("all" if "URI" in grant["Grantee"] else "owner", grant["Permission"]) for grant in grants]


def test_acls_decide_what_everyone_may(tencent: TencentClients, bucket: CosBucket) -> None:
    bucket.put("k", b"open")
    url = f"https://{bucket.name}.cos.{REGION}.myqcloud.com/k"
    assert tencent.http().get(url).status_code == 403
    assert permissions(bucket.call("get_bucket_acl")) == [("owner", "FULL_CONTROL")]
    bucket.call("put_bucket_acl", ACL="public-read")
    assert permissions(bucket.call("get_bucket_acl")) == [("owner", "FULL_CONTROL"), ("all", "READ")]
    assert tencent.http().get(url).content == b"open"
    assert tencent.http().put(url, data=b"x").status_code == 403
    bucket.call("put_object_acl", Key="k", ACL="private")
    assert tencent.http().get(url).status_code == 403
    bucket.call("put_bucket_acl", ACL="public-read-write")
    assert permissions(bucket.call("get_bucket_acl"))[1:] == [("all", "READ"), ("all", "WRITE")]
    assert tencent.http().put(url, data=b"x").status_code == 200


def test_what_is_no_acl(bucket: CosBucket) -> None:
    for method, key in (("put_bucket_acl", {}), ("put_object_acl", {"Key": "k"})):
        bucket.put("k", b"")
        with pytest.raises(CosServiceError) as refused:
            bucket.call(method, ACL="everyone", **key)
        assert code_of(refused) == (400, "InvalidArgument")
        with pytest.raises(CosServiceError, match="with header x-cos-grant-read"):
            bucket.call(method, GrantRead='id="100000000001"', **key)


def test_versioning_has_no_way_back(tencent: TencentClients, bucket: CosBucket) -> None:
    assert not bucket.call("get_bucket_versioning").get("Status")
    for status in ("Enabled", "Suspended"):
        bucket.version(status)
        assert bucket.call("get_bucket_versioning")["Status"] == status
    for body, code in ((b"<Status>Off</Status>", "InvalidArgument"), (b"", "InvalidArgument"), (b"<", "MalformedXML")):
        document = b"<VersioningConfiguration>" + body + b"</VersioningConfiguration>"
        answer = tencent.s3("PUT", bucket.name, query="versioning=", data=document)
        assert (answer.status_code, refusal(answer)["Code"]) == (400, code)


def test_encryption_is_what_new_objects_get(bucket: CosBucket) -> None:
    with pytest.raises(CosServiceError) as unset:
        bucket.call("get_bucket_encryption")
    assert code_of(unset) == (404, "NoSuchEncryptionConfiguration")
    bucket.put("before", b"")
    rule = {"Rule": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    bucket.call("put_bucket_encryption", ServerSideEncryptionConfiguration=rule)
    bucket.put("after", b"")
    assert "x-cos-server-side-encryption" not in bucket.call("head_object", Key="before")
    assert bucket.call("head_object", Key="after")["x-cos-server-side-encryption"] == "AES256"
    upload = bucket.call("create_multipart_upload", Key="parts")["UploadId"]
    part = bucket.call("upload_part", Key="parts", UploadId=upload, PartNumber=1, Body=b"x")
    parts = {"Part": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    done = bucket.call("complete_multipart_upload", Key="parts", UploadId=upload, MultipartUpload=parts)
    assert done["x-cos-server-side-encryption"] == "AES256"
    bucket.call("delete_bucket_encryption")
    bucket.put("after", b"")
    assert "x-cos-server-side-encryption" not in bucket.call("head_object", Key="after")
    with pytest.raises(CosServiceError) as refused:
        rule["Rule"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] = "ROT13"
        bucket.call("put_bucket_encryption", ServerSideEncryptionConfiguration=rule)
    assert code_of(refused) == (400, "InvalidArgument")


def test_tags_are_replaced_whole(bucket: CosBucket) -> None:
    with pytest.raises(CosServiceError) as unset:
        bucket.call("get_bucket_tagging")
    assert code_of(unset) == (404, "NoSuchTagSet")
    for pairs in ({"a": "1", "b": "2"}, {"c": ""}):
        tags = {"TagSet": {"Tag": [{"Key": key, "Value": value} for key, value in pairs.items()]}}
        bucket.call("put_bucket_tagging", Tagging=tags)
        found = bucket.call("get_bucket_tagging")["TagSet"]["Tag"]
        assert {tag["Key"]: tag["Value"] or "" for tag in found} == pairs
    twice = {"TagSet": {"Tag": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}}
    with pytest.raises(CosServiceError) as refused:
        bucket.call("put_bucket_tagging", Tagging=twice)
    assert code_of(refused) == (400, "InvalidTag")
    bucket.call("delete_bucket_tagging")
    with pytest.raises(CosServiceError):
        bucket.call("get_bucket_tagging")


@pytest.mark.parametrize(
    ("parameter", "status", "said"),
    [
        ("cors", 404, "NoSuchCORSConfiguration"),
        ("lifecycle", 404, "NoSuchLifecycleConfiguration"),
        ("website", 404, "NoSuchWebsiteConfiguration"),
        ("origin", 404, "<Code>"),
        ("domain", 404, "<Code>"),
        ("replication", 404, "<Code>"),
        ("accelerate", 200, "<AccelerateConfiguration>"),
        ("logging", 200, "<BucketLoggingStatus>"),
        ("intelligenttiering", 200, "<IntelligentTieringConfiguration>"),
    ],
)
def test_what_the_provider_reads_at_every_refresh(
    tencent: TencentClients, bucket: CosBucket, parameter: str, status: int, said: str
) -> None:
    answer = tencent.s3("GET", bucket.name, query=f"{parameter}=")
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


def test_what_cannot_be_set_is_refused_by_name(tencent: TencentClients, bucket: CosBucket) -> None:
    answer = tencent.s3("PUT", bucket.name, query="website=", data=b"<WebsiteConfiguration/>")
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "YunfnLocalUnknownOperation")
    assert "PUT bucket?website" in refusal(answer)["Message"]
    assert tencent.journal(bucket.name)[-1]["unknown"] is True
