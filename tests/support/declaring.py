"""Runs a program against Pulumi's mocks, to see what it declares; what the cloud does with it is the engine tests'."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_all_config, set_mocks, test
from pulumi.runtime.settings import set_root_resource

Outputs = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class MockCloud:
    """A cloud as mocks play it: what its resources answer by type, and its functions by token."""

    #: ``alibaba`` or ``tencent``, as the components' types have it.
    name: str
    outputs: Mapping[str, Outputs]
    functions: Mapping[str, Mapping[str, Any]]
    config: Mapping[str, str]
    #: What the stack's state holds when the program begins: by URN, the resource's ``outputs``.
    state: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass
class Declared(Mocks):
    """What was declared: (type, name) -> inputs, secrets as Pulumi hands them to mocks: unwrapped."""

    played: MockCloud
    resources: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.resources[args.typ, args.name] = args.inputs
        outputs = self.played.outputs.get(args.typ, lambda _: {})
        return f"{args.name}-id", {**args.inputs, **outputs(args.inputs)}

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        if args.token == "pulumi:pulumi:readStackResourceOutputs":
            return {"name": "x", "outputs": dict(self.played.state)}, []
        return dict(self.played.functions[args.token]), []

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Inputs by name of every resource whose type ends with ``:kind``."""
        components = f"yunfn:{self.played.name}:"
        return {
            name: inputs
            for (typ, name), inputs in self.resources.items()
            if typ.endswith(f":{kind}") and not typ.startswith(components)
        }

    @property
    def cloud(self) -> set[tuple[str, str]]:
        """The cloud's resources: everything but components."""
        return {(typ, name) for typ, name in self.resources if not typ.startswith(f"yunfn:{self.played.name}:")}


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One loop for all programs: the mocks leave loops of their own in the threads that end with it."""
    return asyncio.new_event_loop()


def declare_in(cloud: MockCloud, program: Callable[[], object], *, stack: str = "dev", **config: str) -> Declared:
    """Run ``program`` and answer what it declared. An error of the program is raised, with ``declared`` on it."""
    declared = Declared(cloud)
    # Each program is a run of its own, with a stack of its own.
    set_root_resource(None)  # type: ignore[arg-type]
    # Pulumi takes the thread's event loop, and other tests leave none behind.
    asyncio.set_event_loop(_loop())
    set_mocks(declared, project="test", stack=stack, preview=False)
    set_all_config({**cloud.config, **{name.replace("__", ":"): value for name, value in config.items()}})

    @test
    def run() -> pulumi.Output[None]:
        program()
        return pulumi.Output.from_input(None)

    try:
        run()
    except Exception as error:
        error.declared = declared  # type: ignore[attr-defined]
        raise
    finally:
        asyncio.set_event_loop(None)
    return declared
