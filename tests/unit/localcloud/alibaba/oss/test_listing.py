"""Listings: pages, prefixes, groups, encodings; checked against a plain model of what a listing is."""

from __future__ import annotations

from typing import Any

import oss2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yunfn.localcloud.alibaba.oss.responses.listing import page_of
from yunfn.localcloud.objectstore.stored_object import StoredObject

from .conftest import ServedCloud, code_of, refusal

KEYS = ["a", "a/1", "a/2", "a/b/3", "b", "c/1", "c/2", "d e+f%", "z/ü", "é"]


@pytest.fixture(scope="module")
def filled(served: ServedCloud) -> oss2.Bucket:
    bucket = served.fresh()
    for key in KEYS:
        bucket.put_object(key, key.encode())
    return bucket


def test_all_in_order_of_their_bytes(filled: oss2.Bucket) -> None:
    entries = filled.list_objects().object_list
    assert [entry.key for entry in entries] == sorted(KEYS, key=str.encode)
    first = entries[0]
    assert (first.size, first.type, first.storage_class) == (1, "Normal", "Standard")
    assert first.etag == "0CC175B9C0F1B6A831C399E269772661"
    assert first.owner.id


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("iterator", [oss2.ObjectIterator, oss2.ObjectIteratorV2])
@pytest.mark.parametrize("delimiter", ["", "/"])
def test_pages_join_up(filled: oss2.Bucket, size: int, iterator: Any, delimiter: str) -> None:
    entries = [entry.key for entry in iterator(filled, max_keys=size, delimiter=delimiter)]
    expected = KEYS if not delimiter else ["a", "a/", "b", "c/", "d e+f%", "z/", "é"]
    assert entries == sorted(expected, key=str.encode)


def test_prefix_and_delimiter(filled: oss2.Bucket) -> None:
    page = filled.list_objects(prefix="a/", delimiter="/")
    assert [entry.key for entry in page.object_list] == ["a/1", "a/2"]
    assert page.prefix_list == ["a/b/"]
    page = filled.list_objects_v2(prefix="a/", delimiter="/", max_keys=2)
    assert (page.is_truncated, page.key_count if hasattr(page, "key_count") else 2) == (True, 2)


def test_marker_and_start_after(filled: oss2.Bucket) -> None:
    assert filled.list_objects(marker="c/1").object_list[0].key == "c/2"
    assert filled.list_objects_v2(start_after="c/1").object_list[0].key == "c/2"


def test_owners_only_where_asked_for_in_v2(served: ServedCloud, filled: oss2.Bucket) -> None:
    params = {"list-type": "2", "max-keys": "1"}
    assert "<Owner>" not in served.signed("GET", filled.bucket_name, params=params).text
    params["fetch-owner"] = "true"
    text = served.signed("GET", filled.bucket_name, params=params).text
    assert "<Owner>" in text
    assert "<KeyCount>1</KeyCount>" in text


def test_names_are_encoded_only_where_asked_for(served: ServedCloud, filled: oss2.Bucket) -> None:
    plain = served.signed("GET", filled.bucket_name, params={"prefix": "d"}).text
    assert "<Key>d e+f%</Key>" in plain
    coded = served.signed("GET", filled.bucket_name, params={"prefix": "d", "encoding-type": "url"}).text
    assert "<Key>d%20e%2Bf%25</Key>" in coded
    assert "<EncodingType>url</EncodingType>" in coded


@pytest.mark.parametrize(
    "params",
    [{"max-keys": "1001"}, {"max-keys": "0"}, {"max-keys": "x"}, {"encoding-type": "base64"}, {"max-keys": "-1"}],
)
def test_parameters_that_are_refused(served: ServedCloud, filled: oss2.Bucket, params: dict[str, str]) -> None:
    answer = served.signed("GET", filled.bucket_name, params=params)
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidArgument")


def test_a_made_up_token(filled: oss2.Bucket) -> None:
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        filled.list_objects_v2(continuation_token="made up")
    assert code_of(refused) == (400, "InvalidArgument")


def test_a_page_holds_a_hundred_unless_told(served: ServedCloud, bucket: oss2.Bucket) -> None:
    for number in range(105):
        bucket.put_object(f"{number:03}", b"")
    page = bucket.list_objects()
    assert (len(page.object_list), page.is_truncated, page.next_marker) == (100, True, "099")
    text = served.signed("GET", bucket.bucket_name).text
    assert text.count("<Contents>") == 100


NAMES = st.text(alphabet="ab/", min_size=1, max_size=5)


@given(
    st.sets(NAMES, max_size=12), st.sampled_from(["", "a", "a/"]), st.sampled_from(["", "/", "b"]), st.integers(1, 4)
)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_pages_of_any_keys(keys: set[str], prefix: str, delimiter: str, most: int) -> None:
    def scan(prefix: str, after: str) -> Any:
        return ((key, StoredObject("null", 0, 0.0)) for key in sorted(keys) if key.startswith(prefix) and key > after)

    expected: set[str] = set()
    for key in keys:
        if key.startswith(prefix):
            end = key.find(delimiter, len(prefix)) if delimiter else -1
            expected.add(key if end < 0 else key[: end + len(delimiter)] + "#group")
    found: list[str] = []
    marker = ""
    for _ in range(100):
        page = page_of(scan, prefix, delimiter, marker, most)
        found += [key for key, _ in page.objects] + [group + "#group" for group in page.groups]
        assert len(page.objects) + len(page.groups) <= most
        if not page.truncated:
            break
        marker = page.next_marker
    assert sorted(found) == sorted(expected)
