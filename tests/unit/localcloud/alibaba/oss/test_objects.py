"""Objects: writing, reading, ranges, conditions, copies, appends, properties, deletion."""

from __future__ import annotations

import base64
import hashlib
import os
import time
from xml.etree import ElementTree

import oss2
import pytest
from oss2 import models

from .conftest import ServedCloud, code_of, refusal

MD5_OF_OTHER = base64.b64encode(hashlib.md5(b"other").digest()).decode()


def test_what_is_written_is_read(bucket: oss2.Bucket) -> None:
    headers = {
        "Content-Type": "text/x-test; charset=utf-8",
        "Cache-Control": "no-cache",
        "Content-Disposition": "attachment",
        "Content-Encoding": "identity",
        "Content-Language": "en",
        "Expires": "Fri, 28 Feb 2032 05:38:42 GMT",
        "x-oss-meta-Owner": "me",
        "x-oss-storage-class": "IA",
        "x-oss-server-side-encryption": "AES256",
        "Content-MD5": base64.b64encode(hashlib.md5(b"hello").digest()).decode(),
    }
    written = bucket.put_object("k", b"hello", headers=headers)
    assert written.etag == hashlib.md5(b"hello").hexdigest().upper()
    assert written.resp.headers["ETag"] == f'"{written.etag}"'
    assert written.resp.headers["x-oss-server-side-encryption"] == "AES256"
    assert written.versionid is None
    for answer in (bucket.get_object("k"), bucket.head_object("k")):
        told = answer.headers
        for name in ("Content-Type", "Cache-Control", "Content-Disposition", "Content-Language", "Expires"):
            assert told[name] == headers[name]
        assert told["x-oss-meta-owner"] == "me"
        assert told["x-oss-storage-class"] == "IA"
        assert told["x-oss-object-type"] == "Normal"
        assert told["Content-Length"] == "5"
        assert told["Accept-Ranges"] == "bytes"
        assert abs(answer.last_modified - time.time()) < 10
        assert len(told["x-oss-request-id"]) == 36
    meta = bucket.get_object_meta("k")
    assert (meta.content_length, meta.etag) == (5, written.etag)
    assert "x-oss-meta-owner" not in meta.headers


def test_an_empty_object(bucket: oss2.Bucket) -> None:
    assert bucket.put_object("empty/", b"").etag == "D41D8CD98F00B204E9800998ECF8427E"
    assert bucket.get_object("empty/").read() == b""
    assert bucket.head_object("empty/").headers["x-oss-hash-crc64ecma"] == "0"


def test_a_large_object_is_streamed(served: ServedCloud, bucket: oss2.Bucket) -> None:
    data = os.urandom(3 * 1024 * 1024 + 17)
    assert bucket.put_object("large", data).crc == bucket.head_object("large").server_crc
    assert bucket.get_object("large").read() == data
    assert bucket.get_object("large", byte_range=(1_000_000, 2_500_000)).read() == data[1_000_000:2_500_001]

    def pieces(size: int = 64_000) -> object:
        for start in range(0, len(data), size):
            yield data[start : start + size]

    answer = served.http().put(bucket.sign_url("PUT", "chunked", 60), data=pieces())
    assert answer.status_code == 200
    assert answer.request.headers["Transfer-Encoding"] == "chunked"
    assert bucket.get_object("chunked").read() == data


@pytest.mark.parametrize("replace", ["delete", "overwrite"])
def test_a_reader_finishes_what_was_removed_meanwhile(served: ServedCloud, bucket: oss2.Bucket, replace: str) -> None:
    data = os.urandom(6 * 1024 * 1024)
    bucket.put_object("k", data)
    reader = bucket.get_object("k")
    begun = reader.read(10)
    blobs = blob_count(served)
    if replace == "delete":
        bucket.delete_object("k")
    else:
        bucket.put_object("k", data[:70_000])
    assert begun + reader.read() == data
    deadline = time.monotonic() + 60
    while blob_count(served) >= blobs + (replace == "overwrite") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert blob_count(served) == blobs - (replace == "delete")


def blob_count(served: ServedCloud) -> int:
    return sum(1 for path in served.home.blobs.rglob("*") if path.is_file())


def test_blobs_of_the_overwritten_go(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"1" * 100)
    before = blob_count(served)
    for _ in range(3):
        bucket.put_object("k", b"2" * 100)
    assert blob_count(served) == before
    bucket.delete_object("k")
    assert blob_count(served) == before - 1


