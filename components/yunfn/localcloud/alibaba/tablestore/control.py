"""The control plane, API version 2020-12-09: instances, by JSON over HTTP (ROA).

Paths and fields: alibabacloud-tablestore20201209 3.2.0 for Python; what the alicloud provider makes of the answers:
terraform-provider-alicloud 1.285.0, ``service_alicloud_ots.go``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from yunfn.localcloud.alibaba.pop.answer import refusal_words
from yunfn.localcloud.alibaba.signatures import verify_roa
from yunfn.localcloud.alibaba.tablestore.exceptions import InvalidParameter, MissingParameter, NoPermissionAccess
from yunfn.localcloud.alibaba.tablestore.state import TablestoreState
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError, CloudError, UnknownOperationError

VERSION = "2020-12-09"
_PATH = "/v2/openapi/"


@dataclass(frozen=True, slots=True)
class ControlCall:
    """A control operation's call; ``sent`` is its JSON body, or its query's parameters."""

    call: Call
    sent: Mapping[str, Any]

    @property
    def account(self) -> str:
        """The caller's account."""
        return self.call.account

    @property
    def region(self) -> str:
        """The region of the host."""
        return self.call.region

    def text(self, name: str) -> str:
        """A parameter that must be there; raises MissingParameter or InvalidParameter."""
        value = self.optional(name)
        if not value:
            raise MissingParameter(name)
        return value

    def optional(self, name: str) -> str:
        """A text parameter, "" where it is absent; raises InvalidParameter."""
        value = self.sent.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise InvalidParameter(name, "it must be a text")
        return value

    def texts(self, name: str) -> list[str] | None:
        """A list of texts, None where it is absent: JSON, or apart by commas in a query. Raises InvalidParameter."""
        value = self.sent.get(name)
        if value is None:
            return None
        if isinstance(value, str) and self.call.method == "GET":
            return [item for item in value.split(",") if item]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise InvalidParameter(name, "it must be a list of texts")
        return value

    def tags(self, name: str) -> dict[str, str]:
        """A list of objects with Key and Value, as a dictionary; in a query it is JSON. Raises InvalidParameter."""
        value = self.sent.get(name) or []
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise InvalidParameter(name, "it must be JSON") from None
        try:
            found = {tag["Key"]: tag.get("Value", "") for tag in value}
        except (KeyError, TypeError, AttributeError):
            raise InvalidParameter(name, "it must be a list of objects with Key and Value") from None
        if not all(isinstance(item, str) for pair in found.items() for item in pair):
            raise InvalidParameter(name, "keys and values must be texts")
        return found

    def require(self, action: str, instance: str = "*") -> None:
        """Ask for the right to an action on an instance, by default on all; raises AccessDeniedError."""
        self.call.resource = "" if instance == "*" else instance
        self.call.require(f"ots:{action}", f"acs:ots:{self.region}:{self.account}:instance/{instance.lower()}")


Operation = Callable[[TablestoreState, ControlCall], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Route:
    """An operation of the control plane: its name, its method, and what does it. Its path is its name."""

    name: str
    method: str
    operation: Operation


class ControlPlane:
    """Answers the control plane's calls by ``routes``."""

    def __init__(self, state: TablestoreState, routes: tuple[Route, ...]) -> None:
        self._state = state
        self._routes = {(route.method, f"{_PATH}{route.name.lower()}"): route for route in routes}

    async def answer(self, call: Call) -> Response:
        """Authenticate, find the operation, and answer in JSON; raises CloudError."""
        route = self._routes.get((call.method, call.raw_path))
        call.operation = route.name if route else f"{call.method} {call.path}"
        call.principal = await verify_roa(call)
        call.account = call.principal.account
        if route is None:
            raise UnknownOperationError("ots", call.operation)
        if (version := call.headers.get("x-acs-version", VERSION)) != VERSION:
            raise InvalidParameter("x-acs-version", f"it must be {VERSION}, not {version}")
        sent = dict(call.params) if call.method == "GET" else await _read_body(call)
        document = route.operation(self._state, ControlCall(call, sent))
        return JSONResponse({**document, "RequestId": call.request_id}, headers={"x-acs-request-id": call.request_id})

    def refusal(self, call: Call, error: CloudError) -> Response:
        """``error`` as JSON with Code, Message and RequestId.

        A missing right is refused by the code of the data plane: no page at hand names one for this API.
        """
        if isinstance(error, AccessDeniedError):
            error = NoPermissionAccess(error.action, error.resource)
        code, status, message = refusal_words(call, error)
        call.code = code
        body = {"Code": code, "Message": message, "RequestId": call.request_id, "HostId": call.host}
        return JSONResponse(body, status_code=status, headers={"x-acs-request-id": call.request_id})


async def _read_body(call: Call) -> dict[str, Any]:
    try:
        found = json.loads(await call.body() or b"{}")
        # JSON may hold halves of characters (\ud800), which no text that is kept may.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidParameter("body", "it must be a JSON object")
    return found
