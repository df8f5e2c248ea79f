"""The plugin at its own interface, over a local cloud: what the engine would ask, without the engine.

The servicer runs in this process, behind real gRPC, and asks the cloud by the official SDK through the true proxy.
Every call of API 3.0 is taken down, and a test may decide that some go wrong.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import threading
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from support.cos_bucket import CosBucket, fresh_bucket, session_of
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud import environment
from yunfn.localcloud.connection import Connection
from yunfn.provider import pace, repeating
from yunfn.provider.liveness import Liveness
from yunfn.provider.operations import Operations
from yunfn.provider.properties import Properties, decode, encode
from yunfn.provider.rate_limit import RateLimits
from yunfn.provider.resources import all_resources
from yunfn.provider.servicer import Servicer
from yunfn.storage.tencent_client import TencentClient

REGION = environment.DEFAULT_TENCENT_REGION
_OPTIONS = [("grpc.enable_http_proxy", 0)]
# Requests a second: a loopback cloud takes them all.
_RATE = 1000
# Seconds, the longest before what failed is tried a second time.
_WAIT = 0.05
# Seconds before the first look at what is under way.
_LOOK = 0.02
#: No answer arrived.
LOST = CloudAnswerError("no answer (request -)")
INTERNAL = CloudAnswerError("InternalError: we are sorry (request -)", code="InternalError", status=200)
THROTTLED = CloudAnswerError("RequestLimitExceeded: slower (request -)", code="RequestLimitExceeded", status=200)


@dataclass
class Failure(Exception):
    """A refused call of the engine; of a partial failure what is there all the same."""

    reason: str
    code: grpc.StatusCode
    id: str = ""
    outputs: Properties = field(default_factory=lambda: Properties({}))
    inputs: Properties = field(default_factory=lambda: Properties({}))

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Changes:
    """What Diff answers: the kind of each change by its path, and what replaces."""

    kinds: dict[str, str]
    replaces: list[str]
    delete_first: bool

    def __bool__(self) -> bool:
        return bool(self.kinds)


class ScfPlugin:
    """A served plugin and the local cloud it speaks to, as its owner."""

    def __init__(self, cloud: Connection, stub: Any, servicer: Servicer) -> None:
        self.cloud = cloud
        self.stub = stub
        self.servicer = servicer
        self.account = cloud.home.tencent.app_id
        #: Every call that reached the cloud or was meant to, oldest first: action and parameters.
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._failures: dict[str, list[tuple[CloudAnswerError, bool]]] = defaultdict(list)
        self._stops: set[str] = set()
        self._clients: dict[str, TencentClient] = {}

    # What the engine asks

    def check(self, token: str, inputs: Mapping[str, Any]) -> dict[str, str]:
        """The failures by property."""
        answer = self.stub.Check(provider_pb2.CheckRequest(urn=urn_of(token), news=encode(inputs)))
        return {each.property: each.reason for each in answer.failures}

    def create(
        self, token: str, inputs: Mapping[str, Any], *, name: str = "x", secrets: tuple[str, ...] = (), **options: Any
    ) -> tuple[str, Properties]:
        """Id and outputs; raises Failure. ``preview=True``, ``timeout=seconds``."""
        request = provider_pb2.CreateRequest(urn=urn_of(token, name), properties=encode(inputs, secrets), **options)
        answer = self._told(self.stub.Create, request)
        return answer.id, decode(answer.properties)

    def read(
        self, token: str, id: str, outputs: Mapping[str, Any] | None = None, inputs: Mapping[str, Any] | None = None
    ) -> tuple[Properties, Properties] | None:
        """Inputs and outputs as they are, None if it is gone; without outputs an import. Raises Failure."""
        request = provider_pb2.ReadRequest(
            urn=urn_of(token),
            id=id,
            properties=_wire(outputs or {}),
            inputs=_wire(inputs or {}),
        )
        answer = self._told(self.stub.Read, request)
        return (decode(answer.inputs), decode(answer.properties)) if answer.id else None

    def diff(self, token: str, old: Mapping[str, Any], new: Mapping[str, Any], outputs: Any = None) -> Changes:
        """What differs between old and new inputs."""
        answer = self.stub.Diff(
            provider_pb2.DiffRequest(
                urn=urn_of(token), id="x", old_inputs=_wire(old), olds=_wire(outputs or old), news=_wire(new)
            )
        )
        kinds = {
            path: provider_pb2.PropertyDiff.Kind.Name(each.kind).lower() for path, each in answer.detailedDiff.items()
        }
        return Changes(kinds, list(answer.replaces), answer.deleteBeforeReplace)

    def update(
        self,
        token: str,
        id: str,
        outputs: Mapping[str, Any],
        inputs: Mapping[str, Any],
        *,
        secrets: tuple[str, ...] = (),
        **options: Any,
    ) -> Properties:
        """The new outputs; raises Failure."""
        request = provider_pb2.UpdateRequest(
            urn=urn_of(token), id=id, olds=encode(outputs), news=encode(inputs, secrets), **options
        )
        return decode(self._told(self.stub.Update, request).properties)

    def delete(self, token: str, id: str, outputs: Mapping[str, Any], *, same_run: bool = False) -> None:
        """Remove it, in another run than what was done before; raises Failure."""
        if not same_run:
            # So the engine ends each run.
            self.cancel()
        self._told(
            self.stub.Delete, provider_pb2.DeleteRequest(urn=urn_of(token), id=id, properties=encode(outputs))
        )  # fmt: skip

    def cancel(self) -> None:
        """What the engine sends when the user stops it."""
        self.stub.Cancel(empty_pb2.Empty())

    # The cloud, as somebody else sees it

    def ask(self, action: str, product: str = "scf", **parameters: Any) -> dict[str, Any]:
        """A call past the plugin, which is not taken down; raises CloudAnswerError."""
        client = self._clients.setdefault(product, TencentClient(session_of(self.cloud), product))
        return _ASK(client, action, parameters)

    def bucket(self) -> CosBucket:
        """A new bucket."""
        return fresh_bucket(session_of(self.cloud))

    def transitions(self, seconds: float) -> None:
        """Let states such as Creating last so many seconds."""
        self.cloud.ask("PUT", "/transition", json={"seconds": seconds})

    # What goes wrong, and what was asked

    def fail(self, action: str, error: CloudAnswerError, *, times: int = 1, arrived: bool = False) -> None:
        """Let the next calls of ``action`` end in ``error``, after they were carried out if they ``arrived``."""
        self._failures[action] += [(error, arrived)] * times

    def stop_after(self, action: str) -> None:
        """Let the user stop everything as soon as the cloud has carried out the next call of ``action``."""
        self._stops.add(action)

    @contextlib.contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The actions that are asked in the block."""
        begun, found = len(self.asked), list[str]()
        yield found
        found += [action for action, _ in self.asked[begun:]]

    def take_down(self, client: TencentClient, action: str, parameters: Mapping[str, Any] | None = None) -> Any:
        """Stands in for TencentClient.ask."""
        self.asked.append((action, dict(parameters or {})))
        error, arrived = self._failures[action].pop(0) if self._failures[action] else (None, True)
        answer = _ASK(client, action, parameters) if arrived else None
        if action in self._stops:
            self._stops.discard(action)
            self.cancel()
        if error is not None:
            raise error
        return answer

    def reset(self) -> None:
        """Forget what was asked and what shall go wrong."""
        self.asked.clear()
        self._failures.clear()
        self._stops.clear()

    def _told(self, call: Callable[[Any], Any], request: Any) -> Any:
        try:
            return call(request)
        except grpc.RpcError as error:
            raise _failure(error) from None