@pytest.mark.parametrize("md5", [MD5_OF_OTHER, "no base64!", "AAAA"])
@pytest.mark.parametrize("size", [5, 100_000])
def test_a_body_that_fails_its_md5_leaves_nothing(
    served: ServedCloud, bucket: oss2.Bucket, md5: str, size: int
) -> None:
    before = blob_count(served)
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.put_object("k", b"x" * size, headers={"Content-MD5": md5})
    assert code_of(refused) == (400, "InvalidDigest")
    assert not bucket.object_exists("k")
    assert blob_count(served) == before


def test_a_body_that_fails_its_crc(bucket: oss2.Bucket) -> None:
    crc = str(bucket.put_object("k", b"hello").crc)
    bucket.put_object("same", b"hello", headers={"x-oss-hash-crc64ecma": crc})
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.put_object("other", b"hallo", headers={"x-oss-hash-crc64ecma": crc})
    assert code_of(refused) == (400, "InvalidArgument")


def test_forbid_overwrite(bucket: oss2.Bucket) -> None:
    headers = {"x-oss-forbid-overwrite": "true"}
    bucket.put_object("k", b"1", headers=headers)
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.put_object("k", b"2", headers=headers)
    assert code_of(refused) == (409, "FileAlreadyExists")
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.copy_object(bucket.bucket_name, "k", "k", headers=headers)
    assert code_of(refused) == (409, "FileAlreadyExists")
    assert bucket.get_object("k").read() == b"1"
    bucket.put_object("k", b"3", headers={"x-oss-forbid-overwrite": "false"})
    assert bucket.get_object("k").read() == b"3"


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_forbid_overwrite_has_no_effect_where_versions_are_kept(bucket: oss2.Bucket, status: str) -> None:
    bucket.put_bucket_versioning(models.BucketVersioningConfig(status))
    for content in (b"1", b"2"):
        bucket.put_object("k", content, headers={"x-oss-forbid-overwrite": "true"})
    assert bucket.get_object("k").read() == b"2"


@pytest.mark.parametrize(
    ("asked", "standard", "status", "expected"),
    [
        ("bytes=0-3", False, 206, "0123"),
        ("bytes=7-", False, 206, "789"),
        ("bytes=-2", False, 206, "89"),
        ("bytes=9-9", False, 206, "9"),
        # OSS answers what reaches beyond the object with all of it, unless asked to behave by the standard.
        ("bytes=5-20", False, 200, "0123456789"),
        ("bytes=5-20", True, 206, "56789"),
        ("bytes=10-20", False, 200, "0123456789"),
        ("bytes=10-20", True, 416, "InvalidRange"),
        ("bytes=-20", False, 200, "0123456789"),
        ("bytes=5-2", False, 200, "0123456789"),
        ("bytes=-", False, 200, "0123456789"),
        ("lines=1-2", False, 200, "0123456789"),
        ("bytes=1-2,4-5", False, 200, "0123456789"),
    ],
)
def test_ranges(
    served: ServedCloud, bucket: oss2.Bucket, asked: str, standard: bool, status: int, expected: str
) -> None:
    bucket.put_object("k", b"0123456789")
    headers = {"Range": asked, **({"x-oss-range-behavior": "standard"} if standard else {})}
    answer = served.signed("GET", bucket.bucket_name, "k", headers=headers)
    assert answer.status_code == status
    if status == 416:
        assert refusal(answer)["Code"] == expected
        return
    assert answer.text == expected
    assert answer.headers["Content-Length"] == str(len(expected))
    if status == 206:
        start = "0123456789".index(expected[0])
        assert answer.headers["Content-Range"] == f"bytes {start}-{start + len(expected) - 1}/10"


