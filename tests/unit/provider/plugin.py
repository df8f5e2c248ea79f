"""The servicer behind real gRPC on loopback, a resource whose doings a test decides, and an engine that takes notes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc

from yunfn.provider import declaration
from yunfn.provider.declaration import CheckFailure, Declaration, Difference, Property
from yunfn.provider.liveness import Liveness
from yunfn.provider.operations import Operation, Operations
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resource import Resource, State, Timeouts
from yunfn.provider.servicer import Servicer
from yunfn.provider.session import Sessions

URN = "urn:pulumi:s::p::yunfn:alibaba:Function$yunfn:test:Thing::thing"
Body = Callable[[Operation, Properties], Awaitable[Any]]


async def nothing(operation: Operation, inputs: Properties) -> Any:
    """A body that does nothing."""


class Thing:
    """A resource that does what ``body`` does, whatever the verb."""

    declaration = Declaration(
        "yunfn:test:Thing",
        "A thing.",
        (
            Property("name", "string", "Its name.", replaces=True),
            Property("count", "integer", "How many.", required=False),
            Property("source", "string", "Where from.", required=False, free=True),
            Property("plan", "document", "How it changes.", required=False),
        ),
        (Property("name", "string", "Its name."), Property("made", "string", "When.")),
        rolling="plan",
    )
    timeouts = Timeouts(create=None, update=None, delete=None)

    def __init__(self) -> None:
        self.body: Body = nothing
        self.called: list[str] = []

    def check(self, inputs: Properties) -> list[CheckFailure]:
        return declaration.check(inputs, self.declaration.inputs)

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        return declaration.differences(self.declaration.inputs, old_inputs, inputs)

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        return {"name": inputs.get("name"), "made": UNKNOWN}

    def foretell(self, inputs: Properties, old_outputs: Properties) -> list[str]:
        return [f"will do {each}" for each in inputs.get("plan", {}).get("steps", ())]

    async def create(self, operation: Operation, inputs: Properties) -> State:
        self.called.append("create")
        await self.body(operation, inputs)
        return State("id", {**inputs, "made": "now"})

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        self.called.append("read")
        await self.body(operation, inputs)
        return None if id == "gone" else State(id, {**outputs}, {**inputs})

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        self.called.append("update")
        await self.body(operation, inputs)
        return {**outputs, **inputs}

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        self.called.append("delete")
        await self.body(operation, outputs)


class Engine(engine_pb2_grpc.EngineServicer):
    """Takes down what it is told."""

    def __init__(self) -> None:
        self.lines: list[engine_pb2.LogRequest] = []

    async def Log(self, request: engine_pb2.LogRequest, context: Any) -> Any:
        self.lines.append(request)
        return empty_pb2.Empty()


class Plugin:
    """A plugin that serves, as its engine sees it."""

    def __init__(
        self, stub: Any, thing: Thing, engine: Engine, server: Any, left: list[int], servicer: Servicer
    ) -> None:
        self.call = stub
        self.thing = thing
        self.engine = engine
        self.engine_server = server
        #: The exit codes that the process ended with.
        self.left = left
        self.servicer = servicer


@asynccontextmanager
async def serving() -> AsyncIterator[Plugin]:
    """Serve a plugin with a ``Thing`` to an engine."""
    engine, thing, left = Engine(), Thing(), list[int]()
    engine_server = grpc.aio.server()
    engine_pb2_grpc.add_EngineServicer_to_server(engine, engine_server)
    engine_port = engine_server.add_insecure_port("127.0.0.1:0")
    await engine_server.start()

    def resources(sessions: Sessions) -> list[Resource]:
        return [thing]

    operations = Operations()
    servicer = Servicer("1.2.3", resources, operations, Liveness(operations, left.append))
    servicer.connect(f"127.0.0.1:{engine_port}")
    server = grpc.aio.server()
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    options = [("grpc.enable_http_proxy", 0)]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        try:
            yield Plugin(provider_pb2_grpc.ResourceProviderStub(channel), thing, engine, engine_server, left, servicer)
        finally:
            await server.stop(0)
            await engine_server.stop(0)
            assert operations.log is not None
            await operations.log.close()
            await asyncio.sleep(0)
