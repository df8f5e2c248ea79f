"""DeleteObject and DeleteMultipleObjects."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import names
from yunfn.localcloud.alibaba.oss.exceptions import MalformedXML, MissingArgument
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers, worm
from yunfn.localcloud.alibaba.oss.responses.bucket_settings import checked_body
from yunfn.localcloud.alibaba.oss.responses.listing import encoding
from yunfn.localcloud.alibaba.oss.xml_documents import MalformedDocument, document, parse, text_of
from yunfn.localcloud.objectstore import s3_documents
from yunfn.localcloud.objectstore.objects import Deletion


async def delete_object(request: OssRequest) -> Response:
    """Delete the object, or the version of ``versionId``; 204 even where there was none."""
    names.check_key(request.key)
    version = request.call.param("versionId") or ""
    authorize(request, request.key, version)
    deletion = delete(request, request.key, version, "ObjectRemoved:DeleteObject")
    headers = {}
    if deletion.version:
        headers["x-oss-version-id"] = deletion.version
    if deletion.marker:
        headers["x-oss-delete-marker"] = "true"
    return answers.empty(request, 204, headers)


async def delete_multiple_objects(request: OssRequest) -> Response:
    """Delete up to 1,000 keys or versions; the answer lists them unless Quiet."""
    if not request.header("content-md5"):
        raise MissingArgument("Missing Some Required Arguments.", ArgumentName="Content-MD5")
    bucket = request.bucket
    root = parse(await checked_body(request), "Delete")
    try:
        wanted = s3_documents.objects_named(root)
    except MalformedDocument as error:
        raise MalformedXML(ErrorDetail=str(error)) from None
    for key, version in wanted:
        names.check_key(key)
        authorize(request, key, version)
    code, coding = encoding(request)
    done = []
    for key, version in wanted:
        deletion = delete(request, key, version, "ObjectRemoved:DeleteObjects")
        done.append(s3_documents.deleted(code(key), version, deletion))
    request.call.resource = f"{bucket.name} ({len(done)} keys)"
    if text_of(root, "Quiet").lower() == "true":
        return answers.empty(request)
    return answers.xml(request, document("DeleteResult", *coding, *done))


def authorize(request: OssRequest, key: str, version: str) -> None:
    """Raise AccessDenied unless the sender may delete the object, or its version."""
    bucket = request.bucket
    action = "DeleteObjectVersion" if version else "DeleteObject"
    request.require(action, bucket, key, acl=bucket.acl, right="write")


def delete(request: OssRequest, key: str, version: str, event: str) -> Deletion:
    """Delete and tell the cloud, if anything went."""
    bucket, objects = request.bucket, request.state.objects
    if version or not bucket.keeps_versions:
        present = objects.version(bucket, key, version) if version else objects.current(bucket, key)
        worm.check(bucket, present, request.state.clock.time())
    deletion = objects.remove(bucket, key, version, request.state.clock.time())
    if deletion.removed:
        request.publish("ObjectRemoved:DeleteMarkerCreated" if deletion.marker and not version else event, key)
    return deletion
