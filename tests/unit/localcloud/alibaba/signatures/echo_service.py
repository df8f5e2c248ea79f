"""A service that only tells whom it believes, for each way to sign."""

from __future__ import annotations

import re

from starlette.responses import JSONResponse, Response

from yunfn.localcloud.alibaba.pop.answer import refusal_words
from yunfn.localcloud.alibaba.signatures import verify_roa
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.service import Service


class RoaEcho(Service):
    """Stands where Function Compute stands."""

    name = "roa"
    hosts = (re.compile(r"(?P<account>\d+)\.(?P<region>[a-z0-9-]+)\.fc\.aliyuncs\.com"),)
    operations = ("Echo",)

    async def answer(self, call: Call) -> Response:
        call.principal = await verify_roa(call)
        return JSONResponse({"functionName": call.path, "description": call.principal.arn})

    def refusal(self, call: Call, error: CloudError) -> Response:
        code, status, message = refusal_words(call, error)
        return JSONResponse({"Code": code, "Message": message, "RequestId": call.request_id}, status_code=status)
