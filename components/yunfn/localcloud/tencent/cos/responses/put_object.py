"""PutObject, and how every write ends."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.tencent.cos import names, object_headers
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import answers
from yunfn.localcloud.tencent.cos.responses.received import receive


async def put_object(request: CosRequest) -> Response:
    """Store the body as the newest version of the key."""
    names.check_key(request.key)
    authorize_write(request)
    stored = object_headers.template(request)
    # Asked before the body is taken in, to answer at once; asked again by store(), as another may have come first.
    object_headers.check_overwrite(request, request.bucket)
    received = await receive(request)
    stored.size, stored.etag, stored.crc, stored.pieces = received.size, received.md5, received.crc, received.pieces
    store(request, stored, "cos:ObjectCreated:Put")
    return answers.empty(request, headers=object_headers.written(request.bucket, stored))


def store(request: CosRequest, stored: StoredObject, event: str) -> None:
    """Make ``stored`` the newest version of the request's key and tell the cloud.

    Nothing is awaited here: what is checked is what is overwritten. Raises FileAlreadyExists or NoSuchBucket, and then
    removes the object's bytes.
    """
    state, key = request.state, request.key
    with state.leases.removed_on_failure(stored.pieces):
        # The bucket may have gone, or changed, while the body came in.
        bucket = request.find_bucket()
        object_headers.check_overwrite(request, bucket)
        state.objects.add(bucket, key, stored, state.clock.time())
    request.publish(event, key, stored)


def authorize_write(request: CosRequest) -> None:
    """Raise an access error unless the sender may write the object."""
    request.require("PutObject", acl=request.bucket.acl, right="write")
