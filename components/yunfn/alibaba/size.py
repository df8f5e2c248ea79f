"""A function's size: memory, vCPU, disk, time, and calls that one instance serves at once.

What the user leaves out is written out here. Upstream takes a size that is not set any more for one to leave as it
is (TFP 1.285.0, computed attributes): a size taken away would stay in the cloud, and as its fingerprint changes all
the same, publishing would be refused because nothing changed.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Any

import pulumi

from yunfn.alibaba import rules
from yunfn.program.checking import checked, later
from yunfn.program.rules import within
from yunfn.runtimes import FC_LIMITS

#: What the platform gives a function that says nothing (FCD "CreateFunction"): MB, MB, calls.
DEFAULT_MEMORY = 512
DEFAULT_DISK = 512
DEFAULT_CONCURRENCY = 1


def default_cpu(memory: int) -> float:
    """Answer the vCPUs that go with ``memory`` in MB: two thirds of one per GB, 0.35 for 512 MB as the platform."""
    step = Decimal(str(FC_LIMITS.cpu_step))
    steps = (Decimal(memory) / 1024 * 2 / 3 / step).to_integral_value(ROUND_CEILING)
    return float(min(steps * step, Decimal(str(FC_LIMITS.cpu[1]))))


def sizes(
    name: str,
    *,
    memory: pulumi.Input[int] | None,
    cpu: pulumi.Input[float] | None,
    disk: pulumi.Input[int] | None,
    timeout: pulumi.Input[int],
    concurrency: pulumi.Input[int] | None,
    graphics: bool,
) -> dict[str, Any]:
    """Answer the sizes in the words of upstream.

    With a graphics card (``graphics``) vCPU and memory go by the card; the platform settles what is left out.

    Raises:
        ValidationError: a size, or a pair of vCPU and memory, that the cloud would refuse.
    """
    limits = FC_LIMITS
    found: dict[str, Any] = {
        "disk_size": checked(DEFAULT_DISK if disk is None else disk, lambda v: rules.disk(name, v)),
        "timeout": checked(timeout, lambda v: within(name, "timeout", v, limits.timeout_s, "seconds")),
        "instance_concurrency": checked(
            DEFAULT_CONCURRENCY if concurrency is None else concurrency,
            lambda v: within(name, "instance_concurrency", v, limits.instance_concurrency, "calls"),
        ),
    }
    if memory is None and not graphics:
        memory = DEFAULT_MEMORY
    if memory is not None:
        found["memory_size"] = checked(memory, lambda v: rules.memory(name, v))
    if cpu is not None:
        found["cpu"] = checked(cpu, lambda v: rules.cpu(name, v))
        if memory is not None:
            both: Any = pulumi.Output.all(cpu, memory) if later(memory) or later(cpu) else [cpu, memory]
            checked(both, lambda pair: rules.cpu_and_memory(name, *pair))
    elif memory is not None and not graphics:
        size: Any = found["memory_size"]
        found["cpu"] = size.apply(default_cpu) if later(size) else default_cpu(size)
    return found
