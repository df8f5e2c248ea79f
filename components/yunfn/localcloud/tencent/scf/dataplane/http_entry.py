"""Function URLs and custom domains: a request becomes a call of a function, and what comes of it a response."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import AccessDeniedError, AuthenticationError, CloudError
from yunfn.localcloud.invocation.http_response import MalformedResponse, MappedResponse, map_response, own_headers
from yunfn.localcloud.invocation.invoker import Outcome
from yunfn.localcloud.invocation.request import Request
from yunfn.localcloud.runner import HttpRequest
from yunfn.localcloud.service import HostCertificate
from yunfn.localcloud.tencent.api.service import refusal_words
from yunfn.localcloud.tencent.scf.dataplane.cors import allowed, preflight
from yunfn.localcloud.tencent.scf.dataplane.custom_domain import route
from yunfn.localcloud.tencent.scf.dataplane.exceptions import UrlDisabled, UrlNotFound, function_status
from yunfn.localcloud.tencent.scf.dataplane.http_event import http_event
from yunfn.localcloud.tencent.scf.dataplane.invoke_api import limited_body
from yunfn.localcloud.tencent.scf.dataplane.invoker import ScfInvoker, error_body
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory, ResolvedFunction, TriggerRecord
from yunfn.localcloud.tencent.signatures import tc3
from yunfn.localcloud.tencent.ssl import SslService

_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)
_REQUEST_ID = "x-scf-request-id"


class HttpEntry:
    """Answers the hosts of function URLs and custom domains."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, invoker: ScfInvoker) -> None:
        self._cloud = cloud
        self._directory = directory
        self._invoker = invoker

    def certificate(self, host: str) -> HostCertificate | None:
        """The certificate that a custom domain was given by its id; None for other hosts."""
        domain = self._directory.domain(host)
        certificate = (domain.document.get("CertConfig") or {}).get("CertificateId") if domain else None
        return self._cloud.find(SslService).certificate(str(certificate)) if certificate else None

    async def answer(self, call: Call) -> Response:
        """The response to a request for a function URL's or custom domain's host; refusals have a function's status."""
        call.operation = "InvokeFunctionUrl"
        call.account = self._cloud.tencent.uin
        try:
            return await self._answer(call)
        except CloudError as error:
            call.code, message = refusal_words(error)
            unbelieved = isinstance(error, AccessDeniedError | AuthenticationError)
            status = 401 if unbelieved else function_status(error)
            body = error_body(call.request_id.lower(), status, message)
            return _response(call, MappedResponse(status, [("content-type", "application/json")], body))

    async def _answer(self, call: Call) -> Response:
        trigger = self._directory.trigger_by_host(call.host)
        if trigger is not None:
            at = (trigger.region, trigger.namespace, trigger.function, trigger.qualifier)
            path, cors = call.raw_path, trigger.configuration.get("CorsConfig") or None
            self._admit(call, trigger)
            if (answer := preflight(call, cors)) is not None:
                return answer
        else:
            domain = self._directory.domain(call.host)
            if domain is None:
                raise UrlNotFound(call.host)
            way = route(domain.document, call.request.url.scheme, call.raw_path)
            at = (domain.region, way.namespace, way.function, way.qualifier)
            path, cors = way.path, None
        call.region = at[0]
        call.resource = f"{at[1]}/{at[2]}:{at[3]}"
        if trigger is not None:
            await self._authenticate(call, trigger)
        function = self._directory.resolve(*at, call.headers)
        call.resource = f"{at[1]}/{at[2]}:{function.version}"
        return await self._invoke(call, function, path, cors)

    def _admit(self, call: Call, trigger: TriggerRecord) -> None:
        net: dict[str, Any] = trigger.configuration.get("NetConfig") or {}
        if not trigger.enabled:
            raise UrlDisabled(call.host, "the function URL is switched off")
        outside = f"//{call.host}" in str(net.get("ExtranetUrl") or "")
        if net.get("EnableExtranet" if outside else "EnableIntranet") is False:
            raise UrlDisabled(call.host, "the function URL is not open to this network")

    async def _authenticate(self, call: Call, trigger: TriggerRecord) -> None:
        """SCFD "function URL authentication": AuthType CAM wants a TC3 signature and ``scf:InvokeFunctionUrl``."""
        if trigger.configuration.get("AuthType") == "NONE":
            return
        call.principal = await tc3.verify(call, "scf")
        resource = f"namespace/{trigger.namespace}/function/{trigger.function}"
        call.require("scf:InvokeFunctionUrl", f"qcs::scf:{trigger.region}:uin/{self._cloud.tencent.uin}:{resource}")

    async def _invoke(self, call: Call, function: ResolvedFunction, path: str, cors: dict[str, Any] | None) -> Response:
        body = await limited_body(call)
        request_id = call.request_id.lower()
        if function.configuration.get("Type") == "HTTP":
            request = Request(request_id, b"", _raw_request(call, path, body))
        else:
            request = Request(request_id, http_event(call, body, path))
        outcome = await self._invoker.invoke(function, request)
        call.code = outcome.result.error_type or ""
        mapped = self._mapped(call, outcome)
        if cors:
            own = [pair for pair in mapped.headers if not pair[0].startswith("access-control-")]
            mapped = MappedResponse(mapped.status, own + allowed(call, cors), mapped.body)
        return _response(call, mapped)

    def _mapped(self, call: Call, outcome: Outcome) -> MappedResponse:
        result = outcome.result
        if outcome.http is not None:
            return MappedResponse(outcome.http.status, own_headers(outcome.http.headers), outcome.http.body)
        if result.error_type is not None:
            return MappedResponse(int(result.error_type), [("content-type", "application/json")], result.payload)
        try:
            return map_response(result.payload)
        except MalformedResponse as error:
            call.code = "430"
            message = f"Invalid scf response format: {error}"
            body = error_body(call.request_id.lower(), 430, message)
            return MappedResponse(430, [("content-type", "application/json")], body)


def _response(call: Call, mapped: MappedResponse) -> Response:
    response = Response(mapped.body, mapped.status)
    length = [pair for pair in response.raw_headers if pair[0] == b"content-length"]
    pairs = [(name, value) for name, value in mapped.headers if name != _REQUEST_ID]
    pairs.append((_REQUEST_ID, call.request_id.lower()))
    response.raw_headers = length + [(name.encode("latin-1"), value.encode("utf-8")) for name, value in pairs]
    return response


def _raw_request(call: Call, path: str, body: bytes) -> HttpRequest:
    target = f"{path}?{call.raw_query}" if call.raw_query else path
    headers = [(name, value) for name, value in call.request.headers.items() if name not in _HOP_BY_HOP]
    return HttpRequest(call.method, target, headers, body)
