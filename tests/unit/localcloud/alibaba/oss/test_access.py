"""Who may do what: RAM's answer for users and roles, ACLs for everyone, events for siblings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import oss2
import pytest
from oss2 import models

from yunfn.localcloud.alibaba.oss.events import ObjectEvent
from yunfn.localcloud.keys import Principal

from .conftest import REGION, ServedCloud, code_of, refusal

Step = Callable[[oss2.Bucket], Any]


@pytest.fixture
def user(served: ServedCloud, bucket: oss2.Bucket) -> Iterator[oss2.Bucket]:
    """The bucket as a RAM user sees it, who may do nothing yet."""
    key = served.inside(lambda cloud: cloud.keys.create(Principal(cloud.account, "user", "someone")))
    served.grants.allowed.clear()
    served.grants.asked.clear()
    yield served.bucket(bucket.bucket_name, oss2.AuthV4(key.id, key.secret))
    served.grants.allowed.clear()


def upload_id(bucket: oss2.Bucket) -> str:
    return next(iter(oss2.MultipartUploadIterator(bucket))).upload_id


# The operation, and each RAM action it needs with its resource behind the bucket's name.
ACTIONS: list[tuple[Step, list[tuple[str, str]]]] = [
    (lambda b: b.get_bucket_info(), [("GetBucketInfo", "")]),
    (lambda b: b.get_bucket_stat(), [("GetBucketStat", "")]),
    (lambda b: b.get_bucket_location(), [("GetBucketLocation", "")]),
    (lambda b: b.get_bucket_acl(), [("GetBucketAcl", "")]),
    (lambda b: b.put_bucket_acl("private"), [("PutBucketAcl", "")]),
    (lambda b: b.create_bucket(), [("PutBucket", "")]),
    (lambda b: b.get_bucket_tagging(), [("GetBucketTagging", "")]),
    (lambda b: b.get_bucket_versioning(), [("GetBucketVersioning", "")]),
    (lambda b: b.delete_bucket_cors(), [("DeleteBucketCors", "")]),
    (lambda b: b.get_bucket_logging(), [("GetBucketLogging", "")]),
    (lambda b: b.delete_bucket_policy(), [("DeleteBucketPolicy", "")]),
    (lambda b: b.list_objects(), [("ListObjects", "")]),
    (lambda b: b.list_objects_v2(), [("ListObjects", "")]),
    (lambda b: b.list_object_versions(), [("ListObjectVersions", "")]),
    (lambda b: b.list_multipart_uploads(), [("ListMultipartUploads", "")]),
    (lambda b: b.put_object("new", b"x"), [("PutObject", "/new")]),
    (
        lambda b: b.put_object("new", b"x", headers={"x-oss-tagging": "a=1"}),
        [("PutObject", "/new"), ("PutObjectTagging", "/new")],
    ),
    (lambda b: b.append_object("log", 0, b"x"), [("PutObject", "/log")]),
    (lambda b: b.get_object("k"), [("GetObject", "/k")]),
    (lambda b: b.head_object("k"), [("GetObject", "/k")]),
    (lambda b: b.get_object_meta("k"), [("GetObject", "/k")]),
    (lambda b: b.get_object("k", params={"versionId": "null"}), [("GetObjectVersion", "/k")]),
    (lambda b: b.get_object_acl("k"), [("GetObjectAcl", "/k")]),
    (lambda b: b.put_object_acl("k", "private"), [("PutObjectAcl", "/k")]),
    (lambda b: b.get_object_tagging("k"), [("GetObjectTagging", "/k")]),
    (lambda b: b.delete_object_tagging("k"), [("DeleteObjectTagging", "/k")]),
    (lambda b: b.put_symlink("k", "link"), [("PutObject", "/link")]),
    (lambda b: b.copy_object(b.bucket_name, "k", "copy"), [("PutObject", "/copy"), ("GetObject", "/k")]),
    (lambda b: b.init_multipart_upload("k"), [("PutObject", "/k")]),
    (lambda b: b.delete_object("k"), [("DeleteObject", "/k")]),
    (lambda b: b.delete_object("k", {"versionId": "null"}), [("DeleteObjectVersion", "/k")]),
    (lambda b: b.batch_delete_objects(["k", "l"]), [("DeleteObject", "/k"), ("DeleteObject", "/l")]),
    (lambda b: b.delete_bucket(), [("DeleteBucket", "")]),
]


@pytest.mark.parametrize(("step", "needed"), ACTIONS)
def test_every_operation_asks_ram(
    served: ServedCloud, bucket: oss2.Bucket, user: oss2.Bucket, step: Step, needed: list[tuple[str, str]]
) -> None:
    account, name = served.key.principal.account, bucket.bucket_name
    full = [(f"oss:{action}", f"acs:oss:*:{account}:{name}{tail}") for action, tail in needed]
    if "DeleteBucket" not in {action for action, _ in needed}:
        bucket.put_object("k", b"x")
    for missing in full:
        served.grants.allowed = set(full) - {missing}
        with pytest.raises(oss2.exceptions.ServerError) as refused:
            step(user)
        assert refused.value.status == 403
        if refused.value.details:
            assert refused.value.details["Code"] == "AccessDenied"
            assert refused.value.details["AuthAction"] == missing[0]
    served.grants.allowed = set(full)
    served.grants.asked.clear()
    step(user)
    assert sorted(served.grants.asked) == sorted(full)


def test_the_steps_of_an_upload_ask_ram(served: ServedCloud, bucket: oss2.Bucket, user: oss2.Bucket) -> None:
    upload = bucket.init_multipart_upload("k").upload_id
    resource = f"acs:oss:*:{served.key.principal.account}:{bucket.bucket_name}/k"
    part = models.PartInfo(1, "9DD4E461268C8034F5C8564E155C67A6")
    for action, step in (
        ("oss:PutObject", lambda: user.upload_part("k", upload, 1, b"x")),
        ("oss:ListParts", lambda: user.list_parts("k", upload)),
        ("oss:PutObject", lambda: user.complete_multipart_upload("k", upload, [part])),
    ):
        served.grants.allowed.clear()
        with pytest.raises(oss2.exceptions.AccessDenied):
            step()
        served.grants.allowed.add((action, resource))
        step()
    upload = bucket.init_multipart_upload("k").upload_id
    with pytest.raises(oss2.exceptions.AccessDenied):
        user.abort_multipart_upload("k", upload)
    served.grants.allowed.add(("oss:AbortMultipartUpload", resource))
    user.abort_multipart_upload("k", upload)


def test_listing_buckets_asks_ram(served: ServedCloud, user: oss2.Bucket) -> None:
    service = oss2.Service(user.auth, user.endpoint, session=user.session, region=REGION)
    with pytest.raises(oss2.exceptions.AccessDenied):
        service.list_buckets()
    served.grants.allowed.add(("oss:ListBuckets", f"acs:oss:*:{served.key.principal.account}:*"))
    service.list_buckets()


def anonymous(served: ServedCloud, bucket: oss2.Bucket) -> oss2.Bucket:
    return served.bucket(bucket.bucket_name, oss2.AnonymousAuth())


def test_strangers_see_nothing_of_a_private_bucket(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"x")
    stranger = anonymous(served, bucket)
    for step in (
        lambda: stranger.get_object("k"),
        lambda: stranger.get_object("missing"),
        lambda: stranger.put_object("k", b"y"),
        lambda: stranger.delete_object("k"),
        stranger.list_objects,
        stranger.get_bucket_info,
        stranger.get_bucket_acl,
        lambda: stranger.get_object_acl("k"),
        stranger.delete_bucket,
    ):
        with pytest.raises(oss2.exceptions.AccessDenied) as refused:
            step()
        assert refused.value.status == 403
    assert bucket.get_object("k").read() == b"x"
    answer = served.http().get(f"http://oss-{REGION}.aliyuncs.com/")
    assert (answer.status_code, refusal(answer)["Code"]) == (403, "AccessDenied")
    answer = served.http().put(f"http://made-by-nobody.oss-{REGION}.aliyuncs.com/")
    assert (answer.status_code, refusal(answer)["Code"]) == (403, "AccessDenied")


def test_a_bucket_that_everyone_may_read(served: ServedCloud, bucket: oss2.Bucket, user: oss2.Bucket) -> None:
    bucket.put_object("k", b"x")
    bucket.put_object("secret", b"y", headers={"x-oss-object-acl": "private"})
    bucket.put_bucket_acl("public-read")
    for reader in (anonymous(served, bucket), user):
        assert reader.get_object("k").read() == b"x"
        assert len(reader.list_objects().object_list) == 2
        for step in (lambda r=reader: r.get_object("secret"), lambda r=reader: r.put_object("k", b"z")):
            with pytest.raises(oss2.exceptions.AccessDenied):
                step()
    bucket.put_bucket_acl("public-read-write")
    stranger = anonymous(served, bucket)
    stranger.put_object("k", b"z")
    stranger.delete_object("k")
    assert not bucket.object_exists("k")


def test_an_object_that_everyone_may_read(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"x", headers={"x-oss-object-acl": "public-read"})
    assert anonymous(served, bucket).get_object("k").read() == b"x"
    with pytest.raises(oss2.exceptions.AccessDenied):
        anonymous(served, bucket).list_objects()


def test_blocking_public_access(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_bucket_acl("public-read")
    bucket.put_object("k", b"x", headers={"x-oss-object-acl": "public-read"})
    body = (
        "<PublicAccessBlockConfiguration><BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>"
    )
    served.signed("PUT", bucket.bucket_name, params={"publicAccessBlock": ""}, data=body)
    for step in (lambda: anonymous(served, bucket).get_object("k"), lambda: bucket.put_bucket_acl("public-read")):
        with pytest.raises(oss2.exceptions.AccessDenied):
            step()
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.put_object_acl("k", "public-read")
    assert code_of(refused) == (403, "AccessDenied")
    assert served.signed("DELETE", bucket.bucket_name, params={"publicAccessBlock": ""}).status_code == 204
    assert anonymous(served, bucket).get_object("k").read() == b"x"


def test_another_accounts_owner_is_a_stranger(served: ServedCloud, bucket: oss2.Bucket) -> None:
    key = served.inside(lambda cloud: cloud.keys.create(Principal("1999999999999999", "root")))
    other = served.bucket(bucket.bucket_name, oss2.AuthV4(key.id, key.secret))
    bucket.put_object("k", b"x")
    for step in (lambda: other.get_object("k"), other.get_bucket_info, other.delete_bucket):
        with pytest.raises(oss2.exceptions.AccessDenied):
            step()
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        other.create_bucket()
    assert code_of(refused) == (409, "BucketAlreadyExists")
    service = oss2.Service(other.auth, other.endpoint, session=other.session, region=REGION)
    assert service.list_buckets().buckets == []


def test_events_tell_what_happened(served: ServedCloud, bucket: oss2.Bucket) -> None:
    served.events.clear()
    bucket.put_object("k", b"hello")
    bucket.copy_object(bucket.bucket_name, "k", "c")
    bucket.append_object("a", 0, b"1")
    bucket.append_object("a", 1, b"23")
    upload = bucket.init_multipart_upload("m").upload_id
    part = bucket.upload_part("m", upload, 1, b"part")
    bucket.complete_multipart_upload("m", upload, [models.PartInfo(1, part.etag)])
    bucket.delete_object("k")
    bucket.delete_object("never")
    bucket.batch_delete_objects(["c", "never"])
    seen = [(event.name, event.key, event.size) for event in served.events]
    assert seen == [
        ("ObjectCreated:PutObject", "k", 5),
        ("ObjectCreated:CopyObject", "c", 5),
        ("ObjectCreated:AppendObject", "a", 1),
        ("ObjectCreated:AppendObject", "a", 3),
        ("ObjectCreated:CompleteMultipartUpload", "m", 4),
        ("ObjectRemoved:DeleteObject", "k", 0),
        ("ObjectRemoved:DeleteObjects", "c", 0),
    ]
    first = served.events[0]
    assert isinstance(first, ObjectEvent)
    assert (first.account, first.region, first.bucket) == (served.key.principal.account, REGION, bucket.bucket_name)
    assert first.etag == "5D41402ABC4B2A76B9719D911017C592"
    served.events.clear()
    with pytest.raises(oss2.exceptions.ServerError):
        bucket.put_object("k", b"x", headers={"Content-MD5": "AAAA"})
    assert served.events == []
