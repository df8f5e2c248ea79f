"""Multipart uploads, by hand and by oss2's resumable upload."""

from __future__ import annotations

import os
import time
from pathlib import Path

import oss2
import pytest
from oss2.models import PartInfo

from .conftest import ServedCloud, code_of, refusal

PART = 100 * 1024


def blob_count(served: ServedCloud) -> int:
    return sum(1 for path in served.home.blobs.rglob("*") if path.is_file())


def upload(bucket: oss2.Bucket, key: str, parts: dict[int, bytes]) -> tuple[str, list[PartInfo]]:
    upload_id = bucket.init_multipart_upload(key).upload_id
    infos = []
    for number, data in parts.items():
        answer = bucket.upload_part(key, upload_id, number, data)
        infos.append(PartInfo(number, answer.etag, size=len(data), part_crc=answer.crc))
    return upload_id, infos


def test_parts_become_an_object(served: ServedCloud, bucket: oss2.Bucket) -> None:
    data = os.urandom(2 * PART + 10)
    headers = {"Content-Type": "text/x", "x-oss-meta-a": "1", "x-oss-object-acl": "public-read"}
    upload_id = bucket.init_multipart_upload("k", headers=headers).upload_id
    infos = []
    for number, start in ((7, 2 * PART), (1, 0), (3, PART)):
        chunk = data[start : start + PART]
        answer = bucket.upload_part("k", upload_id, number, chunk)
        infos.append(PartInfo(number, answer.etag, size=len(chunk), part_crc=answer.crc))
    before = blob_count(served)
    infos.sort(key=lambda info: info.part_number)
    done = bucket.complete_multipart_upload("k", upload_id, infos)
    assert done.etag.endswith("-3")
    read = bucket.get_object("k")
    assert (read.read(), read.headers["Content-Type"], read.headers["x-oss-meta-a"]) == (data, "text/x", "1")
    assert read.headers["x-oss-object-type"] == "Multipart"
    assert bucket.get_object_acl("k").acl == "public-read"
    assert bucket.get_object("k", byte_range=(PART - 5, 2 * PART + 3)).read() == data[PART - 5 : 2 * PART + 4]
    assert bucket.list_multipart_uploads().upload_list == []
    assert blob_count(served) == before
    bucket.copy_object(bucket.bucket_name, "k", "copy")
    bucket.delete_object("k")
    assert bucket.get_object("copy").read() == data
    bucket.delete_object("copy")
    assert blob_count(served) == before - 3


def test_a_reader_finishes_an_object_of_many_parts_that_was_deleted(served: ServedCloud, bucket: oss2.Bucket) -> None:
    parts = {number: os.urandom(1024 * 1024) for number in range(1, 11)}
    upload_id, infos = upload(bucket, "k", parts)
    bucket.complete_multipart_upload("k", upload_id, infos)
    reader = bucket.get_object("k")
    begun = reader.read(10)
    bucket.delete_object("k")
    held = blob_count(served)
    assert begun + reader.read() == b"".join(parts.values())
    deadline = time.monotonic() + 60
    while blob_count(served) > held - 10 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert blob_count(served) == held - 10


def test_resumable_upload_and_download(bucket: oss2.Bucket, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(1_500_000))
    store = oss2.ResumableStore(root=str(tmp_path / "store"))
    sent = oss2.resumable_upload(
        bucket, "big", str(source), store=store, multipart_threshold=PART, part_size=PART, num_threads=3
    )
    assert sent.etag.endswith("-15")
    target = tmp_path / "target"
    oss2.resumable_download(bucket, "big", str(target), multiget_threshold=PART, part_size=200_000, num_threads=2)
    assert target.read_bytes() == source.read_bytes()


def test_a_part_is_copied_from_an_object(bucket: oss2.Bucket) -> None:
    data = os.urandom(PART + 50)
    bucket.put_object("from", data)
    upload_id = bucket.init_multipart_upload("to").upload_id
    first = bucket.upload_part_copy(bucket.bucket_name, "from", None, "to", upload_id, 1)
    second = bucket.upload_part_copy(bucket.bucket_name, "from", (10, 19), "to", upload_id, 2)
    bucket.complete_multipart_upload("to", upload_id, [PartInfo(1, first.etag), PartInfo(2, second.etag)])
    assert bucket.get_object("to").read() == data + data[10:20]
    assert bucket.head_object("to").server_crc == oss2_crc(data + data[10:20])


def oss2_crc(data: bytes) -> int:
    crc = oss2.utils.Crc64()
    crc.update(data)
    return int(crc.crc)


def test_parts_must_be_named_in_order(served: ServedCloud, bucket: oss2.Bucket) -> None:
    upload_id, (one, two) = upload(bucket, "k", {1: b"1" * PART, 2: b"2"})
    for parts in ([two, one], [one, one]):
        # By hand: oss2 sorts the parts itself.
        named = "".join(f"<Part><PartNumber>{p.part_number}</PartNumber><ETag>{p.etag}</ETag></Part>" for p in parts)
        body = f"<CompleteMultipartUpload>{named}</CompleteMultipartUpload>"
        answer = served.signed("POST", bucket.bucket_name, "k", params={"uploadId": upload_id}, data=body)
        assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidPartOrder")


