"""Listings and multipart uploads of COS by Tencent's own client."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from qcloud_cos.cos_exception import CosServiceError

from support.cos_bucket import CosBucket
from yunfn.localcloud.objectstore.crc64 import crc64

from .test_buckets import code_of

MB = 1024**2
KEYS = ["a/1", "a/2", "b&<c>/1", "d", "ü"]


@pytest.fixture
def filled(bucket: CosBucket) -> CosBucket:
    for key in KEYS:
        bucket.put(key, b"x")
    return bucket


def names(page: dict[str, Any]) -> list[str]:
    keys = [each["Key"] for each in page.get("Contents", [])]
    return keys + [each["Prefix"] for each in page.get("CommonPrefixes", [])]


def test_pages_of_objects(filled: CosBucket) -> None:
    seen, marker = list[str](), ""
    for _ in range(len(KEYS)):
        page = filled.call("list_objects", MaxKeys=2, Marker=marker)
        seen += names(page)
        if page["IsTruncated"] == "false":
            break
        marker = page["NextMarker"]
    assert seen == KEYS
    assert names(filled.call("list_objects", Prefix="a/")) == ["a/1", "a/2"]
    assert names(filled.call("list_objects", Delimiter="/")) == ["d", "ü", "a/", "b&<c>/"]
    assert names(filled.call("list_objects", Delimiter="/", Marker="a/", MaxKeys=1)) == ["b&<c>/"]
    assert names(filled.call("list_objects", MaxKeys=0)) == []


def test_what_a_listing_tells_of_an_object(filled: CosBucket) -> None:
    (entry,) = filled.call("list_objects", Prefix="d")["Contents"]
    appid = filled.name.rsplit("-", 1)[1]
    assert (entry["Size"], entry["StorageClass"]) == ("1", "STANDARD")
    assert entry["ETag"] == f'"{hashlib.md5(b"x").hexdigest()}"'
    assert entry["Owner"] == {"ID": appid, "DisplayName": appid}
    assert entry["LastModified"].endswith("Z")


def test_bad_listing_parameters(filled: CosBucket) -> None:
    for parameters in ({"MaxKeys": 1001}, {"MaxKeys": "many"}):
        with pytest.raises(CosServiceError) as refused:
            filled.call("list_objects", **parameters)
        assert code_of(refused) == (400, "InvalidArgument")


def test_pages_of_versions(bucket: CosBucket) -> None:
    bucket.version("Enabled")
    ids = [bucket.call("put_object", Key="k", Body=b"x")["x-cos-version-id"] for _ in range(3)]
    page = bucket.call("list_objects_versions", MaxKeys=2)
    assert [each["VersionId"] for each in page["Version"]] == [ids[2], ids[1]]
    rest = bucket.call(
        "list_objects_versions", KeyMarker=page["NextKeyMarker"], VersionIdMarker=page["NextVersionIdMarker"]
    )
    assert [each["VersionId"] for each in rest["Version"]] == [ids[0]]


def begin(bucket: CosBucket, key: str, *bodies: bytes, **headers: Any) -> tuple[str, list[dict[str, Any]]]:
    upload = bucket.call("create_multipart_upload", Key=key, **headers)["UploadId"]
    parts = []
    for number, body in enumerate(bodies, 1):
        answer = bucket.call("upload_part", Key=key, UploadId=upload, PartNumber=number, Body=body)
        assert answer["x-cos-hash-crc64ecma"] == str(crc64(body))
        parts.append({"PartNumber": number, "ETag": answer["ETag"]})
    return upload, parts


def complete(bucket: CosBucket, key: str, upload: str, parts: list[dict[str, Any]], **headers: Any) -> Any:
    return bucket.call(
        "complete_multipart_upload", Key=key, UploadId=upload, MultipartUpload={"Part": parts}, **headers
    )


def test_parts_become_one_object(bucket: CosBucket) -> None:
    bodies = [os.urandom(MB), os.urandom(MB + 7), b"end"]
    upload, parts = begin(bucket, "k", *bodies, ContentType="application/zip", ACL="private")
    listed = bucket.call("list_parts", Key="k", UploadId=upload)["Part"]
    assert [(each["PartNumber"], each["Size"]) for each in listed] == [("1", str(MB)), ("2", str(MB + 7)), ("3", "3")]
    assert [each["ETag"] for each in listed] == [f'"{hashlib.md5(body).hexdigest()}"' for body in bodies]
    assert bucket.objects() == []
    done = complete(bucket, "k", upload, parts)
    assert done["x-cos-hash-crc64ecma"] == str(crc64(b"".join(bodies)))
    assert done["ETag"].endswith('-3"')
    assert bucket.get("k") == b"".join(bodies)
    assert bucket.call("head_object", Key="k")["Content-Type"] == "application/zip"
    assert bucket.uploads() == []
    with pytest.raises(CosServiceError) as gone:
        bucket.call("list_parts", Key="k", UploadId=upload)
    assert code_of(gone) == (404, "NoSuchUpload")


def test_the_clients_own_parallel_upload_and_its_resumption(bucket: CosBucket, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(os.urandom(5 * MB + 3))
    data = file.read_bytes()
    begin(bucket, "k", data[:MB], data[MB : 2 * MB])
    bucket.call("upload_file", Key="k", LocalFilePath=str(file), PartSize=1, MAXThread=4)
    assert bucket.get("k") == data
    assert bucket.uploads() == []
    bucket.call("download_file", Key="k", DestFilePath=str(tmp_path / "back"), PartSize=1, MAXThread=4)
    assert (tmp_path / "back").read_bytes() == data


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda parts: parts.reverse(), "InvalidPartOrder"),
        (lambda parts: parts[0].update(ETag='"00000000000000000000000000000000"'), "InvalidPart"),
        (lambda parts: parts[0].update(PartNumber=7), "InvalidPart"),
        (lambda parts: parts.append({"PartNumber": 9, "ETag": parts[0]["ETag"]}), "InvalidPart"),
        (lambda parts: parts.clear(), "MalformedXML"),
    ],
)
def test_parts_that_do_not_fit(bucket: CosBucket, spoil: Any, code: str) -> None:
    upload, parts = begin(bucket, "k", os.urandom(MB), b"end")
    spoil(parts)
    with pytest.raises(CosServiceError) as refused:
        complete(bucket, "k", upload, parts)
    assert code_of(refused) == (400, code)
    assert (bucket.objects(), bucket.uploads()) == ([], [upload])


def test_a_part_that_is_too_small(bucket: CosBucket) -> None:
    upload, parts = begin(bucket, "k", b"small", b"end")
    with pytest.raises(CosServiceError) as refused:
        complete(bucket, "k", upload, parts)
    assert code_of(refused) == (400, "EntityTooSmall")


@pytest.mark.parametrize("number", [0, 10_001, "x"])
def test_no_such_part_number(bucket: CosBucket, number: object) -> None:
    upload, _ = begin(bucket, "k")
    with pytest.raises(CosServiceError) as refused:
        bucket.call("upload_part", Key="k", UploadId=upload, PartNumber=number, Body=b"x")
    assert code_of(refused) == (400, "InvalidArgument")


def test_forbid_overwrite_holds_when_parts_are_put_together(bucket: CosBucket) -> None:
    only = {"Metadata": {"x-cos-forbid-overwrite": "true"}}
    upload, parts = begin(bucket, "k", b"end", **only)
    bucket.put("k", b"theirs")
    with pytest.raises(CosServiceError) as taken:
        complete(bucket, "k", upload, parts, **only)
    assert code_of(taken) == (409, "FileAlreadyExists")
    assert bucket.get("k") == b"theirs"
    with pytest.raises(CosServiceError) as begun:
        begin(bucket, "k", **only)
    assert code_of(begun) == (409, "FileAlreadyExists")
    complete(bucket, "k", upload, parts)
    assert bucket.get("k") == b"end"


def test_a_part_sent_again_replaces_the_first(bucket: CosBucket) -> None:
    upload, _ = begin(bucket, "k", b"first")
    answer = bucket.call("upload_part", Key="k", UploadId=upload, PartNumber=1, Body=b"second")
    complete(bucket, "k", upload, [{"PartNumber": 1, "ETag": answer["ETag"]}])
    assert bucket.get("k") == b"second"


def test_pages_of_parts_and_uploads(bucket: CosBucket) -> None:
    upload, _ = begin(bucket, "k", os.urandom(MB), os.urandom(MB), b"end")
    page = bucket.call("list_parts", Key="k", UploadId=upload, MaxParts=2)
    assert (page["IsTruncated"], page["NextPartNumberMarker"]) == ("true", "2")
    rest = bucket.call("list_parts", Key="k", UploadId=upload, PartNumberMarker=2)
    assert [each["PartNumber"] for each in rest["Part"]] == ["3"]
    second, _ = begin(bucket, "k")
    other, _ = begin(bucket, "k2")
    first_page = bucket.call("list_multipart_uploads", MaxUploads=2)
    assert {each["UploadId"] for each in first_page["Upload"]} == {upload, second}
    following = {"KeyMarker": first_page["NextKeyMarker"], "UploadIdMarker": first_page["NextUploadIdMarker"]}
    assert [each["UploadId"] for each in bucket.call("list_multipart_uploads", **following)["Upload"]] == [other]
    assert [each["Key"] for each in bucket.call("list_multipart_uploads", Prefix="k2")["Upload"]] == ["k2"]
    bucket.call("abort_multipart_upload", Key="k", UploadId=upload)
    assert set(bucket.uploads()) == {second, other}
    with pytest.raises(CosServiceError) as gone:
        bucket.call("abort_multipart_upload", Key="k", UploadId=upload)
    assert code_of(gone) == (404, "NoSuchUpload")
