"""The fingerprint changes with what a version freezes, and with nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

from yunfn.program.fingerprint import fingerprint, version_fingerprint

FROZEN: dict[str, Any] = {
    "code": "ab" * 32,
    "handler": "index.handler",
    "runtime": "python3.10",
    "memory_size": 256,
    "cpu": None,
    "layers": ["arn:1", "arn:2"],
    "log_config": {"project": "p", "logstore": "l", "enable_request_metrics": True},
    "environment": {"A": "1", "B": "2"},
}


@pytest.mark.parametrize(
    "change",
    [
        {"code": "cd" * 32},
        {"handler": "main.handler"},
        {"runtime": "python3.12"},
        {"memory_size": 320},
        {"cpu": 0.35},
        {"layers": ["arn:2", "arn:1"]},
        {"layers": ["arn:1"]},
        {"log_config": {"project": "p", "logstore": "m", "enable_request_metrics": True}},
        {"log_config": {"project": "p", "logstore": "l", "enable_request_metrics": False}},
        {"environment": {"A": "1", "B": "3"}},
        {"environment": {"A": "1"}},
        {"role": "acs:ram::1:role/r"},
    ],
)
def test_any_frozen_setting_changes_it(change: dict[str, Any]) -> None:
    assert fingerprint({**FROZEN, **change}) != fingerprint(FROZEN)


def test_what_is_unset_and_the_order_of_keys_do_not() -> None:
    same = {**dict(reversed(FROZEN.items())), "gpu_config": None, "nas_config": {"mount_points": []}, "dns": {}}
    same["environment"] = {"B": "2", "A": "1"}
    same["memory_size"] = 256.0
    assert fingerprint(same) == fingerprint(FROZEN)
    assert len(fingerprint(FROZEN)) == 32


def drawn(environment: Mapping[str, Any] | None, salt: str = "project/f") -> tuple[str, bool]:
    """Resolve a version's fingerprint: the text, and whether it is secret."""

    async def resolve() -> tuple[str, bool]:
        frozen = {key: value for key, value in FROZEN.items() if key != "environment"}
        variables: Any = pulumi.Output.from_input(environment)
        output = version_fingerprint(frozen, variables, salt)
        value = await output.future()
        assert value is not None
        return value, await output.is_secret()

    return asyncio.run(resolve())


def test_the_fingerprint_is_over_the_environment_too() -> None:
    text, secret = drawn({"A": "1", "B": "2"})
    assert text == fingerprint(FROZEN)
    assert not secret


def secret(value: str) -> Any:
    return pulumi.Output.secret(value)


def test_a_secret_never_reaches_the_fingerprint_as_a_plain_hash() -> None:
    async def values() -> dict[str, Any]:
        return {"A": pulumi.Output.secret("1"), "B": "2"}

    async def resolve(salt: str) -> tuple[str, bool]:
        frozen = {key: value for key, value in FROZEN.items() if key != "environment"}
        variables: Any = pulumi.Output.from_input(await values())
        output = version_fingerprint(frozen, variables, salt)
        value = await output.future()
        assert value is not None
        return value, await output.is_secret()

    text, is_secret = asyncio.run(resolve("project/f"))
    assert not is_secret, "a secret fingerprint could not be compared with the cloud's"
    assert text != fingerprint(FROZEN), "the plain hash lets guesses be tried cheaply"
    assert asyncio.run(resolve("project/f"))[0] == text, "the same secret publishes nothing"
    assert asyncio.run(resolve("project/g"))[0] != text, "the same secret elsewhere cannot be seen to be the same"
