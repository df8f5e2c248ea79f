"""The local cloud's process: ``python -m yunfn.localcloud.server HOME``; tells on stdout when it serves."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fcntl
import json
import logging
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path

from yunfn.localcloud.alibaba.fc import FcService
from yunfn.localcloud.certificates import CertificateAuthority
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.control import Control
from yunfn.localcloud.front import Front
from yunfn.localcloud.home import Home
from yunfn.localcloud.registry import SERVICES
from yunfn.localcloud.runner import FunctionRunner

logger = logging.getLogger(__name__)
_REMOVE_SECONDS = 5.0


async def serve(home: Home, port: int, stop: asyncio.Event) -> None:
    """Serve the cloud of ``home`` until ``stop`` is set; prints one JSON line once it is ready."""
    cloud = LocalCloud(home, SERVICES)
    authority = CertificateAuthority(home.certificates)
    front = Front(cloud, authority)
    bound = await front.listen(port)

    async def inside(listener: socket.socket) -> None:
        """Serve the proxy inside one instance's network until the runner cancels it."""
        server = await front.serve(listener)
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            front.forget(server)

    cloud.runner = FunctionRunner(
        work=home.work,
        connect_proxy=inside,
        proxy_port=bound,
        ca_bundle=authority.bundle,
        log_sink=cloud.find(FcService).dataplane.log_sink,
    )
    control = await Control(cloud, bound, stop.set).serve()
    await cloud.start()
    ready = {"pid": os.getpid(), "proxy_port": bound, "control": str(home.control_socket)}
    home.server.write_text(json.dumps(ready))
    print(json.dumps(ready), flush=True)
    try:
        await stop.wait()
    finally:
        await front.close()
        control.close()
        await cloud.stop()
        home.server.unlink(missing_ok=True)
        home.control_socket.unlink(missing_ok=True)


async def _main(home: Home, port: int, owned: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if owned:
        # Whoever started this cloud for one command holds the other end of stdin; its death ends us.
        loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 1) else stop.set())
    await serve(home, port, stop)


def main() -> None:
    """Run the server; exits with 3 if another one serves the same home."""
    parser = argparse.ArgumentParser(prog="python -m yunfn.localcloud.server")
    parser.add_argument("home", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--owned", action="store_true", help="end when standard input ends")
    parser.add_argument("--remove", action="store_true", help="remove HOME at the end")
    arguments = parser.parse_args()
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    home = Home(arguments.home)
    home.create()
    with (home.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"another local cloud serves {home.folder}", file=sys.stderr)
            sys.exit(3)
        with contextlib.suppress(ImportError):
            import uvloop

            uvloop.install()
        asyncio.run(_main(home, arguments.port, arguments.owned))
    if arguments.remove:
        _remove(home.folder)


def _remove(folder: Path) -> None:
    """Remove the folder, also while a command that outlived its cloud for a moment still writes there."""
    deadline = time.monotonic() + _REMOVE_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.1)


if __name__ == "__main__":
    main()
