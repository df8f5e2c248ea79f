"""PutObject."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import names
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers, object_headers
from yunfn.localcloud.alibaba.oss.responses.received import receive


async def put_object(request: OssRequest) -> Response:
    """Store the body as the newest version of the key."""
    names.check_key(request.key)
    bucket = request.bucket
    authorize_write(request)
    stored = object_headers.template(request, bucket)
    # Asked before the body is taken in, to answer at once, and after, as another writer may have come first.
    object_headers.check_overwrite(request, bucket)
    received = await receive(request)
    try:
        bucket = request.find_bucket(request.bucket_name)
        object_headers.check_overwrite(request, bucket)
        stored.version = request.state.objects.new_version(bucket)
        stored.order = request.state.objects.next_order()
        stored.modified = request.state.clock.time()
        stored.size, stored.etag, stored.crc = received.size, received.md5, received.crc
        stored.pieces = received.pieces
        request.state.objects.put(bucket, request.key, stored)
    except BaseException:
        request.state.leases.delete(name for name, _ in received.pieces)
        raise
    request.publish("ObjectCreated:PutObject", request.key, stored)
    headers = object_headers.written(bucket, stored)
    return answers.empty(request, headers=headers)


def authorize_write(request: OssRequest) -> None:
    """Raise AccessDenied unless the sender may write the object, and tag it if the request does."""
    bucket = request.bucket
    request.require("PutObject", bucket, request.key, acl=bucket.acl, right="write")
    if request.header("x-oss-tagging"):
        request.require("PutObjectTagging", bucket, request.key)
