"""How a function is called: asynchronous calls, and instances kept ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked, optional
from yunfn.program.rules import within
from yunfn.runtimes import SCF_LIMITS
from yunfn.tencent.cron import cron


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Where asynchronous calls go that failed to the last: a CMQ queue or topic called ``name``.

    ``kind`` is ``CMQ-QUEUE`` or ``CMQ-TOPIC``, of which ``filter`` says by which tag subscribers get it.
    """

    name: pulumi.Input[str]
    kind: str = "CMQ-QUEUE"
    filter: pulumi.Input[str] | None = None

    def settings(self, resource: str) -> dict[str, Any]:
        """Answer the queue in the words of SCF. Raises ValidationError for another kind."""
        if self.kind not in ("CMQ-QUEUE", "CMQ-TOPIC"):
            raise ValidationError(resource, "on_failure.kind", self.kind, "CMQ-QUEUE or CMQ-TOPIC")
        found: dict[str, Any] = {"type": self.kind, "name": self.name}
        return found if self.filter is None else {**found, "filterType": self.filter}


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncInvocation:
    """What happens to asynchronous calls.

    ``retries`` after a failure, 0–2; ``max_age`` in seconds that a call may wait, 60–21600; ``on_failure`` the queue
    that failed ones are sent to; ``stateful`` whether each call runs as a task of up to 24 hours that can be looked up
    and stopped, which SCF settles when it makes the function and takes no retries with.
    """

    retries: pulumi.Input[int] | None = None
    max_age: pulumi.Input[int] | None = None
    on_failure: DeadLetter | None = None
    stateful: bool = False

    def settings(self, resource: str) -> dict[str, Any]:
        """Answer the settings in the words of SCF. Raises ValidationError for a number out of range."""
        limits = SCF_LIMITS
        retries = optional(self.retries, lambda v: within(resource, "retries", v, limits.async_retries, "retries"))
        age = optional(self.max_age, lambda v: within(resource, "max_age", v, limits.async_age_s, "seconds"))
        found: dict[str, Any] = {"async_run_enable": self.stateful, "trace_enable": self.stateful}
        # The platform's own two (SCFD "error types and retry policies") where one of both is said.
        if retries is not None or age is not None:
            found["async_trigger_config"] = {
                "retries": limits.async_retries[1] if retries is None else retries,
                "age": limits.async_age_s[1] if age is None else age,
            }
        if self.on_failure is not None:
            found["dead_letter_config"] = self.on_failure.settings(resource)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledInstances:
    """Another number of ready instances from set times on.

    ``name`` tells it from others; ``schedule`` is a cron expression of seven fields, by China's time (UTC+8);
    ``target`` the number of instances.
    """

    name: pulumi.Input[str]
    schedule: pulumi.Input[str]
    target: pulumi.Input[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedInstances:
    """Instances kept ready for the newest published version: ``target`` of them (1–10000), other numbers from set
    times on by ``schedules``.
    """

    target: pulumi.Input[int]
    schedules: Sequence[ScheduledInstances] = ()

    def settings(self, resource: str) -> dict[str, Any]:
        """Answer the settings in the words of SCF. Raises ValidationError for a number out of range."""
        low, high = SCF_LIMITS.provisioned_instances
        found: dict[str, Any] = {
            "versionProvisionedConcurrencyNum": checked(
                self.target, lambda v: within(resource, "target", v, (max(low, 1), high), "instances")
            ),
        }
        if self.schedules:
            found["triggerActions"] = [
                {
                    "triggerName": each.name,
                    "triggerCronConfig": checked(each.schedule, lambda v: cron(resource, v, "schedules.schedule")),
                    "triggerProvisionedConcurrencyNum": checked(
                        each.target, lambda v: within(resource, "schedules.target", v, (low, high), "instances")
                    ),
                }
                for each in self.schedules
            ]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedInstances:
    """Instances kept ready for the newest published version, as many as keep them ``busy`` (a share, 0–1), from
    ``minimum`` to ``maximum`` (1–10000).
    """

    busy: pulumi.Input[float]
    minimum: pulumi.Input[int]
    maximum: pulumi.Input[int]

    def settings(self, resource: str) -> dict[str, Any]:
        """Answer the settings in the words of SCF. Raises ValidationError for a number out of range."""
        limits = (1, SCF_LIMITS.provisioned_instances[1])
        return {
            "provisionedType": "ConcurrencyUtilizationTracking",
            "trackingTarget": checked(self.busy, lambda v: within(resource, "busy", v, (0.01, 0.99), "of the time")),
            "minCapacity": checked(self.minimum, lambda v: within(resource, "minimum", v, limits, "instances")),
            "maxCapacity": checked(self.maximum, lambda v: within(resource, "maximum", v, limits, "instances")),
        }
