"""Copies, appends, tags, ACLs and symbolic links."""

from __future__ import annotations

import os

import oss2
import pytest
from oss2 import models

from yunfn.localcloud.alibaba.oss import OssService
from yunfn.localcloud.alibaba.oss.exceptions import NoSuchBucket, NoSuchKey

from .conftest import ServedCloud, code_of, refusal


def test_a_copy_takes_the_metadata_along(served: ServedCloud, bucket: oss2.Bucket) -> None:
    target = served.fresh()
    headers = {"Content-Type": "text/x", "x-oss-meta-a": "1", "x-oss-tagging": "t=1&u=a%26b"}
    written = bucket.put_object("from/ü +%", b"hello", headers=headers)
    copied = target.copy_object(bucket.bucket_name, "from/ü +%", "to")
    assert copied.etag == written.etag
    read = target.get_object("to")
    assert (read.read(), read.headers["Content-Type"], read.headers["x-oss-meta-a"]) == (b"hello", "text/x", "1")
    assert target.get_object_tagging("to").tag_set.tagging_rule == {"t": "1", "u": "a&b"}
    bucket.delete_object("from/ü +%")
    assert target.get_object("to").read() == b"hello"


def test_a_copy_can_replace_metadata_and_tags(bucket: oss2.Bucket) -> None:
    bucket.put_object("a", b"hello", headers={"x-oss-meta-a": "1", "x-oss-tagging": "t=1"})
    headers = {
        "x-oss-metadata-directive": "REPLACE",
        "x-oss-tagging-directive": "Replace",
        "x-oss-meta-b": "2",
        "x-oss-tagging": "u=2",
    }
    bucket.copy_object(bucket.bucket_name, "a", "b", headers=headers)
    told = bucket.head_object("b").headers
    assert ("x-oss-meta-a" in told, told["x-oss-meta-b"]) == (False, "2")
    assert bucket.get_object_tagging("b").tag_set.tagging_rule == {"u": "2"}
    # Onto itself the metadata is replaced whatever the directive says.
    bucket.update_object_meta("a", {"x-oss-meta-c": "3"})
    told = bucket.head_object("a").headers
    assert ("x-oss-meta-a" in told, told["x-oss-meta-c"]) == (False, "3")
    assert bucket.get_object("a").read() == b"hello"


def test_copies_that_are_refused(served: ServedCloud, bucket: oss2.Bucket) -> None:
    etag = bucket.put_object("a", b"x").etag
    with pytest.raises(oss2.exceptions.NoSuchKey):
        bucket.copy_object(bucket.bucket_name, "missing", "b")
    with pytest.raises(oss2.exceptions.NoSuchBucket):
        bucket.copy_object("missing-bucket", "a", "b")
    with pytest.raises(oss2.exceptions.PreconditionFailed):
        bucket.copy_object(bucket.bucket_name, "a", "b", headers={"x-oss-copy-source-if-match": "other"})
    with pytest.raises(oss2.exceptions.NotModified):
        bucket.copy_object(bucket.bucket_name, "a", "b", headers={"x-oss-copy-source-if-none-match": etag})
    elsewhere = served.fresh(region="cn-beijing")
    with pytest.raises(oss2.exceptions.AccessDenied) as refused:
        elsewhere.copy_object(bucket.bucket_name, "a", "b")
    assert "specified endpoint" in refused.value.message
    answer = served.signed("PUT", bucket.bucket_name, "b", headers={"x-oss-copy-source": "nonsense"})
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidArgument")


def test_appends_add_up(bucket: oss2.Bucket) -> None:
    position, data, crc = 0, b"", None
    for number in range(70):
        chunk = os.urandom(number * 10)
        appended = bucket.append_object("log", position, chunk, init_crc=crc)
        data += chunk
        position, crc = appended.next_position, appended.crc
        assert position == len(data)
    told = bucket.head_object("log").headers
    assert (told["x-oss-object-type"], told["x-oss-next-append-position"]) == ("Appendable", str(len(data)))
    assert bucket.get_object("log").read() == data
    assert bucket.get_object("log", byte_range=(5, 20_000)).read() == data[5:20_001]


