"""A served Function Compute, reached by its official client through the proxy, over TLS."""

from __future__ import annotations

import asyncio
import base64
import io
import ssl
import threading
import zipfile
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import oss2
from alibabacloud_fc20230330.client import Client
from alibabacloud_fc20230330.models import CreateFunctionInput, CreateFunctionRequest, Function, InputCodeLocation
from alibabacloud_tea_openapi.models import Config
from Tea.exceptions import TeaException

from yunfn.localcloud.alibaba.fc import FcService
from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.alibaba.log import LogService
from yunfn.localcloud.alibaba.log.models.projects import LogState
from yunfn.localcloud.alibaba.oss import OssService
from yunfn.localcloud.alibaba.ram import RamService
from yunfn.localcloud.alibaba.sts import StsService
from yunfn.localcloud.certificates import CertificateAuthority
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.front import Front
from yunfn.localcloud.home import Home
from yunfn.localcloud.keys import AccessKey, Principal

REGION = "cn-hangzhou"
T = TypeVar("T")


def make_zip(**files: str) -> bytes:
    """A zip of text files; ``__`` in a name stands for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", ".")), text)
    return buffer.getvalue()


def inline(**files: str) -> InputCodeLocation:
    """Code sent inline."""
    return InputCodeLocation(zip_file=base64.b64encode(make_zip(**(files or {"index__py": "x = 1"}))).decode())


class ServedFc:
    """Function Compute and its siblings behind the proxy, in a thread of their own; tests are plain and blocking."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._start()

    def _start(self) -> None:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(60)
        self.account = self.cloud.account

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self.cloud = LocalCloud(self._home, [RamService, StsService, OssService, LogService, FcService])
        self.authority = CertificateAuthority(self._home.certificates)
        front = Front(self.cloud, self.authority)
        self.port = await front.listen()
        await self.cloud.start()
        self._ready.set()
        await self._over.wait()
        # The client keeps its connections open; a polite end would wait for its goodbye.
        for connection in list(front.http._state.connections):
            connection.transport.abort()
        await front.close()
        await self.cloud.stop()
        await asyncio.sleep(0)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(60)
        assert not self._thread.is_alive()

    def restart(self) -> None:
        """Stop the cloud and start it again on the same folder."""
        self.close()
        self._start()

    def run(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine in the cloud's own loop."""
        return asyncio.run_coroutine_threadsafe(make(), self._loop).result(60)

    def do(self, function: Callable[[], T]) -> T:
        """Call something in the cloud's own thread, where its database may be used."""

        async def call() -> T:
            return function()

        return self.run(call)

    @property
    def service(self) -> FcService:
        return self.cloud.find(FcService)

    @property
    def scope(self) -> FcScope:
        return FcScope(self.cloud, self.account, REGION)

    def key(self, principal: Principal | None = None) -> AccessKey:
        if principal is None:
            return self.cloud.home.owner_key
        return self.do(lambda: self.cloud.keys.create(principal))

    def client(self, key: AccessKey | None = None, endpoint: str = "", *, tls: bool = False) -> Client:
        """The official client, unmodified, through the proxy; without TLS, which costs it most of its time."""
        used = key or self.key()
        config = Config(
            access_key_id=used.id,
            access_key_secret=used.secret,
            security_token=used.token or None,
            region_id=REGION,
            endpoint=endpoint or f"{self.account}.{REGION}.fc.aliyuncs.com",
            protocol="HTTPS" if tls else "HTTP",
            http_proxy=f"http://127.0.0.1:{self.port}",
            https_proxy=f"http://127.0.0.1:{self.port}",
            ca=str(self.authority.bundle),
        )
        return Client(config)

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.authority.bundle))

    def make_project(self, name: str) -> None:
        """A log project."""
        logs = LogState(self.cloud.store, self.cloud.clock)
        self.do(lambda: logs.create_project(self.account, REGION, {"projectName": name}))

    def make_logstore(self, project: str, name: str) -> None:
        """A logstore in it."""
        logs = LogState(self.cloud.store, self.cloud.clock)
        self.do(lambda: logs.create_logstore(self.account, REGION, project, {"logstoreName": name}))

    def bucket(self, name: str, region: str = REGION) -> oss2.Bucket:
        """A new bucket, by OSS's official client."""
        key = self.key()
        proxies = {"http": f"http://127.0.0.1:{self.port}"}
        endpoint = f"http://oss-{region}.aliyuncs.com"
        bucket = oss2.Bucket(oss2.Auth(key.id, key.secret), endpoint, name, proxies=proxies)
        bucket.create_bucket()
        return bucket

    def blobs(self) -> int:
        """How many blobs there are."""
        return sum(path.is_file() for path in self._home.blobs.rglob("*"))


def create_function(client: Client, name: str = "f", **changes: Any) -> Function:
    """A small function."""
    values: dict[str, Any] = {"runtime": "python3.10", "handler": "index.handler", "code": inline()}
    body = CreateFunctionInput(function_name=name, **(values | changes))
    return client.create_function(CreateFunctionRequest(body=body)).body


class Refused:
    """Catches a refusal and holds its code, status and message."""

    def __init__(self, code: str, status: int, *words: str) -> None:
        self.code, self.status, self.words = code, status, words

    def __enter__(self) -> Refused:
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        assert isinstance(error, TeaException), f"not refused with {self.code}: {error!r}"
        assert (error.code, error.statusCode) == (self.code, self.status), error.message
        assert all(word in error.message for word in self.words), error.message
        return True
