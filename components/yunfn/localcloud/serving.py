"""One local cloud put together and served: proxy, control API, function runner and services."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket

from yunfn.exceptions import LocalCloudStartError
from yunfn.localcloud.alibaba.fc import FcService
from yunfn.localcloud.certificates import CertificateAuthority
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.control import Control
from yunfn.localcloud.front import Front
from yunfn.localcloud.home import Home
from yunfn.localcloud.keys import ALIBABA, TENCENT
from yunfn.localcloud.registry import SERVICES
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec
from yunfn.localcloud.tencent.scf import ScfService


async def serve(home: Home, port: int, stop: asyncio.Event) -> None:
    """Serve the cloud of ``home`` until ``stop`` is set; prints one JSON line once it is ready.

    Raises LocalCloudStartError if the port cannot be had.
    """
    cloud = LocalCloud(home, SERVICES)
    authority = CertificateAuthority(home.certificates)
    front = Front(cloud, authority)
    try:
        bound = await _listen(front, port, cloud.port)
    except (OSError, OverflowError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise LocalCloudStartError(f"port {port} of 127.0.0.1 cannot be had: {reason}; --port 0 takes any") from error

    cloud.port = bound

    async def inside(listener: socket.socket) -> None:
        """Serve the proxy inside one instance's network until the runner cancels it."""
        server = await front.serve(listener)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            front.forget(server)

    sinks = {
        ALIBABA: cloud.find(FcService).dataplane.log_sink,
        TENCENT: cloud.find(ScfService).dataplane.log_sink,
    }

    def log_sink(spec: FunctionSpec, instance_id: str, printed: bytes) -> None:
        """Hand what an instance printed while it had no call to its own cloud's logs."""
        sinks[spec.cloud](spec, instance_id, printed)

    cloud.runner = FunctionRunner(
        work=home.work,
        connect_proxy=inside,
        proxy_port=bound,
        ca_bundle=authority.bundle,
        log_sink=log_sink,
    )
    control = await Control(cloud, bound, stop.set).serve()
    await cloud.start()
    # Asked now: at the end the folder may be gone.
    control_socket = home.control_socket
    ready = {"pid": os.getpid(), "proxy_port": bound, "control": str(control_socket)}
    home.server.write_text(json.dumps(ready))
    print(json.dumps(ready), flush=True)
    try:
        await stop.wait()
    finally:
        await front.close()
        control.close()
        await cloud.stop()
        home.server.unlink(missing_ok=True)
        control_socket.unlink(missing_ok=True)


async def _listen(front: Front, port: int, last: int) -> int:
    """Listen on ``port``, or for 0 on the ``last`` one if it is free, else on any; raises OSError."""
    if port == 0 and last:
        # What is deployed has the address in its environment (OTS_ENDPOINT).
        with contextlib.suppress(OSError):
            return await front.listen(last)
    return await front.listen(port)
