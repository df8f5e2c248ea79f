"""Sizes: what is left out is written out, and always a pair that the cloud takes."""

from __future__ import annotations

import pytest

from yunfn.alibaba import rules
from yunfn.alibaba.size import default_cpu, sizes
from yunfn.exceptions import ValidationError
from yunfn.runtimes import FC_LIMITS

NOTHING: dict[str, None] = {"memory": None, "cpu": None, "disk": None, "concurrency": None}


def test_what_is_left_out_is_written_out() -> None:
    assert sizes("f", **NOTHING, timeout=3, graphics=False) == {
        "memory_size": 512, "cpu": 0.35, "disk_size": 512, "timeout": 3, "instance_concurrency": 1,
    }  # fmt: skip


def test_a_graphics_card_settles_its_own_memory_and_cpu() -> None:
    assert sizes("f", **NOTHING, timeout=3, graphics=True) == {
        "disk_size": 512,
        "timeout": 3,
        "instance_concurrency": 1,
    }
    own = sizes("f", **(NOTHING | {"memory": 16384}), timeout=3, graphics=True)
    assert own["memory_size"] == 16384
    assert "cpu" not in own


@pytest.mark.parametrize(("memory", "cpu"), [(128, 0.1), (512, 0.35), (1024, 0.7), (4096, 2.7), (32768, 16.0)])
def test_cpu_goes_with_the_memory(memory: int, cpu: float) -> None:
    assert default_cpu(memory) == cpu


def test_the_cpu_of_every_memory_size_is_one_the_cloud_takes() -> None:
    low, high = FC_LIMITS.memory_mb
    for memory in range(low, high + 1, FC_LIMITS.memory_step_mb):
        rules.cpu("f", default_cpu(memory))
        rules.cpu_and_memory("f", default_cpu(memory), memory)


def test_a_cpu_that_does_not_go_with_the_memory_left_out_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"cpu=2.*1:1 to 1:4"):
        sizes("f", **(NOTHING | {"cpu": 2}), timeout=3, graphics=False)