def test_what_completion_refuses(bucket: oss2.Bucket) -> None:
    upload_id, (one, two) = upload(bucket, "k", {1: b"1" * PART, 2: b"2"})
    small_id, (small, last) = upload(bucket, "k", {1: b"1" * (PART - 1), 2: b"2"})
    for parts, code in (
        ([one, PartInfo(3, two.etag)], "InvalidPart"),
        ([one, PartInfo(2, one.etag)], "InvalidPart"),
        ([], "MalformedXML"),
    ):
        with pytest.raises(oss2.exceptions.ServerError) as refused:
            bucket.complete_multipart_upload("k", upload_id, parts)
        assert code_of(refused) == (400, code)
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.complete_multipart_upload("k", small_id, [small, last])
    assert code_of(refused) == (400, "EntityTooSmall")
    assert refused.value.details["PartNumber"] == "1"
    assert not bucket.object_exists("k")
    bucket.complete_multipart_upload("k", upload_id, [one])
    assert bucket.get_object("k").read() == b"1" * PART
    with pytest.raises(oss2.exceptions.NoSuchUpload):
        bucket.complete_multipart_upload("k", upload_id, [one])


def test_completing_all_without_naming_them(served: ServedCloud, bucket: oss2.Bucket) -> None:
    upload_id, _ = upload(bucket, "k", {1: b"1" * PART, 2: b"2"})
    headers = {"x-oss-complete-all": "yes"}
    answer = served.signed("POST", bucket.bucket_name, "k", params={"uploadId": upload_id}, headers=headers)
    assert answer.status_code == 200
    assert bucket.get_object("k").read() == b"1" * PART + b"2"


def test_forbid_overwrite_at_completion(bucket: oss2.Bucket) -> None:
    upload_id, parts = upload(bucket, "k", {1: b"1"})
    bucket.put_object("k", b"first")
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.complete_multipart_upload("k", upload_id, parts, headers={"x-oss-forbid-overwrite": "true"})
    assert code_of(refused) == (409, "FileAlreadyExists")
    assert bucket.get_object("k").read() == b"first"
    assert [part.part_number for part in bucket.list_parts("k", upload_id).parts] == [1]
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.init_multipart_upload("k", headers={"x-oss-forbid-overwrite": "true"})
    assert code_of(refused) == (409, "FileAlreadyExists")


def test_a_part_can_be_sent_again_and_an_upload_aborted(served: ServedCloud, bucket: oss2.Bucket) -> None:
    before = blob_count(served)
    upload_id, _ = upload(bucket, "k", {1: b"old"})
    again = bucket.upload_part("k", upload_id, 1, b"newer")
    (part,) = bucket.list_parts("k", upload_id).parts
    assert (part.etag, part.size) == (again.etag, 5)
    assert blob_count(served) == before + 1
    bucket.abort_multipart_upload("k", upload_id)
    assert blob_count(served) == before
    for call in (
        lambda: bucket.upload_part("k", upload_id, 2, b"x"),
        lambda: bucket.list_parts("k", upload_id),
        lambda: bucket.abort_multipart_upload("k", upload_id),
        lambda: bucket.upload_part("other", upload_id, 2, b"x"),
    ):
        with pytest.raises(oss2.exceptions.NoSuchUpload):
            call()


@pytest.mark.parametrize("number", ["0", "10001", "x", ""])
def test_part_numbers(served: ServedCloud, bucket: oss2.Bucket, number: str) -> None:
    upload_id = bucket.init_multipart_upload("k").upload_id
    params = {"uploadId": upload_id, "partNumber": number}
    answer = served.signed("PUT", bucket.bucket_name, "k", params=params, data=b"x")
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidArgument")


def test_parts_are_listed_in_pages(bucket: oss2.Bucket) -> None:
    upload_id, _ = upload(bucket, "k ü", {number: str(number).encode() for number in (1, 2, 30, 4000)})
    assert [part.part_number for part in oss2.PartIterator(bucket, "k ü", upload_id)] == [1, 2, 30, 4000]
    page = bucket.list_parts("k ü", upload_id, marker="2", max_parts=1)
    assert ([part.part_number for part in page.parts], page.is_truncated, page.next_marker) == ([30], True, "30")


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_uploads_are_listed_in_pages(bucket: oss2.Bucket, size: int) -> None:
    keys = ["a", "a", "b/1", "b/2", "c"]
    ids = sorted((key, bucket.init_multipart_upload(key).upload_id) for key in keys)
    found = [(entry.key, entry.upload_id) for entry in oss2.MultipartUploadIterator(bucket, max_uploads=size)]
    assert found == ids
    grouped = oss2.MultipartUploadIterator(bucket, delimiter="/", max_uploads=size)
    assert [entry.key for entry in grouped] == ["a", "a", "b/", "c"]
    only = oss2.MultipartUploadIterator(bucket, prefix="b/", max_uploads=size)
    assert [entry.key for entry in only] == ["b/1", "b/2"]
    mine = oss2.ObjectUploadIterator(bucket, "a", max_uploads=10)
    assert [entry.upload_id for entry in mine] == [upload for key, upload in ids if key == "a"]