def test_conditions(bucket: oss2.Bucket) -> None:
    etag = bucket.put_object("k", b"x").etag
    past, future = "Thu, 01 Jan 2015 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
    for fits in (
        {"If-Match": etag},
        {"If-Match": f'"{etag}"'},
        {"If-None-Match": "other"},
        {"If-Modified-Since": past},
        {"If-Unmodified-Since": future},
        {"If-Modified-Since": "no date"},
    ):
        assert bucket.get_object("k", headers=fits).read() == b"x"
        assert bucket.head_object("k", headers=fits).status == 200
    for missed, condition in (
        ({"If-Match": "other"}, "If-Match"),
        ({"If-Unmodified-Since": past}, "If-Unmodified-Since"),
    ):
        with pytest.raises(oss2.exceptions.PreconditionFailed) as refused:
            bucket.get_object("k", headers=missed)
        assert refused.value.details["Condition"] == condition
        with pytest.raises(oss2.exceptions.ServerError) as refused:
            bucket.head_object("k", headers=missed)
        assert refused.value.status == 412
    for known in ({"If-None-Match": etag}, {"If-Modified-Since": future}):
        with pytest.raises(oss2.exceptions.NotModified) as unchanged:
            bucket.get_object("k", headers=known)
        assert unchanged.value.headers["ETag"] == f'"{etag}"'


def test_response_headers_can_be_overridden_by_signed_requests(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"x")
    bucket.put_object_acl("k", "public-read")
    answer = bucket.get_object("k", params={"response-cache-control": "no-store", "response-expires": "never"})
    assert (answer.headers["Cache-Control"], answer.headers["Expires"]) == ("no-store", "never")
    url = f"http://{bucket.bucket_name}.oss-cn-hangzhou.aliyuncs.com/k"
    assert served.http().get(url).status_code == 200
    assert refusal(served.http().get(url + "?response-cache-control=no-store"))["Code"] == "AccessDenied"


def test_head_tells_its_error_in_a_header(served: ServedCloud, bucket: oss2.Bucket) -> None:
    answer = served.signed("HEAD", bucket.bucket_name, "missing")
    assert (answer.status_code, answer.content) == (404, b"")
    error = ElementTree.fromstring(base64.b64decode(answer.headers["x-oss-err"]))
    assert (error.findtext("Code"), error.findtext("Key")) == ("NoSuchKey", "missing")
    assert error.findtext("RequestId") == answer.headers["x-oss-request-id"]
    assert answer.headers["x-oss-ec"] == "0026-00000001"


@pytest.mark.parametrize("key", ["/leading", "\\leading", "k" * 1024, "ü" * 512])
def test_keys_that_are_refused(served: ServedCloud, bucket: oss2.Bucket, key: str) -> None:
    answer = served.signed("PUT", bucket.bucket_name, key, data=b"x")
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidObjectName")


@pytest.mark.parametrize("key", ["k" * 1023, "ü" * 511, "a//b/../c/.", "a\\b", " ", "%2F", "\x01"])
def test_keys_that_are_taken(bucket: oss2.Bucket, key: str) -> None:
    bucket.put_object(key, b"x")
    assert bucket.get_object(key).read() == b"x"
    assert [entry.key for entry in bucket.list_objects().object_list] == [key]


def test_a_path_that_is_no_utf_8(served: ServedCloud, bucket: oss2.Bucket) -> None:
    answer = served.http().get(f"http://{bucket.bucket_name}.oss-cn-hangzhou.aliyuncs.com/%FF")
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidObjectName")


def test_batch_delete(served: ServedCloud, bucket: oss2.Bucket) -> None:
    keys = ["a", "b & c", "ü/<d>"]
    for key in keys:
        bucket.put_object(key, b"x")
    assert bucket.batch_delete_objects([*keys[:2], "never"]).deleted_keys == [*keys[:2], "never"]
    assert [entry.key for entry in bucket.list_objects().object_list] == [keys[2]]
    body = b"<Delete><Quiet>true</Quiet><Object><Key>\xc3\xbc/&lt;d&gt;</Key></Object></Delete>"
    md5 = base64.b64encode(hashlib.md5(body).digest()).decode()
    send = {"params": {"delete": ""}, "data": body}
    assert refusal(served.signed("POST", bucket.bucket_name, **send))["Code"] == "MissingArgument"
    headers = {"content-md5": MD5_OF_OTHER}
    assert refusal(served.signed("POST", bucket.bucket_name, headers=headers, **send))["Code"] == "InvalidDigest"
    answer = served.signed("POST", bucket.bucket_name, headers={"content-md5": md5}, **send)
    assert (answer.status_code, answer.content) == (200, b"")
    assert bucket.list_objects().object_list == []


def test_deleting_what_is_not_there_is_fine(bucket: oss2.Bucket) -> None:
    assert bucket.delete_object("never").status == 204
