"""An object's ACL and tags."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.tencent.cos import tags
from yunfn.localcloud.tencent.cos.object_headers import OBJECT_ACLS
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import answers
from yunfn.localcloud.tencent.cos.responses.buckets import acl_document, named_acl
from yunfn.localcloud.tencent.cos.responses.get_object import find_version
from yunfn.localcloud.tencent.cos.responses.received import checked_body


async def get_acl(request: CosRequest) -> Response:
    """GetObjectACL; the header x-cos-acl only for an ACL of the object's own.

    The tencentcloud provider 1.81.90 reads a header of ``default`` as a change from ``private`` at every refresh.
    """
    stored = _find(request, "GetObjectACL")
    headers = {} if stored.acl == "default" else {"x-cos-acl": stored.acl}
    return answers.xml(request, acl_document(request.bucket.account, stored.acl), headers=headers)


async def put_acl(request: CosRequest) -> Response:
    """PutObjectACL by the header x-cos-acl."""
    stored = _find(request, "PutObjectACL")
    stored.acl = await named_acl(request, OBJECT_ACLS)
    return _changed(request, stored)


async def get_tagging(request: CosRequest) -> Response:
    """GetObjectTagging: an empty set where there are none."""
    return answers.xml(request, tags.write(_find(request, "GetObjectTagging").tags))


async def put_tagging(request: CosRequest) -> Response:
    """PutObjectTagging: in place of the tags there were."""
    body = await checked_body(request)
    stored = _find(request, "PutObjectTagging")
    stored.tags = tags.read(body, tags.MOST_OF_AN_OBJECT)
    return _changed(request, stored)


async def delete_tagging(request: CosRequest) -> Response:
    """DeleteObjectTagging; not an error where there are none."""
    stored = _find(request, "DeleteObjectTagging")
    stored.tags = {}
    return _changed(request, stored, 204)


def _find(request: CosRequest, action: str) -> StoredObject:
    return find_version(request, action, right="")


def _changed(request: CosRequest, stored: StoredObject, status: int = 200) -> Response:
    request.state.objects.replace(request.bucket, request.key, stored)
    return answers.empty(request, status)
