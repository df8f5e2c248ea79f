"""Versions, delete markers and the null version."""

from __future__ import annotations

import oss2
import pytest
from oss2 import models

from .conftest import ServedCloud, code_of, refusal


def switch(bucket: oss2.Bucket, status: str) -> None:
    bucket.put_bucket_versioning(models.BucketVersioningConfig(status))


@pytest.fixture
def versioned(bucket: oss2.Bucket) -> oss2.Bucket:
    switch(bucket, "Enabled")
    return bucket


def listed(bucket: oss2.Bucket, **options: object) -> list[tuple[str, str, bool, bool]]:
    """Key, version id, newest, delete marker: of all versions, page by page."""
    found: list[tuple[str, str, bool, bool]] = []
    markers: dict[str, str] = {}
    while True:
        page = bucket.list_object_versions(**options, **markers)
        found += [(entry.key, entry.versionid, entry.is_latest, False) for entry in page.versions]
        found += [(entry.key, entry.versionid, entry.is_latest, True) for entry in page.delete_marker]
        if not page.is_truncated:
            return found
        markers = {"key_marker": page.next_key_marker, "versionid_marker": page.next_versionid_marker}


def test_status(bucket: oss2.Bucket) -> None:
    assert bucket.get_bucket_versioning().status is None
    switch(bucket, "Enabled")
    assert bucket.get_bucket_versioning().status == "Enabled"
    assert bucket.get_bucket_info().versioning_status == "Enabled"
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        switch(bucket, "Off")
    assert code_of(refused) == (400, "InvalidArgument")


def test_every_write_is_a_version(versioned: oss2.Bucket) -> None:
    ids = [versioned.put_object("k", text).versionid for text in (b"1", b"2", b"3")]
    assert len(set(ids)) == 3
    assert versioned.get_object("k").read() == b"3"
    assert versioned.get_object("k").versionid == ids[2]
    for version, text in zip(ids, (b"1", b"2", b"3"), strict=True):
        assert versioned.get_object("k", params={"versionId": version}).read() == text
    assert listed(versioned) == [("k", ids[2], True, False), ("k", ids[1], False, False), ("k", ids[0], False, False)]
    assert [entry.key for entry in versioned.list_objects().object_list] == ["k"]
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        versioned.get_object("k", params={"versionId": "made-up"})
    assert code_of(refused) == (404, "NoSuchVersion")


def test_a_delete_hides_and_its_undoing_shows(served: ServedCloud, versioned: oss2.Bucket) -> None:
    version = versioned.put_object("k", b"1").versionid
    deleted = versioned.delete_object("k")
    assert deleted.delete_marker is True
    answer = served.signed("GET", versioned.bucket_name, "k")
    assert (answer.status_code, refusal(answer)["Code"]) == (404, "NoSuchKey")
    assert answer.headers["x-oss-delete-marker"] == "true"
    assert versioned.list_objects().object_list == []
    assert listed(versioned) == [("k", version, False, False), ("k", deleted.versionid, True, True)]
    answer = served.signed("GET", versioned.bucket_name, "k", params={"versionId": deleted.versionid})
    assert (answer.status_code, refusal(answer)["Code"]) == (405, "MethodNotAllowed")
    versioned.delete_object("k", {"versionId": deleted.versionid})
    assert versioned.get_object("k").read() == b"1"
    assert listed(versioned) == [("k", version, True, False)]


def test_deleting_the_newest_version_shows_the_one_before(versioned: oss2.Bucket) -> None:
    ids = [versioned.put_object("k", text).versionid for text in (b"1", b"2", b"3")]
    versioned.delete_object("k", {"versionId": ids[1]})
    versioned.delete_object("k", {"versionId": ids[2]})
    assert versioned.get_object("k").read() == b"1"
    versioned.delete_object("k", {"versionId": ids[0]})
    assert listed(versioned) == []


