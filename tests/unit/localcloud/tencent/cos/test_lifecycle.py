"""Lifecycle rules of a bucket, by Tencent's own client: kept as they are sent, carried out at midnight in China."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosServiceError

from support.cos_bucket import CosBucket
from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud, served
from yunfn.localcloud.objectstore.lifecycle import DAY
from yunfn.localcloud.tencent.cos import CosService
from yunfn.localcloud.tencent.cos.lifecycle_rules import sweep_of

REGION = "ap-guangzhou"
_NUMBERS = itertools.count()
ABORT = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": "7"}}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    with served(tmp_path_factory.mktemp("cos") / "home", [CosService]) as cloud:
        yield cloud


@pytest.fixture
def bucket(cloud: ServedCloud) -> Iterator[CosBucket]:
    account = cloud.home.tencent
    config = CosConfig(Region=REGION, SecretId=account.owner_key.id, SecretKey=account.owner_key.secret)
    made = CosBucket(CosS3Client(config, retry=0, session=cloud.session()), f"b{next(_NUMBERS)}-{account.app_id}")
    made.call("create_bucket")
    yield made
    cloud.run(lambda one: one.clock.move(-one.clock.offset))


def rule(name: str = "r", prefix: str = "", status: str = "Enabled", **actions: Any) -> dict[str, Any]:
    return {"ID": name, "Filter": {"Prefix": prefix}, "Status": status, **actions}


def put(bucket: CosBucket, *rules: dict[str, Any]) -> None:
    bucket.call("put_bucket_lifecycle", LifecycleConfiguration={"Rule": list(rules)})


def pass_days(cloud: ServedCloud, days: float) -> None:
    """Move the clock, and sweep at once rather than wait for the sweep that this wakes."""
    cloud.run(lambda one: one.clock.move(days * DAY))
    cloud.wait(lambda one: sweep_of(one.find(CosService).state).sweep())


def test_rules_are_kept_as_they_are_sent_and_deleted(bucket: CosBucket) -> None:
    put(bucket, rule(prefix="tmp/", **ABORT, Expiration={"Days": "3"}))
    (found,) = bucket.call("get_bucket_lifecycle")["Rule"]
    assert found["Filter"] == {"Prefix": "tmp/"}
    assert (found["ID"], found["Status"], found["Expiration"]) == ("r", "Enabled", {"Days": "3"})
    assert found["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": "7"}
    put(bucket, rule("other", **ABORT))
    assert [one["ID"] for one in bucket.call("get_bucket_lifecycle")["Rule"]] == ["other"]
    bucket.call("delete_bucket_lifecycle")
    with pytest.raises(CosServiceError) as refused:
        bucket.call("get_bucket_lifecycle")
    assert refused.value.get_error_code() == "NoSuchLifecycleConfiguration"


def test_unfinished_uploads_go_after_their_days(cloud: ServedCloud, bucket: CosBucket) -> None:
    put(bucket, rule(**ABORT))
    upload = bucket.call("create_multipart_upload", Key="big")["UploadId"]
    bucket.call("upload_part", Key="big", UploadId=upload, PartNumber=1, Body=b"x" * 10)
    pass_days(cloud, 6.9)
    assert bucket.uploads() == [upload]
    pass_days(cloud, 1.2)
    assert bucket.uploads() == []


def test_objects_expire_by_prefix_and_status(cloud: ServedCloud, bucket: CosBucket) -> None:
    put(
        bucket,
        rule("a", "tmp/", Expiration={"Days": "2"}),
        rule("b", "kept/", "Disabled", Expiration={"Days": "1"}),
        rule("c", "cold/", Transition={"Days": "1", "StorageClass": "ARCHIVE"}),
    )
    for key in ("tmp/1", "kept/1", "cold/1", "other"):
        bucket.put(key, b"x")
    pass_days(cloud, 1.9)
    assert bucket.objects() == ["cold/1", "kept/1", "other", "tmp/1"]
    pass_days(cloud, 1.2)
    assert bucket.objects() == ["cold/1", "kept/1", "other"]
    assert bucket.call("head_object", Key="cold/1")["x-cos-storage-class"] == "ARCHIVE"
    assert "x-cos-storage-class" not in bucket.call("head_object", Key="other")


def test_old_versions_expire(cloud: ServedCloud, bucket: CosBucket) -> None:
    bucket.call("put_bucket_versioning", Status="Enabled")
    put(bucket, rule(NoncurrentVersionExpiration={"NoncurrentDays": "1"}))
    bucket.put("k", b"1")
    bucket.put("k", b"2")
    pass_days(cloud, 2.1)
    assert len(bucket.call("list_objects_versions")["Version"]) == 1
    assert bucket.get("k") == b"2"


def test_days_end_at_midnight_in_china(cloud: ServedCloud, bucket: CosBucket) -> None:
    put(bucket, rule(Expiration={"Days": "1"}))
    midnight = 1_900_022_400 - 8 * 3600  # 2030-03-18 00:00 in China
    cloud.run(lambda one: one.clock.move(midnight - 3600 - one.clock.time()))
    bucket.put("k", b"x")
    # A day after 23:00 is 23:00: due at the midnight that follows it.
    pass_days(cloud, 1 + 0.5 / 24)
    assert bucket.objects() == ["k"]
    pass_days(cloud, 0.6 / 24)
    assert bucket.objects() == []


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        ([rule()], "MalformedXML"),
        ([rule(Expiration={"Days": "0"})], "InvalidArgument"),
        ([rule(Expiration={"Days": "soon"})], "InvalidArgument"),
        ([rule(Expiration={"Date": "soon"})], "InvalidArgument"),
        ([rule(status="On", **ABORT)], "InvalidArgument"),
        ([rule(**ABORT), rule(**ABORT)], "InvalidArgument"),
        ([rule(Transition={"Days": "1", "StorageClass": "FROZEN"})], "InvalidArgument"),
    ],
)
def test_rules_that_cannot_be_are_refused(bucket: CosBucket, rules: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(CosServiceError) as refused:
        put(bucket, *rules)
    assert refused.value.get_error_code() == code
