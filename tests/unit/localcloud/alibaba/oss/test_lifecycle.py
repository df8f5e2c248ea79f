"""Lifecycle rules, carried out when the cloud's clock passes midnight."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import oss2
import pytest
from oss2 import models

from yunfn.localcloud.alibaba.oss import OssService
from yunfn.localcloud.alibaba.oss.lifecycle_sweep import sweep_of
from yunfn.localcloud.objectstore.lifecycle import DAY, When

from .conftest import ServedCloud


@pytest.fixture(autouse=True)
def clock_put_back(served: ServedCloud) -> Iterator[None]:
    yield
    served.inside(lambda cloud: cloud.clock.move(-cloud.clock.offset))


def pass_days(served: ServedCloud, days: float) -> None:
    """Move the clock, and sweep at once rather than wait for the sweep that this wakes."""
    served.inside(lambda cloud: cloud.clock.move(days * DAY))
    state = served.cloud.find(OssService).state
    asyncio.run_coroutine_threadsafe(sweep_of(state).sweep(), served.loop).result(60)


def rules(served: ServedCloud, bucket: oss2.Bucket, *bodies: str) -> None:
    inner = "".join(f"<Rule><Status>Enabled</Status>{body}</Rule>" for body in bodies)
    answer = served.signed(
        "PUT",
        bucket.bucket_name,
        params={"lifecycle": ""},
        data=f"<LifecycleConfiguration>{inner}</LifecycleConfiguration>",
    )
    assert answer.status_code == 200, answer.text


def keys(bucket: oss2.Bucket) -> list[str]:
    return [entry.key for entry in bucket.list_objects().object_list]


def date(days: float) -> str:
    return datetime.fromtimestamp(time.time() + days * DAY, UTC).strftime("%Y-%m-%dT00:00:00.000Z")


def test_days_end_at_the_next_midnight() -> None:
    noon = 10 * DAY + DAY / 2
    when = When(days=3)
    assert not when.due(noon, 14 * DAY - 1)
    assert when.due(noon, 14 * DAY)


def test_objects_expire_by_days(served: ServedCloud, bucket: oss2.Bucket) -> None:
    rules(served, bucket, "<Prefix>logs/</Prefix><Expiration><Days>2</Days></Expiration>")
    for key in ("logs/a", "logs/b", "kept"):
        bucket.put_object(key, b"x")
    pass_days(served, 1.5)
    assert len(keys(bucket)) == 3
    pass_days(served, 2)
    assert keys(bucket) == ["kept"]


@pytest.mark.parametrize("moves", [(3,), (-9, 3), (3, -9, 3), (3, -3, 3)])
def test_the_sweep_runs_by_itself(served: ServedCloud, bucket: oss2.Bucket, moves: tuple[float, ...]) -> None:
    rules(served, bucket, "<Prefix/><Expiration><Days>1</Days></Expiration>")
    for days in moves:
        bucket.put_object("k", b"x")
        served.inside(lambda cloud, days=days: cloud.clock.move(days * DAY))
        deadline = time.monotonic() + 60
        while days > 0 and keys(bucket) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert keys(bucket) == []


def test_a_midnight_that_passes_during_a_sweep_is_not_lost(served: ServedCloud, bucket: oss2.Bucket) -> None:
    rules(served, bucket, "<Prefix/><Expiration><Days>1</Days></Expiration>")
    bucket.put_object("k", b"x")
    clock = served.cloud.clock
    asked = []

    def protected_once(*_: object) -> bool:
        asked.append(clock.time())
        if len(asked) == 1:
            clock.move(3 * DAY)
        return len(asked) == 1

    async def sweep_twice() -> None:
        sweep = sweep_of(served.cloud.find(OssService).state)
        sweep.protected = protected_once
        await sweep.start()
        await asyncio.sleep(0)
        # Both sweeps wake up; the service's own finds the object still there only if it comes first: keep it away.
        await served.cloud.find(OssService).stop()
        clock.move(3 * DAY)
        deadline = time.monotonic() + 60
        while len(asked) < 2 and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        await sweep.stop()
        await served.cloud.find(OssService).start()

    asyncio.run_coroutine_threadsafe(sweep_twice(), served.loop).result(90)
    assert len(asked) == 2
    assert keys(bucket) == []


def test_a_disabled_rule_does_nothing(served: ServedCloud, bucket: oss2.Bucket) -> None:
    rule = models.LifecycleRule("off", "", status="Disabled", expiration=models.LifecycleExpiration(days=1))
    bucket.put_bucket_lifecycle(models.BucketLifecycle([rule]))
    bucket.put_object("k", b"x")
    pass_days(served, 5)
    assert keys(bucket) == ["k"]


def test_objects_expire_by_date(served: ServedCloud, bucket: oss2.Bucket) -> None:
    rules(
        served,
        bucket,
        f"<Prefix>before/</Prefix><Expiration><CreatedBeforeDate>{date(2)}</CreatedBeforeDate></Expiration>",
        f"<Prefix>at/</Prefix><Expiration><Date>{date(4)}</Date></Expiration>",
    )
    for key in ("before/1", "at/1"):
        bucket.put_object(key, b"x")
    pass_days(served, 3)
    assert keys(bucket) == ["at/1"]
    bucket.put_object("before/2", b"x")
    pass_days(served, 2)
    assert keys(bucket) == ["before/2"]


def test_tags_and_filters_choose(served: ServedCloud, bucket: oss2.Bucket) -> None:
    expiry = "<Expiration><Days>1</Days></Expiration>"
    rules(
        served,
        bucket,
        f"<Prefix>t/</Prefix><Tag><Key>a</Key><Value>1</Value></Tag>{expiry}",
        f"<Prefix>n/</Prefix>{expiry}<Filter><Not><Prefix>n/not/</Prefix></Not></Filter>",
        f"<Prefix>s/</Prefix>{expiry}<Filter><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan></Filter>",
        f"<Prefix>l/</Prefix>{expiry}<Filter><ObjectSizeLessThan>5</ObjectSizeLessThan></Filter>",
    )
    bucket.put_object("t/gone", b"x", headers={"x-oss-tagging": "a=1"})
    bucket.put_object("t/kept", b"x", headers={"x-oss-tagging": "a=2"})
    for key, size in (("n/gone", 1), ("n/not/kept", 1), ("s/gone", 6), ("s/kept", 5), ("l/gone", 4), ("l/kept", 5)):
        bucket.put_object(key, b"x" * size)
    pass_days(served, 3)
    assert keys(bucket) == ["l/kept", "n/not/kept", "s/kept", "t/kept"]


def test_storage_classes_change(served: ServedCloud, bucket: oss2.Bucket) -> None:
    rules(
        served,
        bucket,
        "<Prefix/><Transition><Days>1</Days><StorageClass>IA</StorageClass></Transition>"
        "<Transition><Days>10</Days><StorageClass>Archive</StorageClass></Transition>",
    )
    bucket.put_object("k", b"x")
    pass_days(served, 3)
    assert bucket.head_object("k").headers["x-oss-storage-class"] == "IA"
    pass_days(served, 10)
    assert bucket.head_object("k").headers["x-oss-storage-class"] == "Archive"


def test_unfinished_uploads_are_aborted(served: ServedCloud, bucket: oss2.Bucket) -> None:
    rules(served, bucket, "<Prefix>a</Prefix><AbortMultipartUpload><Days>1</Days></AbortMultipartUpload>")
    upload = bucket.init_multipart_upload("a").upload_id
    bucket.upload_part("a", upload, 1, b"x")
    bucket.init_multipart_upload("b")
    pass_days(served, 3)
    assert [entry.key for entry in bucket.list_multipart_uploads().upload_list] == ["b"]


def test_versions_and_markers_expire(served: ServedCloud, bucket: oss2.Bucket) -> None:
    bucket.put_bucket_versioning(models.BucketVersioningConfig("Enabled"))
    rules(
        served,
        bucket,
        "<Prefix/><Expiration><Days>5</Days></Expiration>"
        "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration>",
        "<Prefix/><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
    )
    old = bucket.put_object("k", b"1").versionid
    new = bucket.put_object("k", b"2").versionid
    pass_days(served, 1.5)
    assert {entry.versionid for entry in bucket.list_object_versions().versions} == {old, new}
    pass_days(served, 2)
    assert [entry.versionid for entry in bucket.list_object_versions().versions] == [new]
    pass_days(served, 3)
    # Expired: hidden under a marker, and kept as an older version for two days more.
    listed = bucket.list_object_versions()
    assert ([entry.versionid for entry in listed.versions], len(listed.delete_marker)) == ([new], 1)
    assert keys(bucket) == []
    pass_days(served, 4)
    pass_days(served, 1)
    listed = bucket.list_object_versions()
    assert (listed.versions, listed.delete_marker) == ([], [])


def test_retention_goes_before_lifecycle(served: ServedCloud, bucket: oss2.Bucket) -> None:
    rules(served, bucket, "<Prefix/><Expiration><Days>1</Days></Expiration>")
    body = "<InitiateWormConfiguration><RetentionPeriodInDays>9</RetentionPeriodInDays></InitiateWormConfiguration>"
    worm = served.signed("POST", bucket.bucket_name, params={"worm": ""}, data=body).headers["x-oss-worm-id"]
    assert served.signed("POST", bucket.bucket_name, params={"wormId": worm}).status_code == 200
    bucket.put_object("k", b"x")
    pass_days(served, 4)
    assert keys(bucket) == ["k"]
    pass_days(served, 7)
    assert keys(bucket) == []