def test_under_the_newest_version_there_may_be_a_delete_marker(versioned: oss2.Bucket) -> None:
    oldest = versioned.put_object("k", b"1").versionid
    marker = versioned.delete_object("k").versionid
    newest = versioned.put_object("k", b"2").versionid
    versioned.delete_object("k", {"versionId": newest})
    assert not versioned.object_exists("k")
    assert versioned.list_objects().object_list == []
    assert listed(versioned) == [("k", oldest, False, False), ("k", marker, True, True)]


def test_the_object_from_before_is_the_null_version(bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"old")
    switch(bucket, "Enabled")
    new = bucket.put_object("k", b"new").versionid
    assert listed(bucket) == [("k", new, True, False), ("k", "null", False, False)]
    assert bucket.get_object("k", params={"versionId": "null"}).read() == b"old"


def test_suspended_writes_replace_the_null_version_only(bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"oldest")
    switch(bucket, "Enabled")
    kept = bucket.put_object("k", b"kept").versionid
    switch(bucket, "Suspended")
    for text in (b"1", b"2"):
        assert bucket.put_object("k", text).versionid == "null"
    assert listed(bucket) == [("k", "null", True, False), ("k", kept, False, False)]
    assert bucket.get_object("k").read() == b"2"
    marker = bucket.delete_object("k")
    assert (marker.delete_marker, marker.versionid) == (True, "null")
    assert listed(bucket) == [("k", kept, False, False), ("k", "null", True, True)]
    bucket.put_object("k", b"3")
    assert listed(bucket) == [("k", "null", True, False), ("k", kept, False, False)]


def test_old_versions_can_be_copied_tagged_and_deleted_in_batches(versioned: oss2.Bucket) -> None:
    ids = [versioned.put_object("k", text).versionid for text in (b"1", b"2")]
    versioned.copy_object(versioned.bucket_name, "k", "copy", params={"versionId": ids[0]})
    assert versioned.get_object("copy").read() == b"1"
    rule = models.TaggingRule()
    rule.add("a", "1")
    versioned.put_object_tagging("k", models.Tagging(rule), params={"versionId": ids[0]})
    assert versioned.get_object_tagging("k", params={"versionId": ids[0]}).tag_set.tagging_rule == {"a": "1"}
    assert versioned.get_object_tagging("k").tag_set.tagging_rule == {}
    doomed = models.BatchDeleteObjectVersionList([models.BatchDeleteObjectVersion("k", version) for version in ids])
    result = versioned.delete_object_versions(doomed)
    assert [(entry.key, entry.versionid) for entry in result.delete_versions] == [("k", version) for version in ids]
    assert [entry[0] for entry in listed(versioned)] == ["copy"]
    result = versioned.batch_delete_objects(["copy"])
    assert result.delete_versions[0].delete_marker is True


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_pages_of_versions_join_up(versioned: oss2.Bucket, size: int) -> None:
    expected = []
    for key in ("a", "a/1", "a/2", "b"):
        ids = [versioned.put_object(key, b"x").versionid for _ in range(3)]
        expected += [(key, version) for version in reversed(ids)]
    marker = versioned.delete_object("b").versionid
    found = listed(versioned, max_keys=size)
    assert [(key, version) for key, version, _, is_marker in found if not is_marker] == expected
    assert ("b", marker, True, True) in found
    assert len(found) == len(expected) + 1
    grouped = versioned.list_object_versions(delimiter="/", max_keys=100)
    assert grouped.common_prefix == ["a/"]
    assert {entry.key for entry in grouped.versions} == {"a", "b"}
    assert [entry[0] for entry in listed(versioned, prefix="a/", max_keys=size)] == ["a/1"] * 3 + ["a/2"] * 3


def test_an_unversioned_bucket_lists_null_versions(bucket: oss2.Bucket) -> None:
    bucket.put_object("k", b"x")
    assert listed(bucket) == [("k", "null", True, False)]
    bucket.delete_object("k", {"versionId": "null"})
    assert listed(bucket) == []
