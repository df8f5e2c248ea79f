"""What the bodies of S3's requests may name, before a cloud gives a refusal its words."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest

from yunfn.localcloud.objectstore.s3_documents import objects_named, parts_named
from yunfn.localcloud.xml_documents import MalformedDocument


def delete(count: int) -> Element:
    return fromstring("<Delete>" + "<Object><Key> k </Key></Object>" * count + "</Delete>")


def test_parts_have_whole_numbers() -> None:
    part = "<U><Part><PartNumber>{}</PartNumber><ETag>e</ETag></Part></U>"
    assert parts_named(fromstring(part.format(" 3 "))) == [(3, "e")]
    for number in ("", "x", "-1", "1.0"):
        with pytest.raises(MalformedDocument, match=f"PartNumber '{number}'"):
            parts_named(fromstring(part.format(number)))


def test_a_request_deletes_one_to_a_thousand_objects() -> None:
    assert objects_named(delete(1000)) == [(" k ", "")] * 1000
    for count in (0, 1001):
        with pytest.raises(MalformedDocument, match="1 to 1000 objects"):
            objects_named(delete(count))
