"""The questions and elements of XML that OSS and COS both took over from S3, to the letter.

What the two write differently (the order of a listing's elements, owners, refusals) stays with each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element

from yunfn.localcloud.call import Call
from yunfn.localcloud.objectstore.objects import Deletion
from yunfn.localcloud.objectstore.pages import quote_all
from yunfn.localcloud.xml_documents import MalformedDocument, branch, document, leaf, text_of

Coder = Callable[[str], str]
"""Writes a name as an answer has it."""

Encoding = tuple[Coder, list[str]]
"""How an answer writes names, and the elements that say so."""

MOST_DELETED = 1000
"""Objects that one DeleteMultipleObjects removes at the most."""


class UnknownEncoding(ValueError):
    """encoding-type asks for something else than ``url``; the text is what it asks for."""


def encoding(call: Call) -> Encoding:
    """How names are written: as they are, or URL-encoded where encoding-type=url asks; raises UnknownEncoding."""
    wanted = call.param("encoding-type")
    if not wanted:
        return str, []
    if wanted != "url":
        raise UnknownEncoding(wanted)
    return quote_all, [leaf("EncodingType", "url")]


def common_prefixes(groups: Iterable[str], code: Coder) -> list[str]:
    """The groups of keys at the end of a listing."""
    return [branch("CommonPrefixes", leaf("Prefix", code(group))) for group in groups]


def upload_begun(bucket: str, key: str, upload_id: str, encoded: Encoding) -> str:
    """The answer to InitiateMultipartUpload."""
    code, coding = encoded
    named = (*coding, leaf("Bucket", bucket), leaf("Key", code(key)))
    return document("InitiateMultipartUploadResult", *named, leaf("UploadId", upload_id))


def upload_completed(host: str, bucket: str, key: str, etag: str, encoded: Encoding) -> str:
    """The answer to CompleteMultipartUpload, sent to ``host``."""
    code, coding = encoded
    return document(
        "CompleteMultipartUploadResult",
        *coding,
        leaf("Location", f"http://{host}/{code(key)}"),
        leaf("Bucket", bucket),
        leaf("Key", code(key)),
        leaf("ETag", f'"{etag}"'),
    )


def parts_named(root: Element) -> list[tuple[int, str]]:
    """Number and ETag of each part in the body of CompleteMultipartUpload; raises MalformedDocument."""
    named = []
    for element in root.findall("Part"):
        number = text_of(element, "PartNumber")
        if not number.isdecimal():
            raise MalformedDocument(f"PartNumber {number!r}")
        named.append((int(number), text_of(element, "ETag")))
    return named


def objects_named(root: Element) -> list[tuple[str, str]]:
    """Key and version ("" for none) of each object in the body of DeleteMultipleObjects; raises MalformedDocument."""
    named = [(entry.findtext("Key") or "", text_of(entry, "VersionId")) for entry in root.findall("Object")]
    if not 1 <= len(named) <= MOST_DELETED:
        raise MalformedDocument(f"a request deletes 1 to {MOST_DELETED} objects")
    return named


def deleted(key: str, version: str, deletion: Deletion) -> str:
    """What the answer to DeleteMultipleObjects says of one object, ``key`` as it is to be written."""
    told = [leaf("Key", key)]
    if version:
        told.append(leaf("VersionId", version))
    if deletion.marker:
        told += [leaf("DeleteMarker", True), leaf("DeleteMarkerVersionId", deletion.version)]
    return branch("Deleted", *told)
