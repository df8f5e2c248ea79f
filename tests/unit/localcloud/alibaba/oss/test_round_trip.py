"""A bucket's whole life by oss2, under both signatures."""

from __future__ import annotations

import oss2
import pytest

from .conftest import ServedCloud

KEY = "a/b c+d%/ü.txt"


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_bucket_and_object_live_and_die(served: ServedCloud, version: str) -> None:
    bucket = served.fresh(version=version)
    written = bucket.put_object(KEY, b"hello", headers={"x-oss-meta-name": "ünï".encode()})
    assert written.etag == "5D41402ABC4B2A76B9719D911017C592"
    assert bucket.get_object(KEY).read() == b"hello"
    assert bucket.head_object(KEY).content_length == 5
    assert [entry.key for entry in oss2.ObjectIterator(bucket)] == [KEY]
    assert [entry.key for entry in oss2.ObjectIteratorV2(bucket, delimiter="/")] == ["a/"]
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.delete_bucket()
    assert refused.value.code == "BucketNotEmpty"
    bucket.delete_object(KEY)
    with pytest.raises(oss2.exceptions.NoSuchKey):
        bucket.get_object(KEY)
    bucket.delete_bucket()
    with pytest.raises(oss2.exceptions.NoSuchBucket):
        bucket.get_bucket_info()
