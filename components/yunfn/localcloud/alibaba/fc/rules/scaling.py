"""Reserved and provisioned instances, and asynchronous calls (FCD "PutProvisionConfig", "PutAsyncInvokeConfig")."""

from __future__ import annotations

import re
from typing import Any

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.runtimes import FC_LIMITS

_INSTANCES = (0, 10000)
_METRICS = ("ProvisionedConcurrencyUtilization", "CPUUtilization", "GPUMemUtilization")
_DESTINATION = re.compile(
    r"acs:(fc:[^:]*:[^:]*:functions/.+|mns:[^:]*:[^:]*:/(queues|topics)/.+(/messages)?|mq:.+|eventbridge:.+)"
)


def check_concurrency(fields: Fields) -> int:
    """The reservedConcurrency asked for, in instances; raises InvalidArgument."""
    value = fields.integer("reservedConcurrency", *_INSTANCES)
    if value is None:
        raise InvalidArgument("reservedConcurrency is required")
    return value


def check_provision(document: dict[str, Any], body: dict[str, Any]) -> int:
    """The number of instances that a provision config asks for once ``body`` is merged in; raises InvalidArgument."""
    sent, fields = Fields(body), Fields(document)
    target = sent.integer("defaultTarget", *_INSTANCES)
    if target is None:
        target = sent.integer("target", *_INSTANCES)
    if target is None:
        target = fields.integer("target", *_INSTANCES)
    if target is None:
        raise InvalidArgument("target is required")
    fields.flag("alwaysAllocateCPU")
    fields.flag("alwaysAllocateGPU")
    for action in fields.blocks("scheduledActions"):
        action.required("name")
        action.required("scheduleExpression")
        action.integer("target", *_INSTANCES)
    for policy in fields.blocks("targetTrackingPolicies"):
        policy.required("name")
        policy.choice("metricType", _METRICS)
        policy.number("metricTarget", 0.0, 1.0)
        low = policy.integer("minCapacity", *_INSTANCES) or 0
        high = policy.integer("maxCapacity", *_INSTANCES)
        if high is not None and high < low:
            raise InvalidArgument(f"{policy.name('maxCapacity')} must not be less than minCapacity")
    return target


def check_async(body: dict[str, Any]) -> None:
    """Raise InvalidArgument for the first rule that settings for asynchronous calls break."""
    fields = Fields(body)
    fields.flag("asyncTask")
    fields.integer("maxAsyncEventAgeInSeconds", *FC_LIMITS.async_age_s)
    fields.integer("maxAsyncRetryAttempts", *FC_LIMITS.async_retries)
    destinations = fields.inner("destinationConfig")
    for name in ("onSuccess", "onFailure"):
        destination = destinations.inner(name).text("destination")
        if destination and not _DESTINATION.fullmatch(destination):
            raise InvalidArgument(
                f"{destinations.name(name)}.destination '{destination}' is invalid: "
                "the full name of a function, queue, topic or event bus is wanted"
            )
