"""A local cloud in the test's own loop, with functions that really run; what both clouds' workshops stand on."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import httpx

from yunfn.localcloud.certificates import CertificateAuthority
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.home import Home
from yunfn.localcloud.runner import FunctionRunner
from yunfn.localcloud.service import Service


class DataPlaneWorkshop:
    """The cloud with these ``services``, its runner, and a client; ``functions`` is the one that has the data plane."""

    def __init__(self, folder: Path, services: Sequence[type[Service]], functions: type[Any]) -> None:
        home = Home(folder)
        home.create()
        self.cloud = LocalCloud(home, services)
        self.plane = self.cloud.find(functions).dataplane
        self.runner = FunctionRunner(
            work=home.work,
            connect_proxy=None,
            proxy_port=0,
            ca_bundle=CertificateAuthority(home.certificates).bundle,
            log_sink=self.plane.log_sink,
        )
        self.cloud.runner = self.runner
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=self.cloud), timeout=60)

    async def __aenter__(self) -> Self:
        await self.cloud.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()
        await self.cloud.stop()

    async def until(self, look: Callable[[], Any], enough: Callable[[Any], Any], seconds: float = 60) -> Any:
        """What ``look`` returns once it is enough."""
        limit = time.monotonic() + seconds
        while True:
            seen = look()
            if asyncio.iscoroutine(seen):
                seen = await seen
            if enough(seen):
                return seen
            assert time.monotonic() < limit, f"not in {seconds} s; last seen: {seen}"
            await asyncio.sleep(0.02)

    def stop_clock(self) -> None:
        """From now on the cloud's time goes on by ``move`` alone: what waits for its time waits until the test says."""
        clock, at = self.cloud.clock, float(int(time.time()))
        clock.time = lambda: at + clock.offset  # type: ignore[method-assign]

    def journal(self, **wanted: Any) -> list[dict[str, Any]]:
        """The journal's lines that have all of these values."""
        return [line for line in self.cloud.journal.lines() if wanted.items() <= line.items()]


def zipped(source: str | dict[str, str]) -> bytes:
    """A zip of files, all executable: ``source`` is index.py, or files by name."""
    files = {"index.py": source} if isinstance(source, str) else source
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in files.items():
            info = zipfile.ZipInfo(path)
            info.create_system, info.external_attr = 3, 0o100755 << 16
            archive.writestr(info, text)
    return buffer.getvalue()
