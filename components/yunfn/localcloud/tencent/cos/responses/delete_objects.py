"""DeleteObject and DeleteMultipleObjects."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.objectstore import s3_documents
from yunfn.localcloud.objectstore.objects import Deletion
from yunfn.localcloud.tencent.cos import names
from yunfn.localcloud.tencent.cos.exceptions import MalformedXML, MissingContentMD5
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import answers
from yunfn.localcloud.tencent.cos.responses.received import checked_body
from yunfn.localcloud.xml_documents import MalformedDocument, document, text_of


async def delete_object(request: CosRequest) -> Response:
    """Delete the object, or the version of ``versionId``; 204 even where there was none."""
    names.check_key(request.key)
    request.require("DeleteObject", acl=request.bucket.acl, right="write")
    deletion = _delete(request, request.key, request.call.param("versionId") or "")
    headers = {}
    if deletion.version:
        headers["x-cos-version-id"] = deletion.version
    if deletion.marker:
        headers["x-cos-delete-marker"] = "true"
    return answers.empty(request, 204, headers)


async def delete_multiple_objects(request: CosRequest) -> Response:
    """Delete up to 1,000 keys or versions; the answer lists them unless Quiet."""
    if not request.header("content-md5") and not request.header("x-amz-content-sha256"):
        raise MissingContentMD5()
    bucket = request.bucket
    root = answers.parse(await checked_body(request), "Delete")
    try:
        wanted = s3_documents.objects_named(root)
    except MalformedDocument as error:
        raise MalformedXML(ErrorDetail=str(error)) from None
    for key, _ in wanted:
        names.check_key(key)
        request.require("DeleteMultipleObjects", acl=bucket.acl, right="write", key=key)
    done = []
    for key, version in wanted:
        done.append(s3_documents.deleted(key, version, _delete(request, key, version)))
    request.call.resource = f"{bucket.name} ({len(done)} keys)"
    if text_of(root, "Quiet").lower() == "true":
        done = []
    return answers.xml(request, document("DeleteResult", *done))


def _delete(request: CosRequest, key: str, version: str) -> Deletion:
    """Delete and tell the cloud, if anything went."""
    deletion = request.state.objects.remove(request.bucket, key, version, request.state.clock.time())
    if deletion.removed:
        marked = deletion.marker and not version
        request.publish("cos:ObjectRemove:DeleteMarkerCreated" if marked else "cos:ObjectRemove:Delete", key)
    return deletion
