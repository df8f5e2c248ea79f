"""Runs a program against Pulumi's mocks, to see what it declares; what the cloud does with it is the engine tests'."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_all_config, set_mocks, test

ACCOUNT = "1234567890123456"
REGION = "cn-shanghai"
_OUTPUTS = {
    "alicloud:ram/role:Role": lambda i: {"arn": f"acs:ram::{ACCOUNT}:role/{i['roleName']}"},
    "alicloud:fc/v3LayerVersion:V3LayerVersion": lambda i: {
        "version": "1",
        "layerVersionArn": f"acs:fc:{REGION}:{ACCOUNT}:layers/{i['layerName']}/versions/1",
    },
    "yunfn:fc:FunctionVersion": lambda i: {"versionId": "1"},
    "alicloud:fc/v3Function:V3Function": lambda i: {"functionArn": f"arn/{i['functionName']}"},
    "alicloud:fc/v3Trigger:V3Trigger": lambda i: {"httpTrigger": {"urlInternet": "https://f.fcapp.run"}},
}


@dataclass
class Declared(Mocks):
    """What was declared: (type, name) -> inputs, secrets as Pulumi hands them to mocks: unwrapped."""

    resources: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.resources[args.typ, args.name] = args.inputs
        return f"{args.name}-id", {**args.inputs, **_OUTPUTS.get(args.typ, lambda _: {})(args.inputs)}

    def call(self, args: MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        if args.token == "alicloud:index/getCallerIdentity:getCallerIdentity":
            return {"accountId": ACCOUNT, "id": "1", "arn": "a", "identityType": "Account"}, []
        assert args.token == "pulumi:pulumi:readStackResourceOutputs", args.token
        return {"name": "x", "outputs": {}}, []

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Inputs by name of every resource whose type ends with ``:kind``."""
        return {name: inputs for (typ, name), inputs in self.resources.items() if typ.endswith(f":{kind}")}

    @property
    def cloud(self) -> set[tuple[str, str]]:
        """The cloud's resources: everything but components."""
        return {(typ, name) for typ, name in self.resources if not typ.startswith("yunfn:alibaba:")}


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One loop for all programs: the mocks leave loops of their own in the threads that end with it."""
    return asyncio.new_event_loop()


def declare(program: Callable[[], object], *, stack: str = "dev", **config: str) -> Declared:
    """Run ``program`` and answer what it declared. An error of the program is raised, with ``declared`` on it."""
    declared = Declared()
    # Pulumi takes the thread's event loop, and other tests leave none behind.
    asyncio.set_event_loop(_loop())
    set_mocks(declared, project="test", stack=stack, preview=False)
    set_all_config({"alicloud:region": REGION, **{name.replace("__", ":"): value for name, value in config.items()}})

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
