"""The table of runtimes and limits that everything else reads."""

from __future__ import annotations

import dataclasses
import re

import pytest

from yunfn.runtimes import ALIBABA, FC_LIMITS, SCF_LIMITS, TENCENT, Runtime


@pytest.mark.parametrize("runtime", ALIBABA.values(), ids=lambda r: r.name)
def test_a_wheel_that_fits_the_tag_fits_the_system(runtime: Runtime) -> None:
    tag = re.fullmatch(r"manylinux_(\d+)_(\d+)_x86_64", runtime.platform_tag)
    assert tag is not None
    assert (int(tag[1]), int(tag[2])) <= runtime.glibc
    assert runtime.architecture == "x86_64"


def test_the_runtimes_are_those_of_the_documentation() -> None:
    # FCD "runtimes", read 2026-11: name -> Python, C library.
    assert {name: (r.python, r.glibc) for name, r in ALIBABA.items()} == {
        "python3": ("3.6", (2, 24)),
        "python3.9": ("3.9", (2, 24)),
        "python3.10": ("3.10", (2, 28)),
        "python3.12": ("3.12", (2, 31)),
        "custom": (None, (2, 24)),
        "custom.debian10": (None, (2, 28)),
        "custom.debian11": (None, (2, 31)),
        "custom.debian12": (None, (2, 36)),
    }
    assert all(name == runtime.name for name, runtime in ALIBABA.items())


def test_custom_runtimes_bring_the_python_of_their_system() -> None:
    # FCD "custom runtime, environment", read 2026-11.
    assert {name: r.provided for name, r in ALIBABA.items() if r.custom} == {
        "custom": "3.7",
        "custom.debian10": "3.10",
        "custom.debian11": "3.12",
        "custom.debian12": "3.11",
    }
    assert not any(runtime.provided for runtime in ALIBABA.values() if not runtime.custom)


def test_only_managed_runtimes_search_layers_by_themselves() -> None:
    for runtime in ALIBABA.values():
        assert runtime.custom == (runtime.python is None)
        assert runtime.search_layers is not runtime.custom


def test_ranges_are_ranges_and_steps_divide_them() -> None:
    for limits in (FC_LIMITS, SCF_LIMITS):
        for field in dataclasses.fields(limits):
            value = getattr(limits, field.name)
            if isinstance(value, tuple) and len(value) == 2 and not isinstance(value[0], str):
                assert value[0] < value[1], field.name
        assert all(edge % limits.memory_step_mb == 0 for edge in limits.memory_mb)


def test_the_interpreters_of_scf_are_told_apart() -> None:
    assert TENCENT["Python3.6"].interpreter == "/var/lang/python3/bin/python3"
    assert len({runtime.interpreter for runtime in TENCENT.values()}) == len(TENCENT)


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        ALIBABA["python3"].python = "3.7"  # type: ignore[misc]
