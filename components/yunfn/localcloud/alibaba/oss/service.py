"""OSS as a service of the local cloud: who asks, what for, and the answer."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import Response

from yunfn.localcloud import aws4
from yunfn.localcloud.alibaba.oss import cors, names, s3_headers, urls
from yunfn.localcloud.alibaba.oss.exceptions import NoSuchBucket, NoSuchKey, SecondLevelDomainForbidden
from yunfn.localcloud.alibaba.oss.lifecycle_sweep import sweep_of
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers
from yunfn.localcloud.alibaba.oss.state import OssState
from yunfn.localcloud.alibaba.signatures.oss import is_signed, verify_oss
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError, UnknownOperationError
from yunfn.localcloud.service import Service


class OssService(Service):
    """Object storage by its service, bucket and internal host names."""

    name = "oss"
    hosts = urls.HOSTS
    operations = urls.OPERATIONS

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self.state = OssState(cloud)
        self._sweep = sweep_of(self.state)

    async def answer(self, call: Call) -> Response:
        """Authenticate, find the operation and do it; raises CloudError for every refusal."""
        bucket = call.match.get("bucket", "")
        key = names.decode_key(call.raw_path[1:])
        call.resource = f"{bucket}/{key}" if key else bucket
        if "accelerate" in call.match:
            raise UnknownOperationError("oss", f"transfer acceleration ({call.match['accelerate']}.aliyuncs.com)")
        if not bucket and key:
            raise SecondLevelDomainForbidden()
        kind = "object" if key else "bucket" if bucket else "service"
        request = OssRequest(call, self.state, bucket, key)
        s3 = aws4.is_signed(call)
        if s3:
            request.headers = s3_headers.translate(request.headers)
        route = urls.find(kind, request)
        call.operation = route.name
        if is_signed(call):
            call.principal = await verify_oss(call)
        response = await route.handler(request)
        if "origin" in request.headers:
            response.headers.update(cors.headers_for(request))
        if s3:
            s3_headers.add(response)
        return response

    def refusal(self, call: Call, error: CloudError) -> Response:
        """``error`` in OSS's XML."""
        response = answers.refusal(call, error)
        if "origin" in call.headers:
            response.headers.update(cors.headers_for(OssRequest(call, self.state, call.match.get("bucket", ""), "")))
        if aws4.is_signed(call):
            s3_headers.add(response)
        if "expect" in call.headers:
            # Refused before "100 Continue", the client keeps its body: nothing more can be read on this connection.
            response.headers["connection"] = "close"
        return response

    def reset(self) -> None:
        """Forget the buckets held in memory."""
        self.state.buckets.reload()

    async def start(self) -> None:
        """Begin to carry out lifecycle rules at every midnight of the cloud's clock."""
        await self._sweep.start()

    async def stop(self) -> None:
        """End the sweep."""
        await self._sweep.stop()

    def object_path(self, account: str, bucket: str, key: str) -> Path:
        """The file that holds an object's bytes, to be read at once and never written.

        Raises NoSuchBucket or NoSuchKey where ``account`` has no such object.
        """
        found = self.state.buckets.find(bucket)
        if found is None or found.account != account:
            raise NoSuchBucket(BucketName=bucket)
        stored = self.state.objects.current(found, key)
        if stored is None:
            raise NoSuchKey(Key=key)
        return self.state.objects.single_file(found, key, stored)
