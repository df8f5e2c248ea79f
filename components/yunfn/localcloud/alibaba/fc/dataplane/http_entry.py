"""HTTP triggers and custom domains: a request becomes a call of a function, and what comes of it a response."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.dataplane.custom_domain import route
from yunfn.localcloud.alibaba.fc.dataplane.exceptions import (
    InternetAccessDisabled,
    MethodNotAllowed,
    UnsupportedAuthentication,
)
from yunfn.localcloud.alibaba.fc.dataplane.http_event import http_event
from yunfn.localcloud.alibaba.fc.dataplane.invoke_api import (
    InvokeApi,
    limited_body,
    require_invocation,
    result_headers,
    wants_async,
)
from yunfn.localcloud.alibaba.fc.dataplane.invoker import FUNCTION_ERROR_STATUS, FcInvoker, require_started
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, ResolvedFunction, TriggerRecord
from yunfn.localcloud.alibaba.fc.exceptions import DomainNameNotFound
from yunfn.localcloud.alibaba.signatures import verify_roa
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import AccessDeniedError, CloudError
from yunfn.localcloud.invocation.http_response import MalformedResponse, MappedResponse, map_response, own_headers
from yunfn.localcloud.invocation.invoker import Outcome
from yunfn.localcloud.invocation.request import Request, WebOrigin
from yunfn.localcloud.runner import HttpRequest
from yunfn.runtimes import ALIBABA

# The cloud's own test domain makes browsers download (FCD "HTTP trigger overview").
_TEST_DOMAIN = ".fcapp.run"
_HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}
)


class HttpEntry:
    """Answers the hosts of HTTP triggers and custom domains."""

    def __init__(self, cloud: LocalCloud, directory: FunctionDirectory, invoker: FcInvoker, api: InvokeApi) -> None:
        self._cloud = cloud
        self._directory = directory
        self._invoker = invoker
        self._api = api

    async def answer(self, call: Call) -> Response:
        """The response to a request for a trigger's or custom domain's host; refusals are marked as the cloud's own."""
        call.operation = "InvokeHTTPTrigger"
        try:
            return await self._answer(call)
        except CloudError as error:
            found = self._cloud.resolve(call.host)
            if found is None:
                raise
            call.code = error.code
            response = found[0].refusal(call, error)
            response.headers["x-fc-error-type"] = "FCCommonError"
            return response

    async def _answer(self, call: Call) -> Response:
        trigger = self._directory.trigger_by_host(call.host)
        if trigger is not None:
            call.account, call.region = trigger.account, trigger.region
            name, qualifier, path = trigger.function, trigger.qualifier, call.raw_path
            settings = self._admit(call, trigger)
        else:
            domain = self._directory.domain(call.host)
            if domain is None:
                raise DomainNameNotFound(call.host)
            call.account, call.region = domain.account, domain.region
            way = route(domain.document, call.request.url.scheme, call.method, call.raw_path)
            name, qualifier, path = way.function, way.qualifier, way.path
            settings = domain.document.get("authConfig") or {"authType": "anonymous"}
        call.resource = f"functions/{name}/{qualifier}"
        await self._authenticate(call, str(settings.get("authType") or "function"), name, qualifier)
        function = self._directory.resolve(call.account, call.region, name, qualifier)
        call.resource = f"functions/{name}/{function.version}"
        return await self._invoke(call, function, path)

    def _admit(self, call: Call, trigger: TriggerRecord) -> dict[str, Any]:
        """The trigger's settings; raises InternetAccessDisabled or MethodNotAllowed."""
        settings = trigger.configuration
        internet = (trigger.document.get("httpTrigger") or {}).get("urlInternet") or ""
        if settings.get("disableURLInternet") and f"//{call.host}" in internet:
            raise InternetAccessDisabled(call.host)
        methods = [str(method).upper() for method in settings.get("methods") or []]
        if methods and call.method not in methods:
            raise MethodNotAllowed(call.method, methods)
        return settings

    async def _authenticate(self, call: Call, auth_type: str, name: str, qualifier: str) -> None:
        if auth_type == "anonymous":
            return
        if auth_type != "function":
            raise UnsupportedAuthentication(auth_type)
        account = call.account
        call.principal = await verify_roa(call)
        if call.principal.account != account:
            raise AccessDeniedError(call.principal.arn, "fc:InvokeFunction", f"functions/{name}/{qualifier}")
        require_invocation(call, call.region, name, qualifier)

    async def _invoke(self, call: Call, function: ResolvedFunction, path: str) -> Response:
        asynchronous = wants_async(call.headers)
        body = await limited_body(call, asynchronous)
        runtime = ALIBABA.get(str(function.configuration.get("runtime")))
        raw: HttpRequest | None = None
        payload = b""
        if runtime is not None and runtime.custom:
            raw = _raw_request(call, path, body)
        else:
            payload = http_event(call, body, path, self._cloud.clock.now())
        if asynchronous:
            return self._api.accept(call, function, payload, raw)
        outcome = await self._invoker.invoke(function, Request(call.request_id, payload, raw, web=_origin(call)))
        require_started(outcome)
        call.code = outcome.result.error_type or ""
        return self._response(call, function, outcome)

    def _response(self, call: Call, function: ResolvedFunction, outcome: Outcome) -> Response:
        result = outcome.result
        added = result_headers(call, function, result)
        if outcome.http is not None:
            mapped = MappedResponse(outcome.http.status, own_headers(outcome.http.headers), outcome.http.body)
        elif result.error_type is not None:
            mapped = _function_error(result.payload)
        else:
            try:
                mapped = map_response(result.payload)
            except MalformedResponse as error:
                call.code = added["x-fc-error-type"] = "UnhandledInvocationError"
                mapped = _function_error(json.dumps({"errorMessage": f"invalid response: {error}"}).encode())
        response = Response(mapped.body, mapped.status)
        length = [pair for pair in response.raw_headers if pair[0] == b"content-length"]
        pairs = [(name, value) for name, value in mapped.headers if name not in added]
        if call.host.endswith(_TEST_DOMAIN):
            pairs = [pair for pair in pairs if pair[0] != "content-disposition"]
            pairs.append(("content-disposition", "attachment"))
        pairs += added.items()
        response.raw_headers = length + [(name.encode("latin-1"), value.encode("utf-8")) for name, value in pairs]
        return response


def _function_error(payload: bytes) -> MappedResponse:
    return MappedResponse(FUNCTION_ERROR_STATUS, [("content-type", "application/json")], payload)


def _origin(call: Call) -> WebOrigin:
    return WebOrigin(call.method, f"{call.raw_path}?{call.raw_query}" if call.raw_query else call.raw_path)


def _raw_request(call: Call, path: str, body: bytes) -> HttpRequest:
    target = f"{path}?{call.raw_query}" if call.raw_query else path
    headers = [(name, value) for name, value in call.request.headers.items() if name not in _HOP_BY_HOP]
    return HttpRequest(call.method, target, headers, body)
