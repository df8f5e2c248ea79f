"""The local cloud as a whole: its state, its services, and the way of one request through them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from yunfn.localcloud.blobs import BlobStore
from yunfn.localcloud.call import Call
from yunfn.localcloud.clock import Clock
from yunfn.localcloud.cloud_error import AccessDeniedError, CloudError, UnknownOperationError
from yunfn.localcloud.events import Events
from yunfn.localcloud.faults import Fault, FaultKind, Faults
from yunfn.localcloud.home import Home
from yunfn.localcloud.journal import Journal
from yunfn.localcloud.keys import ALIBABA, TENCENT, KeyRing, Principal
from yunfn.localcloud.policy_decision import NOBODY, OWNER, Decision, Place
from yunfn.localcloud.rights import right
from yunfn.localcloud.service import Service
from yunfn.localcloud.store import Store
from yunfn.localcloud.version_faults import VersionFaults

if TYPE_CHECKING:
    from yunfn.localcloud.runner import FunctionRunner

logger = logging.getLogger(__name__)
ABORT = "yunfn.abort"
"""The extension of the ASGI scope that closes the request's connection at once."""
S = TypeVar("S", bound=Service)
# The condition keys of every request by cloud: all come through TLS or loopback, from this machine.
_CONDITIONS = {
    ALIBABA: {"acs:SourceIp": "127.0.0.1", "acs:SecureTransport": "true"},
    TENCENT: {"qcs:ip": "127.0.0.1"},
}
# The names of the address that the front listens on.
_OWN_NAMES = frozenset(("127.0.0.1", "localhost"))
# How long states such as Creating last unless told otherwise, and the longest that makes sense; seconds of real time.
_TRANSITION_S = 0.2
_LONGEST_TRANSITION_S = 3600.0


class Authorizer(Protocol):
    """Decides by policies whether a principal may do something."""

    def decide(
        self, principal: Principal, action: str, resources: Sequence[str], context: Mapping[str, str]
    ) -> Decision:
        """Whether the principal's policies allow ``action`` on what ``resources`` name, and why.

        ``context`` holds condition keys.
        """
        ...