_ASK = TencentClient.ask


def urn_of(token: str, name: str = "x") -> str:
    """The URN of a resource called ``name``."""
    return f"urn:pulumi:s::p::{token}::{name}"


def _wire(values: Mapping[str, Any]) -> Any:
    """Values as the engine sends them, with what is secret in them."""
    return encode(values, getattr(values, "secrets", ()))


def zipped(files: Mapping[str, str]) -> bytes:
    """A zip of texts by their paths."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
    return made.getvalue()


@contextlib.contextmanager
def serving_over(cloud: Connection) -> Iterator[ScfPlugin]:
    """The plugin served over a running local cloud, whose environment is this process's meanwhile."""
    variables = environment.child_environment(os.environ, cloud.home, cloud.proxy_port)
    with (
        mock.patch.dict(os.environ, variables, clear=True),
        _served() as (port, servicer),
        grpc.insecure_channel(f"127.0.0.1:{port}", options=_OPTIONS) as channel,
    ):
        plugin = ScfPlugin(cloud, provider_pb2_grpc.ResourceProviderStub(channel), servicer)

        def ask(client: TencentClient, action: str, parameters: Mapping[str, Any] | None = None) -> Any:
            return plugin.take_down(client, action, parameters)

        with (
            mock.patch.object(repeating, "_FIRST_WAIT", _WAIT),
            mock.patch.object(pace, "_FIRST", _LOOK),
            mock.patch.object(TencentClient, "ask", ask),
        ):
            yield plugin


@contextlib.contextmanager
def _served() -> Iterator[tuple[int, Servicer]]:
    """A servicer in an event loop of its own; its port."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> tuple[int, Servicer, Any]:
        operations = Operations(RateLimits(_RATE))
        servicer = Servicer("1.2.3", all_resources, operations, Liveness(operations, lambda code: None))
        server = grpc.aio.server()
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        return port, servicer, server

    try:
        port, servicer, server = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
        yield port, servicer
        asyncio.run_coroutine_threadsafe(server.stop(0), loop).result(30)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


def _failure(error: Any) -> Failure:
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    made = Failure(error.details(), error.code())
    if details is not None:
        partial = provider_pb2.ErrorResourceInitFailed()
        assert status_pb2.Status.FromString(details).details[0].Unpack(partial)
        made.id, made.outputs, made.inputs = partial.id, decode(partial.properties), decode(partial.inputs)
    return made
