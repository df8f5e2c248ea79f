"""PutObject, and how every write ends."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import names
from yunfn.localcloud.alibaba.oss.exceptions import NotImplementedHeader
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers, object_headers, worm
from yunfn.localcloud.alibaba.oss.responses.received import receive
from yunfn.localcloud.objectstore.receiving import Received
from yunfn.localcloud.objectstore.stored_object import StoredObject


async def put_object(request: OssRequest) -> Response:
    """Store the body as the newest version of the key."""
    names.check_key(request.key)
    refuse_conditions(request)
    authorize_write(request)
    stored = object_headers.template(request, request.bucket)
    # Asked before the body is taken in, to answer at once; asked again by store(), as another may have come first.
    object_headers.check_overwrite(request, request.bucket)
    fill(stored, await receive(request))
    store(request, stored, "ObjectCreated:PutObject")
    return answers.empty(request, headers=object_headers.written(request.bucket, stored))


def refuse_conditions(request: OssRequest) -> None:
    """Raise NotImplementedHeader for a write with If-Match or If-None-Match, which OSS does not have."""
    for name in ("If-Match", "If-None-Match"):
        if request.header(name.lower()):
            raise NotImplementedHeader(Header=name)


def fill(stored: StoredObject, received: Received) -> None:
    """Make what was received the object's bytes."""
    stored.size, stored.etag, stored.crc = received.size, received.md5.upper(), received.crc
    stored.pieces = received.pieces


def store(request: OssRequest, stored: StoredObject, event: str) -> None:
    """Make ``stored`` the newest version of the request's key and tell the cloud.

    Nothing is awaited here: what is checked is what is overwritten. Raises FileAlreadyExists, FileImmutable or
    NoSuchBucket, and then removes the object's bytes.
    """
    state, key = request.state, request.key
    with state.leases.removed_on_failure(stored.pieces):
        # The bucket may have gone, or changed, while the body came in.
        bucket = request.find_bucket(request.bucket_name)
        object_headers.check_overwrite(request, bucket)
        worm.check(bucket, state.objects.current(bucket, key) if bucket.settings else None, state.clock.time())
        state.objects.add(bucket, key, stored, state.clock.time())
    request.publish(event, key, stored)


def authorize_write(request: OssRequest) -> None:
    """Raise AccessDenied unless the sender may write the object, and tag it if the request does."""
    bucket = request.bucket
    request.require("PutObject", bucket, request.key, acl=bucket.acl, right="write")
    if request.header("x-oss-tagging"):
        request.require("PutObjectTagging", bucket, request.key)
