"""The control API: status, reset, clock, transitions, faults, journal and rights, on a socket of mode 0600."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from itertools import islice
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from yunfn.localcloud import rights
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.faults import FaultPlan
from yunfn.localcloud.front import HttpServing
from yunfn.localcloud.journal import stamp
from yunfn.localcloud.keys import KEY_COLLECTIONS
from yunfn.localcloud.traffic import Load, traffic
from yunfn.localcloud.version_faults import VersionFault

_LINES_AT_ONCE = 256


class Control:
    """Serves the control API for one cloud."""

    def __init__(self, cloud: LocalCloud, port: int, stop: Callable[[], None]) -> None:
        self._cloud = cloud
        self._port = port
        self._stop = stop
        self.application = Starlette(
            routes=[
                Route("/status", self._status),
                Route("/reset", self._reset, methods=["POST"]),
                Route("/clock", self._clock),
                Route("/clock", self._move_clock, methods=["POST"]),
                Route("/transition", self._transition),
                Route("/transition", self._set_transition, methods=["PUT"]),
                Route("/faults", self._faults),
                Route("/faults", self._set_faults, methods=["PUT"]),
                Route("/faults", self._end_faults, methods=["DELETE"]),
                Route("/version-faults", self._version_faults),
                Route("/version-faults", self._set_version_fault, methods=["PUT"]),
                Route("/version-faults", self._end_version_faults, methods=["DELETE"]),
                Route("/traffic", self._traffic, methods=["POST"]),
                Route("/journal", self._journal),
                Route("/rights", self._rights),
                Route("/denials", self._denials),
                Route("/stop", self._stop_server, methods=["POST"]),
            ],
            exception_handlers={Exception: _tell_defect},
        )

    async def serve(self) -> asyncio.Server:
        """Listen on the home's control socket, readable by its owner only."""
        path = self._cloud.home.control_socket
        path.unlink(missing_ok=True)
        serving = HttpServing(self.application)
        before = os.umask(0o177)
        try:
            return await asyncio.get_running_loop().create_unix_server(serving.protocol, str(path))
        finally:
            os.umask(before)

    async def _status(self, request: Request) -> JSONResponse:
        cloud = self._cloud
        kinds: dict[str, int] = {}
        for _account, region, kind, number in cloud.store.kinds():
            if kind not in KEY_COLLECTIONS and kind != "settings":
                name = f"{kind} ({region})" if region else kind
                kinds[name] = kinds.get(name, 0) + number
        isolation = cloud.runner.isolation() if cloud.runner else None
        return JSONResponse(
            {
                "pid": os.getpid(),
                "proxy": f"http://127.0.0.1:{self._port}",
                "account": cloud.account,
                "tencent_account": cloud.tencent.uin,
                "tencent_appid": cloud.tencent.app_id,
                "home": str(cloud.home.folder),
                "clock": cloud.clock.now().isoformat(timespec="seconds"),
                "clock_offset_seconds": cloud.clock.offset,
                "functions_run_in": str(isolation) if isolation is not None else "",
                "services": [service.name for service in cloud.services],
                "documents": kinds,
            }
        )

    async def _reset(self, request: Request) -> JSONResponse:
        await self._cloud.reset()
        return JSONResponse({"reset": True})

    async def _clock(self, request: Request) -> JSONResponse:
        clock = self._cloud.clock
        return JSONResponse({"now": clock.now().isoformat(timespec="seconds"), "offset_seconds": clock.offset})

    async def _move_clock(self, request: Request) -> JSONResponse:
        try:
            seconds = float((await request.json())["seconds"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": 'the body is {"seconds": a number}'}, status_code=400)
        try:
            self._cloud.clock.move(seconds)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return await self._clock(request)

    async def _transition(self, request: Request) -> JSONResponse:
        return JSONResponse({"seconds": self._cloud.transition_seconds})

    async def _set_transition(self, request: Request) -> JSONResponse:
        try:
            seconds = float((await request.json())["seconds"])
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": 'the body is {"seconds": a number}'}, status_code=400)
        try:
            self._cloud.transition_seconds = seconds
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return await self._transition(request)

    async def _faults(self, request: Request) -> JSONResponse:
        return JSONResponse(self._cloud.faults.document())

    async def _set_faults(self, request: Request) -> JSONResponse:
        try:
            plan = FaultPlan.read(await request.json())
            known = {service.name for service in self._cloud.services}
            if strangers := set(plan.services) - known:
                raise ValueError(f"no such service: {', '.join(sorted(strangers))}")
        except (ValueError, AttributeError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        self._cloud.faults.follow(plan)
        return await self._faults(request)

    async def _end_faults(self, request: Request) -> JSONResponse:
        drawn = self._cloud.faults.document()
        self._cloud.faults.follow(None)
        return JSONResponse({**drawn, "plan": None})

    async def _version_faults(self, request: Request) -> JSONResponse:
        return JSONResponse({"rules": self._cloud.version_faults.document()})

    async def _set_version_fault(self, request: Request) -> JSONResponse:
        try:
            rule = VersionFault.read(await request.json())
        except (ValueError, AttributeError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        self._cloud.version_faults.follow(rule)
        return await self._version_faults(request)

    async def _end_version_faults(self, request: Request) -> JSONResponse:
        self._cloud.version_faults.clear()
        return await self._version_faults(request)

    async def _traffic(self, request: Request) -> Response:
        try:
            load = Load.read(await request.json())
        except (ValueError, AttributeError, TypeError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        service: Any = next(each for each in self._cloud.services if each.name == load.service)
        return StreamingResponse(traffic(load, service.dataplane), media_type="application/x-ndjson")

    async def _journal(self, request: Request) -> StreamingResponse:
        unknown_only = request.query_params.get("unknown") == "1"

        async def lines() -> AsyncIterator[str]:
            found = self._cloud.journal.lines(unknown_only=unknown_only)
            # Many at a time: each piece that is sent costs more than its lines.
            while some := list(islice(found, _LINES_AT_ONCE)):
                yield "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in some)

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    async def _rights(self, request: Request) -> JSONResponse:
        """Which rights the journal shows; ``since`` is an ISO 8601 time, ``principal`` a part of names."""
        return await self._summary(request, None)

    async def _denials(self, request: Request) -> JSONResponse:
        """Those that were denied, likewise."""
        return await self._summary(request, False)

    async def _summary(self, request: Request, allowed: bool | None) -> JSONResponse:
        since = request.query_params.get("since", "")
        try:
            moment = stamp(datetime.fromisoformat(since)) if since else ""
        except ValueError:
            return JSONResponse({"error": f"since is an ISO 8601 time, not {since!r}"}, status_code=400)
        principal = request.query_params.get("principal", "")
        lines = self._cloud.journal.with_rights(denied_only=allowed is False, since=moment)

        def summed() -> JSONResponse:
            return JSONResponse(rights.summary(lines, allowed=allowed, since=moment, principal=principal))

        # Elsewhere: of a long journal it takes seconds, and the cloud has others to answer.
        return await asyncio.to_thread(summed)

    async def _stop_server(self, request: Request) -> JSONResponse:
        self._stop()
        return JSONResponse({"stopping": True})


async def _tell_defect(request: Request, error: Exception) -> JSONResponse:
    # The traceback goes to the server's log; whoever asked shall know where to look.
    return JSONResponse(
        {"error": f"defect in the local cloud: {type(error).__name__}: {error} (more in server.log)"}, status_code=500
    )
