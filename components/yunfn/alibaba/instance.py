"""What an instance of a function is: hooks of its life, custom runtimes, container images, GPU, DNS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.program.checking import checked
from yunfn.program.rules import within
from yunfn.runtimes import FC_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Initializer:
    """Runs once per instance before its first call: ``handler`` (``file.function``), or ``command`` of a custom
    runtime; ``timeout`` in seconds, 1–300.
    """

    handler: pulumi.Input[str] | None = None
    command: Sequence[pulumi.Input[str]] | None = None
    timeout: pulumi.Input[int] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PreStop:
    """Runs before an instance is taken down: ``handler`` (``file.function``), ``timeout`` in seconds, 1–90."""

    handler: pulumi.Input[str]
    timeout: pulumi.Input[int] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """How the platform sees that a custom runtime or container is well; times in seconds.

    ``path`` is asked by GET every ``period`` (1–120), first after ``initial_delay`` (0–120), waiting
    ``timeout`` (1–3); the instance is taken for dead or alive after so many ``failures`` or ``successes`` (1–120).
    """

    path: pulumi.Input[str]
    initial_delay: pulumi.Input[int] = 0
    period: pulumi.Input[int] = 3
    timeout: pulumi.Input[int] = 1
    failures: pulumi.Input[int] = 3
    successes: pulumi.Input[int] = 1

    def settings(self) -> dict[str, Any]:
        """Answer the check in the words of upstream."""
        return {
            "http_get_url": self.path,
            "initial_delay_seconds": self.initial_delay,
            "period_seconds": self.period,
            "timeout_seconds": self.timeout,
            "failure_threshold": self.failures,
            "success_threshold": self.successes,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomRuntime:
    """The program of a ``custom*`` runtime: ``command`` with ``args``, listening on ``port``, watched by
    ``health_check``.
    """

    command: Sequence[pulumi.Input[str]]
    args: Sequence[pulumi.Input[str]] = ()
    port: pulumi.Input[int] = 9000
    health_check: HealthCheck | None = None

    def settings(self) -> dict[str, Any]:
        """Answer the runtime in the words of upstream."""
        return {
            "commands": list(self.command),
            "args": list(self.args) or None,
            "port": self.port,
            "health_check_config": self.health_check.settings() if self.health_check else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container ``image`` of the Container Registry (ACR): ``entrypoint`` and ``command`` as in its image unless
    given, listening on ``port``, watched by ``health_check``.
    """

    image: pulumi.Input[str]
    command: Sequence[pulumi.Input[str]] = ()
    entrypoint: Sequence[pulumi.Input[str]] = ()
    port: pulumi.Input[int] = 9000
    health_check: HealthCheck | None = None

    def settings(self) -> dict[str, Any]:
        """Answer the container in the words of upstream."""
        return {
            "image": self.image,
            "commands": list(self.command) or None,
            "entrypoints": list(self.entrypoint) or None,
            "port": self.port,
            "health_check_config": self.health_check.settings() if self.health_check else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """A graphics card: ``kind`` such as ``fc.gpu.tesla.1``, ``memory`` in MB."""

    kind: pulumi.Input[str]
    memory: pulumi.Input[int]

    def settings(self) -> dict[str, Any]:
        """Answer the card in the words of upstream."""
        return {"gpu_type": self.kind, "gpu_memory_size": self.memory}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dns:
    """How instances look up names: ``servers``, ``searches``, and resolver ``flags`` such as ``{"ndots": "2"}``."""

    servers: Sequence[pulumi.Input[str]]
    searches: Sequence[pulumi.Input[str]] = ()
    flags: Mapping[str, pulumi.Input[str]] | None = None

    def settings(self) -> dict[str, Any]:
        """Answer the resolver in the words of upstream."""
        flags = [{"name": key, "value": value} for key, value in sorted((self.flags or {}).items())]
        return {
            "name_servers": list(self.servers),
            "searches": list(self.searches) or None,
            "dns_options": flags or None,
        }


def lifecycle(resource: str, initializer: Initializer | None, pre_stop: PreStop | None) -> dict[str, Any] | None:
    """Answer the hooks in the words of upstream; None where there are none, as an empty hook is a change in
    every plan (TFP 1.285.0).

    Raises:
        ValidationError: a timeout out of range.
    """
    limits = FC_LIMITS
    found: dict[str, Any] = {}
    if initializer is not None:
        found["initializer"] = {
            "handler": initializer.handler,
            "commands": list(initializer.command) if initializer.command else None,
            "timeout": checked(
                initializer.timeout,
                lambda v: within(resource, "initializer.timeout", v, limits.initializer_timeout_s, "seconds"),
            ),
        }
    if pre_stop is not None:
        found["pre_stop"] = {
            "handler": pre_stop.handler,
            "timeout": checked(
                pre_stop.timeout,
                lambda v: within(resource, "pre_stop.timeout", v, limits.pre_stop_timeout_s, "seconds"),
            ),
        }
    return found or None
