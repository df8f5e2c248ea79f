"""CopyObject, and the source of any copy."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote_to_bytes

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import names
from yunfn.localcloud.alibaba.oss.exceptions import InvalidArgument, NoSuchKey, NoSuchVersion
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers, conditions, object_headers
from yunfn.localcloud.alibaba.oss.responses.buckets import check_one_of
from yunfn.localcloud.alibaba.oss.responses.put_object import authorize_write, store
from yunfn.localcloud.alibaba.oss.xml_documents import document, leaf
from yunfn.localcloud.alibaba.signatures.oss_times import iso
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.stored_object import StoredObject

HEADER = "x-oss-copy-source"


@dataclass(frozen=True, slots=True)
class Source:
    """What is copied."""

    bucket: Bucket
    key: str
    stored: StoredObject


async def copy_object(request: OssRequest) -> Response:
    """Copy an object of the same region, with its metadata and tags unless the directives say to replace them."""
    names.check_key(request.key)
    bucket = request.bucket
    authorize_write(request)
    source = find_source(request)
    stored = object_headers.template(request, bucket)
    metadata = (request.header("x-oss-metadata-directive") or "COPY").upper()
    tagging = (request.header("x-oss-tagging-directive") or "Copy").upper()
    check_one_of("x-oss-metadata-directive", metadata, ("COPY", "REPLACE"))
    check_one_of("x-oss-tagging-directive", tagging, ("COPY", "REPLACE"))
    # A copy onto itself always replaces the metadata (OSS API reference, CopyObject).
    if metadata == "COPY" and (source.bucket.name, source.key) != (bucket.name, request.key):
        stored.headers = source.stored.headers
    if tagging == "COPY":
        stored.tags = source.stored.tags
    stored.kind = "Multipart" if source.stored.kind == "Multipart" else "Normal"
    stored.size, stored.etag, stored.crc = source.stored.size, source.stored.etag, source.stored.crc
    stored.pieces = request.state.objects.link(source.stored.pieces)
    store(request, stored, "ObjectCreated:CopyObject")
    headers = object_headers.written(bucket, stored)
    if source.bucket.keeps_versions:
        headers["x-oss-copy-source-version-id"] = source.stored.version
    body = document("CopyObjectResult", leaf("ETag", f'"{stored.etag}"'), leaf("LastModified", iso(stored.modified)))
    return answers.xml(request, body, headers=headers)


def find_source(request: OssRequest) -> Source:
    """The object named by x-oss-copy-source (``/bucket/key[?versionId=…]``, the key URL-encoded), if it may be read.

    Raises InvalidArgument, NoSuchBucket, WrongEndpoint, NoSuchKey, NoSuchVersion, PreconditionFailed or NotModified.
    """
    path, _, query = request.header(HEADER).partition("?")
    name, slash, raw_key = path.lstrip("/").partition("/")
    try:
        key = unquote_to_bytes(raw_key.encode("latin-1")).decode()
    except UnicodeDecodeError:
        key = ""
    if not slash or not key:
        raise InvalidArgument("Copy Source must mention the source bucket and key: /sourcebucket/sourcekey.")
    version = parse_qs(query).get("versionId", [""])[0]
    bucket, objects = request.find_bucket(name), request.state.objects
    stored = objects.version(bucket, key, version) if version else objects.newest(bucket, key)
    acl = bucket.acl if stored is None or stored.acl == "default" else stored.acl
    request.require("GetObjectVersion" if version else "GetObject", bucket, key, acl=acl, right="read")
    if stored is None and version:
        raise NoSuchVersion(Key=key, VersionId=version)
    if stored is None or stored.marker:
        raise NoSuchKey(Key=key)
    conditions.check(request, stored, HEADER + "-")
    return Source(bucket, key, stored)