def test_appends_that_are_refused(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.append_object("log", 0, b"12345")
    with pytest.raises(oss2.exceptions.PositionNotEqualToLength) as refused:
        bucket.append_object("log", 3, b"x")
    assert refused.value.next_position == 5
    with pytest.raises(oss2.exceptions.PositionNotEqualToLength):
        bucket.append_object("new", 1, b"x")
    bucket.put_object("plain", b"x")
    with pytest.raises(oss2.exceptions.ObjectNotAppendable):
        bucket.append_object("plain", 1, b"x")
    answer = served.signed("POST", bucket.bucket_name, "log", params={"append": "", "position": "end"})
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidArgument")


def test_object_acl(bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"x")
    assert bucket.get_object_acl("k").acl == "default"
    bucket.put_object_acl("k", "public-read")
    assert bucket.get_object_acl("k").acl == "public-read"
    bucket.put_object("k", b"x", headers={"x-oss-object-acl": "private"})
    assert bucket.get_object_acl("k").acl == "private"
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.put_object("k", b"x", headers={"x-oss-object-acl": "secret"})
    assert code_of(refused) == (400, "InvalidArgument")


def test_object_tags(bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"x")
    assert bucket.get_object_tagging("k").tag_set.tagging_rule == {}
    rule = models.TaggingRule()
    rule.add("a", "1")
    bucket.put_object_tagging("k", models.Tagging(rule))
    assert bucket.get_object_tagging("k").tag_set.tagging_rule == {"a": "1"}
    assert bucket.head_object("k").headers["x-oss-tagging-count"] == "1"
    bucket.delete_object_tagging("k")
    assert bucket.get_object_tagging("k").tag_set.tagging_rule == {}
    for tags in ("&".join(f"k{number}=v" for number in range(11)), "a=1&a=2", "=1", f"a={'v' * 257}"):
        with pytest.raises(oss2.exceptions.ServerError) as refused:
            bucket.put_object("k", b"x", headers={"x-oss-tagging": tags})
        assert code_of(refused) == (400, "InvalidTag")


def test_symbolic_links(bucket: oss2.Bucket) -> None:
    bucket.put_symlink("a/ü", "link")
    assert bucket.get_symlink("link").target_key == "a/ü"
    with pytest.raises(oss2.exceptions.NoSuchKey):
        bucket.get_object("link")
    bucket.put_object("a/ü", b"hello")
    assert bucket.get_object("link").read() == b"hello"
    assert bucket.head_object("link").content_length == 5
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.get_symlink("a/ü")
    assert code_of(refused) == (400, "NotSymlink")


def test_an_archived_object_is_not_read(bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"x", headers={"x-oss-storage-class": "Archive"})
    assert bucket.head_object("k").headers["x-oss-storage-class"] == "Archive"
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.get_object("k")
    assert code_of(refused) == (403, "InvalidObjectState")


def test_retention(served: ServedCloud, bucket: oss2.Bucket) -> None:
    name = bucket.bucket_name
    body = "<InitiateWormConfiguration><RetentionPeriodInDays>2</RetentionPeriodInDays></InitiateWormConfiguration>"
    begun = served.signed("POST", name, params={"worm": ""}, data=body)
    worm = {"wormId": begun.headers["x-oss-worm-id"]}
    bucket.put_object("k", b"x")
    for change in (lambda: bucket.put_object("k", b"y"), lambda: bucket.delete_object("k")):
        with pytest.raises(oss2.exceptions.ServerError) as refused:
            change()
        assert code_of(refused) == (409, "FileImmutable")
    assert served.signed("POST", name, params={"wormId": "other"}).status_code == 404
    assert served.signed("POST", name, params=worm).status_code == 200
    assert "<State>Locked</State>" in served.signed("GET", name, params={"worm": ""}).text
    assert refusal(served.signed("DELETE", name, params={"worm": ""}))["Code"] == "WORMConfigurationLocked"
    extend = body.replace("Initiate", "Extend").replace("2", "3")
    assert served.signed("POST", name, params={**worm, "wormExtend": ""}, data=extend).status_code == 200
    served.inside(lambda cloud: cloud.clock.move(2.5 * 86400))
    try:
        with pytest.raises(oss2.exceptions.ServerError):
            bucket.delete_object("k")
        served.inside(lambda cloud: cloud.clock.move(86400))
        bucket.delete_object("k")
        served.inside(lambda cloud: cloud.clock.move(-86400))
    finally:
        served.inside(lambda cloud: cloud.clock.move(-2.5 * 86400))


def test_a_retention_that_nobody_locks_ends_after_a_day(served: ServedCloud, bucket: oss2.Bucket) -> None:
    body = "<InitiateWormConfiguration><RetentionPeriodInDays>9</RetentionPeriodInDays></InitiateWormConfiguration>"
    served.signed("POST", bucket.bucket_name, params={"worm": ""}, data=body)
    bucket.put_object("k", b"x")
    served.inside(lambda cloud: cloud.clock.move(90_000))
    try:
        bucket.put_object("k", b"y")
    finally:
        served.inside(lambda cloud: cloud.clock.move(-90_000))


def test_siblings_read_an_object_from_one_file(served: ServedCloud, bucket: oss2.Bucket) -> None:
    account, name = served.key.principal.account, bucket.bucket_name
    bucket.put_object("k", b"hello")
    bucket.append_object("log", 0, b"one ")
    bucket.append_object("log", 4, b"two")
    bucket.put_object("empty", b"")

    def read(key: str, account: str = account, name: str = name) -> bytes:
        return served.inside(lambda cloud: cloud.find(OssService).object_path(account, name, key).read_bytes())

    assert (read("k"), read("log"), read("empty")) == (b"hello", b"one two", b"")
    assert bucket.get_object("log").read() == b"one two"
    with pytest.raises(NoSuchKey):
        read("missing")
    with pytest.raises(NoSuchBucket):
        read("k", account="another")
    with pytest.raises(NoSuchBucket):
        read("k", name="missing-bucket")
