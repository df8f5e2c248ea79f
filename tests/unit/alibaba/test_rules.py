"""The rules of Function Compute: what is refused says property, value and rule."""

from __future__ import annotations

import pytest

from support.refusals import refused
from yunfn.alibaba import rules
from yunfn.runtimes import ALIBABA

PYTHON = ALIBABA["python3.10"]
CUSTOM = ALIBABA["custom.debian11"]


@pytest.mark.parametrize("name", ["f", "_f", "F-1_b", "a" * 128])
def test_names_that_are_taken(name: str) -> None:
    rules.function_name("f", "function_name", name)


@pytest.mark.parametrize("name", ["", "1a", "-a", "a b", "a.b", "ü", "a" * 129, "a\n"])
def test_names_that_are_refused(name: str) -> None:
    refused(lambda: rules.function_name("f", "function_name", name), "function_name", "1–128")


@pytest.mark.parametrize("name", ["live", "_x", "-x", "LATEST2", "latest"])
def test_alias_names_that_are_taken(name: str) -> None:
    rules.alias_name("f", name)


@pytest.mark.parametrize("name", ["LATEST", "1", "1live", "", "a.b", "a" * 129])
def test_alias_names_that_are_refused(name: str) -> None:
    refused(lambda: rules.alias_name("f", name), "alias_name", "not LATEST")


def test_runtimes_come_from_the_table() -> None:
    assert rules.runtime("f", "python3.10") is PYTHON
    assert rules.runtime("f", "custom-container") is None
    for other in ("python2.7", "python3.11", "nodejs20", ""):
        refused(lambda other=other: rules.runtime("f", other), "runtime", "one of python3, python3.9")  # type: ignore[misc]


@pytest.mark.parametrize("key", ["A", "aB_1", "PATHS", "Topic"])
def test_environment_keys_that_are_taken(key: str) -> None:
    rules.environment_key("f", key, PYTHON)


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("1A", "start with a letter"),
        ("_A", "start with a letter"),
        ("A-B", "start with a letter"),
        ("", "start with a letter"),
        ("FC_ACCOUNT_ID", "reserved by Function Compute"),
        ("accessKeyID", "reserved by Function Compute"),
        ("securityToken", "reserved by Function Compute"),
        ("topic", "reserved by Function Compute"),
        ("PYTHONPATH", "set by the runtime python3.10"),
        ("LD_LIBRARY_PATH", "set by the runtime python3.10"),
        ("PATH", "set by the runtime python3.10"),
    ],
)
def test_environment_keys_that_are_refused(key: str, rule: str) -> None:
    refused(lambda: rules.environment_key("f", key, PYTHON), "environment", rule)


def test_custom_runtimes_set_their_own_paths() -> None:
    rules.environment_key("f", "PYTHONPATH", CUSTOM)
    refused(lambda: rules.environment_key("f", "FC_X", CUSTOM), "environment", "reserved")


def test_memory_and_cpu() -> None:
    for mb in (128, 192, 512, 32768):
        rules.memory("f", mb)
    for mb in (0, 64, 32832):
        refused(lambda mb=mb: rules.memory("f", mb), "memory", "128–32768 MB")  # type: ignore[misc]
    refused(lambda: rules.memory("f", 129), "memory", "steps of 64 MB")
    for cores in (0.05, 0.35, 1.15, 16):
        rules.cpu("f", cores)
    refused(lambda: rules.cpu("f", 0.36), "cpu", "steps of 0.05")
    refused(lambda: rules.cpu("f", 16.05), "cpu", "0.05–16.0")


@pytest.mark.parametrize(("cores", "mb"), [(0.5, 512), (0.5, 2048), (0.35, 512), (16, 32768)])
def test_a_vcpu_has_one_to_four_gb(cores: float, mb: int) -> None:
    rules.cpu_and_memory("f", cores, mb)


@pytest.mark.parametrize(("cores", "mb"), [(0.55, 512), (0.5, 2112), (16, 8192)])
def test_other_ratios_are_refused(cores: float, mb: int) -> None:
    refused(lambda: rules.cpu_and_memory("f", cores, mb), "cpu", "1:1 to 1:4")


def test_disk_sizes() -> None:
    for mb in (512, 10240):
        rules.disk("f", mb)
    refused(lambda: rules.disk("f", 1024), "disk", "512, 10240")