class LocalCloud:
    """One cloud: an account of each provider, a clock, state on disk, and services by their true host names.

    ``account``, ``keys`` and ``authorizer`` are Alibaba's; their Tencent twins have ``tencent`` in their names.

    It is an ASGI application; the front hands it every request that came through the proxy.
    """

    def __init__(self, home: Home, services: Sequence[type[Service]]) -> None:
        self.home = home
        self.store = Store(home.database)
        self._settings = self.store.collection("", "", "settings")
        self.clock = Clock(self._setting("clock", {"offset": 0.0})["offset"], self._keep_clock)
        self._transition_seconds = self._setting("transition", {"seconds": _TRANSITION_S})["seconds"]
        self.account: str = home.account
        self.blobs = BlobStore(home.blobs)
        self.journal = Journal(home.journal)
        self.keys = KeyRing(self.store, self.clock)
        self.tencent = home.tencent
        self.tencent_keys = KeyRing(self.store, self.clock, TENCENT)
        self.events = Events()
        self.faults = Faults()
        self.version_faults = VersionFaults()
        self.authorizer: Authorizer | None = None
        self.tencent_authorizer: Authorizer | None = None
        self.runner: FunctionRunner | None = None
        self._services: dict[type[Service], Service] = {}
        for service in services:
            self._services[service] = service(self)

    @property
    def transition_seconds(self) -> float:
        """How long intermediate states (Creating, Updating, Publishing …) last, in seconds of real time."""
        return self._transition_seconds

    @transition_seconds.setter
    def transition_seconds(self, seconds: float) -> None:
        """Let states that begin from now on last ``seconds``; ValueError unless 0 to 3600."""
        if not 0 <= seconds <= _LONGEST_TRANSITION_S:
            raise ValueError(f"a transition lasts 0 to {_LONGEST_TRANSITION_S:.0f} seconds")
        self._settings.put("transition", {"seconds": seconds})
        self._transition_seconds = seconds

    @property
    def port(self) -> int:
        """The proxy's port, or that of the last time it served: functions and shells were told it. 0 before."""
        return int(self._setting("port", {"number": 0})["number"])

    @port.setter
    def port(self, number: int) -> None:
        self._settings.put("port", {"number": number})

    def find(self, service: type[S]) -> S:
        """The running instance of a service class."""
        found = self._services[service]
        assert isinstance(found, service)
        return found

    @property
    def services(self) -> list[Service]:
        """Every service, in the order it was registered."""
        return list(self._services.values())

    def resolve(self, host: str) -> tuple[Service, Mapping[str, str]] | None:
        """The service that answers for ``host`` and what the name tells, or None for an unknown host."""
        for service in self._services.values():
            match = service.match(host)
            if match is not None:
                return service, match
        return None

    def resolve_direct(self, host: str, headers: Mapping[str, str]) -> tuple[Service, Mapping[str, str]] | None:
        """The service that a request to the local cloud's own address is for, and what it tells, or None."""
        if host not in _OWN_NAMES:
            return None
        for service in self._services.values():
            if (match := service.direct(headers)) is not None:
                return service, match
        return None

    def decide(
        self,
        principal: Principal | None,
        action: str,
        *resources: str,
        conditions: Mapping[str, str] | None = None,
    ) -> Decision:
        """Whether the principal's policies allow ``action`` on what ``resources`` name, and why.

        ``resources`` are full ACS or QCS names of one thing, the narrowest first. The account itself may do all, the
        anonymous nothing. ``conditions`` are the condition keys that the service adds to those of every request.
        """
        if principal is None:
            return NOBODY
        if principal.kind == "root":
            return OWNER
        context = {**_CONDITIONS[principal.cloud], **(conditions or {})}
        authorizer = self.tencent_authorizer if principal.cloud == TENCENT else self.authorizer
        if authorizer is None:
            # A cloud without RAM or CAM has no policies.
            return Decision(False, resource=resources[0], lacking=(Place.POLICIES,))
        return authorizer.decide(principal, action, resources, context)

    def permits(
        self,
        call: Call,
        action: str,
        *resources: str,
        conditions: Mapping[str, str] | None = None,
        otherwise: bool = False,
    ) -> bool:
        """Whether the caller may do it; noted for the journal.

        The caller's policies decide (see :meth:`decide`), unless they are silent and something else allows it
        (``otherwise``), such as a bucket's ACL. What a session's policy does not allow is never allowed otherwise.
        """
        decision = self.decide(call.principal, action, *resources, conditions=conditions)
        if decision is OWNER or (otherwise and decision.silent):
            return True
        self.note(call, decision, action, resources[0])
        return decision.allowed

    def note(self, call: Call, decision: Decision, action: str, resource: str) -> None:
        """Note for the journal what was decided about a call."""
        call.rights.append(right(decision, action, resource))
        if not decision.allowed:
            call.denied = f"{action} {resource}"

    def authorize(
        self,
        call: Call,
        action: str,
        *resources: str,
        conditions: Mapping[str, str] | None = None,
    ) -> None:
        """Raise AccessDeniedError unless the caller's policies allow it (see :meth:`decide`)."""
        if not self.permits(call, action, *resources, conditions=conditions):
            raise AccessDeniedError(call.principal.arn if call.principal else "anonymous", action, resources[0])

    async def start(self) -> None:
        """Start every service's background work."""
        for service in self._services.values():
            await service.start()

    async def stop(self) -> None:
        """End background work, then every function's instances, and close the files.

        In this order: an asynchronous call whose instance is taken away would count as failed, and instances
        still write their last lines to the log service.
        """
        for service in reversed(self._services.values()):
            await service.stop()
        if self.runner is not None:
            await self.runner.close()
        self.journal.flush()
        self.store.close()

    async def reset(self) -> None:
        """Empty the cloud: resources, logs, journal, clock and settings go; account and owner's key stay."""
        for service in reversed(self._services.values()):
            await service.stop()
        if self.runner is not None:
            await self.runner.retire("")
        self.store.clear()
        self.blobs.clear()
        self.journal.clear()
        self.clock.move(-self.clock.offset)
        self._transition_seconds = _TRANSITION_S
        self.faults.follow(None)
        self.version_faults.clear()
        self.keys.forget()
        self.tencent_keys.forget()
        self.home.restore_owner_keys(self.store)
        for service in self._services.values():
            service.reset()
        await self.start()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request (ASGI)."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        host = request.headers.get("host", "").rsplit(":", 1)[0].lower()
        began = time.perf_counter()
        found = self.resolve_direct(host, request.headers) or self.resolve(host)
        if found is None:
            response = self._refuse_unknown_host(request, host)
        else:
            service, call = found[0], Call(self, request, host, found[1])
            fault = self.faults.draw(service.name, call.headers.get("x-tc-action") or call.method)
            if fault is not None:
                await self._fail(service, call, fault, began, send)
                return
            response = await self._answer(service, call, began)
        await response(scope, receive, send)

    async def _fail(self, service: Service, call: Call, fault: Fault, began: float, send: Send) -> None:
        """Let a request meet a fault that was asked for."""
        scope, receive = call.request.scope, call.request.receive
        if fault.carried_out:
            await self._answer(service, call, began)
        elif fault.kind in (FaultKind.THROTTLE, FaultKind.ERROR):
            # The body is taken in, as a true service does before it refuses: its client may still be sending.
            await call.body()
        call.code = f"YunfnLocalFault.{fault.kind}"
        response: Response
        if fault.kind in (FaultKind.THROTTLE, FaultKind.ERROR):
            refused = service.fault(throttled=fault.kind is FaultKind.THROTTLE)
            response = service.refusal(call, refused)
            call.code = f"YunfnLocalFault.{fault.kind}"
        else:
            response = Response("Bad Gateway", status_code=502, media_type="text/html")
        self._note(service, call, response.status_code, began)
        if fault.kind in (FaultKind.THROTTLE, FaultKind.ERROR, FaultKind.GATEWAY):
            await response(scope, receive, send)
            return
        if fault.kind is FaultKind.STALL:
            await asyncio.sleep(fault.stall_seconds)
        scope["extensions"][ABORT]()
        while (await receive())["type"] != "http.disconnect":
            pass

    async def _answer(self, service: Service, call: Call, began: float) -> Response:
        unknown = False
        try:
            response = await service.answer(call)
        except CloudError as error:
            unknown = isinstance(error, UnknownOperationError)
            if isinstance(error, UnknownOperationError):
                call.operation = error.operation
            call.code = error.code
            response = service.refusal(call, error)
        except ClientDisconnect:
            # Its sender hung up before the request was whole: nobody reads this.
            call.code = "YunfnLocalClientDisconnected"
            response = Response(status_code=400)
        except Exception as error:
            # A defect of ours: loud, and in a shape that no provider swallows or retries.
            logger.exception("%s %s failed (request %s)", service.name, call.operation, call.request_id)
            fault = CloudError(
                f"defect in the local cloud: {type(error).__name__}: {error}",
                code="YunfnLocalDefect",
                status=400,
            )
            call.code = fault.code
            response = service.refusal(call, fault)
        self._note(service, call, response.status_code, began, unknown=unknown)
        return response

    def _note(self, service: Service, call: Call, status: int, began: float, *, unknown: bool = False) -> None:
        self.journal.record(
            time=self.clock.now(),
            service=service.name,
            operation=call.operation or call.headers.get("x-tc-action") or call.method,
            resource=call.resource,
            status=status,
            ms=(time.perf_counter() - began) * 1000,
            region=call.region,
            principal=call.principal.arn if call.principal else "",
            request_id=call.request_id,
            code=call.code,
            unknown=unknown,
            denied=call.denied,
            rights=call.rights,
        )

    def refuse_host(self, host: str, method: str) -> str:
        """Note a request to a host that no service has, and return what to tell its sender."""
        self.journal.record(
            time=self.clock.now(),
            service="",
            operation=method,
            resource=host,
            status=403,
            ms=0.0,
            code="YunfnLocalUnknownHost",
            unknown=True,
        )
        return f"the local cloud has no host {host}; nothing was sent anywhere"

    def _refuse_unknown_host(self, request: Request, host: str) -> Response:
        message = self.refuse_host(host, request.method)
        return JSONResponse({"Code": "YunfnLocalUnknownHost", "Message": message, "RequestId": "-"}, status_code=400)

    def _setting(self, name: str, default: dict[str, float]) -> dict[str, float]:
        return self._settings.get(name) or default

    def _keep_clock(self, offset: float) -> None:
        self._settings.put("clock", {"offset": offset})
