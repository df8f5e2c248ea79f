"""A served OSS, and official clients that reach it by the cloud's host names over loopback."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from xml.etree import ElementTree

import oss2
import pytest
import requests
import uvicorn
from requests.adapters import HTTPAdapter

from yunfn.localcloud.alibaba.oss import OssService
from yunfn.localcloud.alibaba.oss.events import ObjectEvent
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.home import Home
from yunfn.localcloud.keys import AccessKey, Principal
from yunfn.localcloud.policy_decision import Decision, Place

REGION = "cn-hangzhou"
T = TypeVar("T")


class Grants:
    """Decides by a set of (action, resource) pairs, as the RAM evaluator does by policies."""

    def __init__(self) -> None:
        self.allowed: set[tuple[str, str]] = set()
        self.asked: list[tuple[str, str]] = []

    def decide(
        self, principal: Principal, action: str, resources: Sequence[str], context: Mapping[str, str]
    ) -> Decision:
        self.asked += [(action, resource) for resource in resources]
        if any((action, resource) in self.allowed for resource in resources):
            return Decision(True, policy="grants", statement=0)
        return Decision(False, lacking=(Place.POLICIES,))


class ToLoopback(HTTPAdapter):
    """Sends every request to the served cloud, the Host header as the client wrote it."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        rest = request.url.split("://", 1)[1]
        host, slash, path = rest.partition("/")
        request.headers["Host"] = host
        request.url = f"http://127.0.0.1:{self.port}/{path}" if slash else f"http://127.0.0.1:{self.port}"
        return super().send(request, **options)


class ServedCloud:
    """A cloud with OSS alone on a loopback port, in a thread of its own."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.grants = Grants()
        self.events: list[ObjectEvent] = []
        self._ready = threading.Event()
        self._names = itertools.count()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.cloud = LocalCloud(self.home, [OssService])
        self.cloud.authorizer = self.grants
        self.cloud.events.subscribe(ObjectEvent, self.events.append)
        await self.cloud.start()
        self._server = uvicorn.Server(
            uvicorn.Config(self.cloud, host="127.0.0.1", port=0, log_level="error", lifespan="off", ws="none")
        )
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        self._ready.set()
        await serving
        await self.cloud.stop()

    def inside(self, work: Callable[[LocalCloud], T]) -> T:
        """Do ``work`` on the cloud in its own thread."""

        async def step() -> T:
            return work(self.cloud)

        return asyncio.run_coroutine_threadsafe(step(), self.loop).result(60)

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(60)

    @property
    def key(self) -> AccessKey:
        return self.home.owner_key

    def http(self) -> requests.Session:
        """A plain HTTP client that reaches the cloud by its host names."""
        session = requests.Session()
        session.trust_env = False
        session.mount("http://", ToLoopback(self.port))
        return session

    def signed(
        self,
        method: str,
        bucket: str,
        key: str = "",
        *,
        params: dict[str, str] | None = None,
        headers: dict[str, Any] | None = None,
        data: bytes | str = b"",
        auth: Any = None,
        region: str = REGION,
    ) -> requests.Response:
        """The plain answer to a request signed by oss2, for what oss2 has no call for."""
        url = f"http://{bucket}.oss-{region}.aliyuncs.com/{oss2.compat.urlquote(key, '')}"
        # oss2 would guess a Content-Type of the key and add an Accept-Encoding.
        request = oss2.http.Request(method, url, data, params or {}, headers or {}, region=region, product="oss")
        (auth or oss2.AuthV4(self.key.id, self.key.secret))._sign_request(request, bucket, key)
        return self.http().request(method, url, params=request.params, headers=dict(request.headers), data=data)

    def service(self, version: str = "v4", region: str = REGION) -> oss2.Service:
        auth = oss2.make_auth(self.key.id, self.key.secret, version)
        return oss2.Service(auth, f"http://oss-{region}.aliyuncs.com", session=self._session(), region=region)

    def bucket(
        self,
        name: str,
        auth: Any = None,
        version: str = "v4",
        region: str = REGION,
        endpoint: str = "",
        **options: Any,
    ) -> oss2.Bucket:
        auth = auth or oss2.make_auth(self.key.id, self.key.secret, version)
        endpoint = endpoint or f"http://oss-{region}.aliyuncs.com"
        return oss2.Bucket(auth, endpoint, name, session=self._session(), region=region, **options)

    def fresh(self, **options: Any) -> oss2.Bucket:
        """A new, empty bucket."""
        bucket = self.bucket(f"bucket-{next(self._names)}", **options)
        bucket.create_bucket()
        return bucket

    def _session(self) -> oss2.Session:
        session = oss2.Session()
        session.session.trust_env = False
        session.session.mount("http://", ToLoopback(self.port))
        return session


def refusal(answer: requests.Response) -> dict[str, str]:
    """The elements of an error's XML."""
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "Error"
    return {element.tag: element.text or "" for element in root}


def code_of(error: pytest.ExceptionInfo[oss2.exceptions.ServerError]) -> tuple[int, str]:
    """Status and code of what oss2 raised."""
    return error.value.status, error.value.code


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedCloud]:
    home = Home(tmp_path_factory.mktemp("cloud"))
    home.create()
    cloud = ServedCloud(home)
    yield cloud
    cloud.close()


@pytest.fixture
def bucket(served: ServedCloud) -> oss2.Bucket:
    return served.fresh()
