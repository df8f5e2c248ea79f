"""Objects of COS by Tencent's own client: bytes, ranges, conditions, checksums, forbid-overwrite, versions."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator

import pytest
from qcloud_cos.cos_exception import CosServiceError

from support.cos_bucket import CosBucket
from yunfn.localcloud.objectstore.crc64 import crc64

from ..conftest import REGION, TencentClients, refusal
from .test_buckets import code_of

BODY = bytes(range(256)) * 4


def test_bytes_come_back_with_their_checksums(bucket: CosBucket) -> None:
    answer = bucket.call("put_object", Key="k", Body=BODY, ContentType="text/x", Metadata={"x-cos-meta-a": "1"})
    assert answer["ETag"] == f'"{hashlib.md5(BODY).hexdigest()}"'
    assert answer["x-cos-hash-crc64ecma"] == str(crc64(BODY))
    head = bucket.call("head_object", Key="k")
    for name in ("ETag", "x-cos-hash-crc64ecma"):
        assert head[name] == answer[name]
    assert (head["Content-Type"], head["Content-Length"], head["x-cos-meta-a"]) == ("text/x", str(len(BODY)), "1")
    assert bucket.get("k") == BODY


def test_an_object_larger_than_memory_is_streamed(bucket: CosBucket) -> None:
    body = os.urandom(3 * 1024**2 + 1)
    bucket.put("k", body)
    assert bucket.get("k") == body


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("0-3", 0, 3), ("1000-", 1000, 1023), ("-10", 1014, 1023), ("1000-5000", 1000, 1023), ("-5000", 0, 1023)],
)
def test_ranges(bucket: CosBucket, asked: str, first: int, last: int) -> None:
    bucket.put("k", BODY)
    answer = bucket.call("get_object", Key="k", Range=f"bytes={asked}")
    assert answer["Body"].get_raw_stream().read() == BODY[first : last + 1]
    assert answer["Content-Range"] == f"bytes {first}-{last}/1024"


@pytest.mark.parametrize("asked", ["1024-", "5000-6000", "-0"])
def test_a_range_outside_is_refused(bucket: CosBucket, asked: str) -> None:
    bucket.put("k", BODY)
    with pytest.raises(CosServiceError) as refused:
        bucket.call("get_object", Key="k", Range=f"bytes={asked}")
    assert code_of(refused) == (416, "InvalidRange")


def test_what_is_no_range_is_the_whole(bucket: CosBucket) -> None:
    bucket.put("k", BODY)
    for asked in ("lines=1-2", "bytes=3-1", "bytes=-"):
        assert bucket.call("get_object", Key="k", Range=asked)["Body"].get_raw_stream().read() == BODY


def test_conditions(bucket: CosBucket) -> None:
    etag = bucket.call("put_object", Key="k", Body=b"x")["ETag"]
    assert bucket.call("get_object", Key="k", IfMatch=etag)
    with pytest.raises(CosServiceError) as failed:
        bucket.call("get_object", Key="k", IfMatch='"other"')
    assert code_of(failed) == (412, "PreconditionFailed")
    # The client takes every answer below 400 for a success.
    assert bucket.call("head_object", Key="k", IfNoneMatch='"other"')["Content-Length"] == "1"
    assert "Content-Length" not in bucket.call("head_object", Key="k", IfNoneMatch=etag)


def test_a_body_other_than_its_digest_is_not_kept(bucket: CosBucket) -> None:
    digest = base64.b64encode(hashlib.md5(b"right").digest()).decode()
    bucket.put("k", b"right", ContentMD5=digest)
    for wrong, code in ((digest, "BadDigest"), ("!" * 24, "BadDigest"), ("no base64!", "InvalidDigest")):
        with pytest.raises(CosServiceError) as refused:
            bucket.put("other", b"wrong", ContentMD5=wrong)
        assert code_of(refused) == (400, code)
    assert bucket.objects() == ["k"]


def test_forbid_overwrite(bucket: CosBucket) -> None:
    only = {"Metadata": {"x-cos-forbid-overwrite": "true"}}
    bucket.put("k", b"first", **only)
    with pytest.raises(CosServiceError) as taken:
        bucket.put("k", b"second", **only)
    assert code_of(taken) == (409, "FileAlreadyExists")
    assert bucket.get("k") == b"first"
    bucket.put("k", b"third", Metadata={"x-cos-forbid-overwrite": "false"})
    assert bucket.get("k") == b"third"
    bucket.call("delete_object", Key="k")
    bucket.put("k", b"fourth", **only)


def test_forbid_overwrite_holds_for_what_came_during_the_body(tencent: TencentClients, bucket: CosBucket) -> None:
    url = bucket.call("get_presigned_url", Key="k", Method="PUT")

    def body() -> Iterator[bytes]:
        yield b"ours"
        while "k" not in bucket.objects():
            bucket.put("k", b"theirs")
        yield b"ours, too"

    answer = tencent.http().put(url, data=body(), headers={"x-cos-forbid-overwrite": "true"})
    assert (answer.status_code, refusal(answer)["Code"]) == (409, "FileAlreadyExists")
    assert bucket.get("k") == b"theirs"


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_forbid_overwrite_has_no_effect_on_a_versioned_bucket(bucket: CosBucket, status: str) -> None:
    bucket.version("Enabled")
    bucket.version(status)
    for body in (b"first", b"second"):
        bucket.put("k", body, Metadata={"x-cos-forbid-overwrite": "true"})
    assert bucket.get("k") == b"second"


def test_versions(bucket: CosBucket) -> None:
    bucket.put("k", b"null")
    bucket.version("Enabled")
    first = bucket.call("put_object", Key="k", Body=b"one")["x-cos-version-id"]
    marker = bucket.call("delete_object", Key="k")
    assert marker["x-cos-delete-marker"] == "true"
    with pytest.raises(CosServiceError) as gone:
        bucket.get("k")
    assert code_of(gone) == (404, "NoSuchKey")
    read = bucket.call("get_object", Key="k", VersionId=first)
    assert read["Body"].get_raw_stream().read() == b"one"
    listed = bucket.call("list_objects_versions")
    assert [each["VersionId"] for each in listed["Version"]] == [first, "null"]
    assert [each["IsLatest"] for each in listed["DeleteMarker"]] == ["true"]
    bucket.call("delete_object", Key="k", VersionId=marker["x-cos-version-id"])
    assert bucket.get("k") == b"one"
    with pytest.raises(CosServiceError) as missing:
        bucket.call("get_object", Key="k", VersionId="none")
    assert code_of(missing) == (404, "NoSuchVersion")


def test_deleting_many(bucket: CosBucket) -> None:
    for name in ("a", "b&c", "d"):
        bucket.put(name, b"")
    keys = {"Object": [{"Key": "a"}, {"Key": "b&c"}, {"Key": "gone"}], "Quiet": "false"}
    done = bucket.call("delete_objects", Delete=keys)
    assert [each["Key"] for each in done["Deleted"]] == ["a", "b&c", "gone"]
    assert bucket.objects() == ["d"]
    assert "Deleted" not in bucket.call("delete_objects", Delete={"Object": [{"Key": "d"}], "Quiet": "true"})
    assert bucket.objects() == []


def test_tags_of_an_object(bucket: CosBucket) -> None:
    bucket.put("k", b"", Tagging="a=1&b=%C3%BC")
    found = bucket.call("get_object_tagging", Key="k")["TagSet"]["Tag"]
    assert {tag["Key"]: tag["Value"] for tag in found} == {"a": "1", "b": "ü"}
    bucket.call("delete_object_tagging", Key="k")
    assert not bucket.call("get_object_tagging", Key="k").get("TagSet")


@pytest.mark.parametrize("key", ["k" * 851, "/leading"])
def test_keys_that_no_object_may_have(tencent: TencentClients, bucket: CosBucket, key: str) -> None:
    answer = tencent.s3("PUT", bucket.name, key, data=b"")
    assert refusal(answer)["Code"] in ("KeyTooLong", "InvalidObjectName")


def test_a_key_of_other_bytes_than_utf8(tencent: TencentClients, bucket: CosBucket) -> None:
    answer = tencent.http().get(f"https://{bucket.name}.cos.{REGION}.myqcloud.com/%ff")
    assert refusal(answer)["Code"] == "InvalidObjectName"


@pytest.mark.parametrize(
    ("headers", "told"),
    [
        ({"x-cos-callback": "aHR0cA=="}, "header x-cos-callback"),
        ({"x-cos-copy-source": "/a/b"}, "PUT object?+copy"),
        ({"x-cos-server-side-encryption-customer-algorithm": "AES256"}, "customer-algorithm"),
    ],
)
def test_what_a_write_cannot_do_here_is_told(bucket: CosBucket, headers: dict[str, str], told: str) -> None:
    with pytest.raises(CosServiceError, match="YunfnLocalUnknownOperation") as refused:
        bucket.put("k", b"", Metadata=headers)
    assert told in refused.value.get_error_msg()
    assert bucket.objects() == []


def test_an_error_has_coss_own_shape(tencent: TencentClients, bucket: CosBucket) -> None:
    with pytest.raises(CosServiceError) as missing:
        bucket.get("dir/none")
    error = missing.value
    assert code_of(missing) == (404, "NoSuchKey")
    assert error.get_resource_location() == f"{bucket.name}.cos.{REGION}.myqcloud.com/dir/none"
    assert len(error.get_request_id()) > 20 and len(error.get_trace_id()) > 20
    with pytest.raises(CosServiceError) as head:
        bucket.call("head_object", Key="dir/none")
    assert code_of(head) == (404, "NoSuchResource")
    assert tencent.journal(bucket.name)[-1]["request_id"] == head.value.get_request_id()


def test_the_journal_names_operations_and_no_secret(tencent: TencentClients, bucket: CosBucket) -> None:
    bucket.put("dir/k", b"x")
    bucket.get("dir/k")
    lines = tencent.journal(bucket.name)
    assert [line["operation"] for line in lines] == ["PutBucket", "PutObject", "GetObject"]
    assert {line["service"] for line in lines} == {"cos"}
    assert lines[-1]["resource"] == f"{bucket.name}/dir/k"
    assert lines[-1]["principal"] == f"qcs::cam::uin/{tencent.account.uin}:uin/{tencent.account.uin}"
    text = json.dumps(lines)
    assert tencent.key.secret not in text and "q-signature" not in text


def test_other_names_of_the_same_endpoint(tencent: TencentClients, bucket: CosBucket) -> None:
    bucket.put("k", b"x")
    newer = tencent.cos(EnableOldDomain=False)
    assert newer.get_conf().get_host(Bucket=bucket.name).endswith("cos-internal.ap-guangzhou.tencentcos.cn")
    assert newer.head_object(Bucket=bucket.name, Key="k")["Content-Length"] == "1"


def test_acceleration_is_refused_by_name(tencent: TencentClients, bucket: CosBucket) -> None:
    answer = tencent.http().get(f"https://{bucket.name}.cos.accelerate.myqcloud.com/k")
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "YunfnLocalUnknownOperation")
