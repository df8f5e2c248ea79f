"""How a function is called: asynchronous calls, and instances kept ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.program.checking import checked, optional
from yunfn.program.rules import within
from yunfn.runtimes import FC_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncInvocation:
    """What happens to asynchronous calls.

    ``retries`` after a failure, 0–8; ``max_age`` in seconds that a call may wait, 1–604800; ``on_success`` and
    ``on_failure`` the ARN that results are sent to (function, MNS queue or topic, EventBridge bus);
    ``stateful`` whether each call is kept as a task that can be looked up and stopped.
    """

    retries: pulumi.Input[int] | None = None
    max_age: pulumi.Input[int] | None = None
    on_success: pulumi.Input[str] | None = None
    on_failure: pulumi.Input[str] | None = None
    stateful: pulumi.Input[bool] = False

    def settings(self, resource: str) -> dict[str, Any]:
        """Answer the settings in the words of upstream. Raises ValidationError for a number out of range."""
        limits = FC_LIMITS
        destinations = {
            "on_success": {"destination": self.on_success} if self.on_success is not None else None,
            "on_failure": {"destination": self.on_failure} if self.on_failure is not None else None,
        }
        return {
            "async_task": self.stateful,
            "max_async_retry_attempts": optional(
                self.retries, lambda v: within(resource, "retries", v, limits.async_retries, "retries")
            ),
            "max_async_event_age_in_seconds": optional(
                self.max_age, lambda v: within(resource, "max_age", v, limits.async_age_s, "seconds")
            ),
            "destination_config": destinations if any(destinations.values()) else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledInstances:
    """Another number of ready instances at set times.

    ``name`` tells it from others; ``schedule`` is ``cron(…)`` or ``at(…)`` in the words of FC, ``target`` the
    number of instances, ``start`` and ``end`` the time in which it holds (``2026-01-01T00:00:00Z``),
    ``time_zone`` as ``Asia/Shanghai``.
    """

    name: pulumi.Input[str]
    schedule: pulumi.Input[str]
    target: pulumi.Input[int]
    start: pulumi.Input[str]
    end: pulumi.Input[str]
    time_zone: pulumi.Input[str] = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedInstances:
    """Instances kept ready for an alias: ``target`` of them (0–10000), other numbers at set times by
    ``schedules``.

    ``always_allocate_cpu`` and ``always_allocate_gpu`` say whether they have both between calls too, as is the
    platform's default.
    """

    target: pulumi.Input[int]
    always_allocate_cpu: pulumi.Input[bool] = True
    always_allocate_gpu: pulumi.Input[bool] = True
    schedules: Sequence[ScheduledInstances] = ()

    def settings(self, resource: str) -> dict[str, Any]:
        """Answer the settings in the words of upstream. Raises ValidationError for a number out of range."""
        limits = FC_LIMITS.provisioned_instances
        actions = [
            {
                "name": each.name,
                "schedule_expression": each.schedule,
                "target": each.target,
                "start_time": each.start,
                "end_time": each.end,
                "time_zone": each.time_zone,
            }
            for each in self.schedules
        ]
        return {
            "target": checked(self.target, lambda v: within(resource, "target", v, limits, "instances")),
            # Left out, what the cloud echoes is a change in every plan (TFP 1.285.0).
            "always_allocate_cpu": self.always_allocate_cpu,
            "always_allocate_gpu": self.always_allocate_gpu,
            "scheduled_actions": actions or None,
        }
