"""COS as a service of the local cloud: who asks, what for, and the answer."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from yunfn.localcloud import aws4
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError, UnknownOperationError
from yunfn.localcloud.header_names import spell
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.objectstore import s3_headers
from yunfn.localcloud.service import Service
from yunfn.localcloud.tencent.cos import names, urls
from yunfn.localcloud.tencent.cos.exceptions import InternalError, InvalidBucketName, SlowDown
from yunfn.localcloud.tencent.cos.lifecycle_rules import sweep_of
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import answers
from yunfn.localcloud.tencent.cos.state import CosState
from yunfn.localcloud.tencent.signatures import cos as q_sign
from yunfn.localcloud.tencent.signatures import cos_s3

_OWN = "x-cos-"


class CosService(Service):
    """Tencent's object storage by its service, bucket and internal host names."""

    name = "cos"
    hosts = urls.HOSTS
    operations = urls.OPERATIONS

    def __init__(self, cloud: LocalCloud) -> None:
        super().__init__(cloud)
        self.state = CosState(cloud)
        self._sweep = sweep_of(self.state)

    async def answer(self, call: Call) -> Response:
        """Authenticate, find the operation and do it; raises CloudError for every refusal."""
        bucket = call.match.get("bucket", "")
        key = names.decode_key(call.raw_path[1:])
        call.account = self.cloud.tencent.uin
        call.resource = f"{bucket}/{key}" if key else bucket
        if "accelerate" in call.match:
            raise UnknownOperationError("cos", "global acceleration (cos.accelerate.myqcloud.com)")
        if not bucket and key:
            raise InvalidBucketName("The bucket belongs into the host name.")
        kind = "object" if key else "bucket" if bucket else "service"
        request = CosRequest(call, self.state, bucket, key, _own_names(call.headers))
        route = urls.find(kind, request)
        call.operation = route.name
        call.principal = _sender(call)
        response = await route.handler(request)
        if aws4.is_signed(call):
            s3_headers.add(response, _OWN)
        return spell(response)

    def refusal(self, call: Call, error: CloudError) -> Response:
        """``error`` in COS's XML."""
        response = answers.refusal(call, error)
        if aws4.is_signed(call):
            s3_headers.add(response, _OWN)
        if "expect" in call.headers:
            # Refused before "100 Continue", the client keeps its body: nothing more can be read on this connection.
            response.headers["connection"] = "close"
        return spell(response)

    def fault(self, *, throttled: bool) -> CloudError:
        """``SlowDown`` or ``InternalError`` ("Error codes", 436/7730)."""
        return SlowDown() if throttled else InternalError()

    def reset(self) -> None:
        """Forget the buckets held in memory."""
        self.state.buckets.reload()

    async def start(self) -> None:
        """Begin to carry out lifecycle rules at every midnight, in China, of the cloud's clock."""
        await self._sweep.start()

    async def stop(self) -> None:
        """End the sweep."""
        await self._sweep.stop()


def _own_names(headers: Mapping[str, str]) -> dict[str, str]:
    """The request's headers in lower case, those of S3 clients under COS's names (COS takes both, "AWS S3 SDKs")."""
    return {
        _OWN + name.removeprefix(s3_headers.AMZ)
        if name.startswith(s3_headers.AMZ) and name not in s3_headers.KEPT
        else name: value
        for name, value in headers.items()
    }


def _sender(call: Call) -> Principal | None:
    """Whom the request speaks for, None if it claims nobody; raises AuthenticationError if it is not believed."""
    authorization = call.headers.get("authorization", "")
    if aws4.is_signed(call):
        return cos_s3.verify(call, authorization)
    if authorization:
        return q_sign.verify_header(call, authorization)
    if call.param(q_sign.MARK) is not None:
        return q_sign.verify_query(call)
    return None
