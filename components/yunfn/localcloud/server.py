"""The local cloud's process: ``python -m yunfn.localcloud.server HOME``; tells on stdout when it serves.

The first line on stdout is JSON: ``pid``, ``proxy_port`` and ``control`` once it serves, or ``error`` with what was
wrong (and ``served_by``, a process id, if another one serves the same home already).
"""

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
import sys
import time
from pathlib import Path
from typing import TextIO

from yunfn.exceptions import LocalCloudStartError
from yunfn.localcloud.home import Home

logger = logging.getLogger(__name__)
_REMOVE_SECONDS = 5.0
_WATCH_SECONDS = 2.0


def main() -> None:
    """Run the server; exits with 1 if it cannot start and with 3 if another one serves the same home."""
    parser = argparse.ArgumentParser(prog="python -m yunfn.localcloud.server")
    parser.add_argument("home", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--owned", action="store_true", help="end when standard input ends")
    parser.add_argument("--remove", action="store_true", help="remove HOME at the end")
    arguments = parser.parse_args()
    os.umask(0o077)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    home = Home(arguments.home)
    try:
        home.create()
        with home.lock.open("a+") as lock:
            _claim(lock, home)
            with contextlib.suppress(ImportError):
                import uvloop

                uvloop.install()
            asyncio.run(_main(home, arguments.port, arguments.owned, lock))
    except LocalCloudStartError as error:
        _tell(error=str(error))
        sys.exit(1)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("yunfn"):
            raise
        _tell(error=f"the local cloud is not installed (no module {error.name}): pip install 'yunfn[local]'")
        sys.exit(1)
    if arguments.remove:
        _remove(home.folder)


def _claim(lock: TextIO, home: Home) -> None:
    """Hold the home's lock as long as this process lives, and clear away what a killed one left."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip()
        _tell(error=f"process {holder} serves {home.folder} already", served_by=int(holder) if holder else 0)
        sys.exit(3)
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    # Of a server that was killed; nobody may take its port for ours.
    home.server.unlink(missing_ok=True)


async def _main(home: Home, port: int, owned: bool, lock: TextIO) -> None:
    # Here, so that a missing extra is told in one sentence.
    from yunfn.localcloud.serving import serve

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if owned:
        # Whoever started this cloud for one command holds the other end of stdin; its death ends us.
        loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 1) else stop.set())
    watch = loop.create_task(_end_with_home(home, lock, stop))
    try:
        await serve(home, port, stop)
    finally:
        watch.cancel()


async def _end_with_home(home: Home, lock: TextIO, stop: asyncio.Event) -> None:
    """Set ``stop`` once the home's folder was removed or replaced: no command would find this server any more."""
    ours = os.fstat(lock.fileno()).st_ino
    while True:
        await asyncio.sleep(_WATCH_SECONDS)
        try:
            there = home.lock.stat().st_ino
        except FileNotFoundError:
            there = 0
        if there != ours:
            logger.warning("%s is gone: nothing is left to serve", home.folder)
            stop.set()
            return


def _tell(**document: object) -> None:
    print(json.dumps(document), flush=True)


def _remove(folder: Path) -> None:
    """Remove the folder, also while a command that outlived its cloud for a moment still writes there."""
    deadline = time.monotonic() + _REMOVE_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(0.1)


if __name__ == "__main__":
    main()
