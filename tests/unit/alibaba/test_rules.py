"""The rules of Function Compute: what is refused says property, value and rule."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from yunfn.alibaba import rules
from yunfn.exceptions import ValidationError
from yunfn.runtimes import ALIBABA

PYTHON = ALIBABA["python3.10"]
CUSTOM = ALIBABA["custom.debian11"]


def refused(check: Callable[[], object], property: str, rule: str) -> None:
    with pytest.raises(ValidationError) as error:
        check()
    assert error.value.resource == "f"
    assert error.value.property == property
    assert rule in error.value.rule


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


@pytest.mark.parametrize(
    ("handler", "path"),
    [
        ("index.handler", "index.py"),
        ("a/b/index.main", "a/b/index.py"),
        ("pkg.handler", "pkg/__init__.py"),
        ("fast.handler", "fast.cpython-310-x86_64-linux-gnu.so"),
        ("fast.handler", "fast.so"),
        ("old.handler", "old.pyc"),
    ],
)
def test_a_handler_names_a_file_in_the_code(handler: str, path: str) -> None:
    rules.handler("f", "handler", handler, {path, "other.py"})
    refused(lambda: rules.handler("f", "handler", handler, {"other.py", "x/index.py"}), "handler", "holds no file")


@pytest.mark.parametrize(
    "handler",
    ["handler", "index.", ".handler", "package.Class::method", "a.b.handler", "index.py.handler", "/index.handler",
     "../index.handler", "in dex.handler", "index.handler ", "1x.handler", "index:handler", ""],
)  # fmt: skip
def test_a_handler_that_does_not_fit_python_is_refused(handler: str) -> None:
    refused(lambda: rules.handler("f", "handler", handler, None), "handler", "file.function")


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


def test_the_environment_holds_4_kb_and_shows_no_value() -> None:
    rules.environment_size("f", {"A": "x" * 4095})
    with pytest.raises(ValidationError) as error:
        rules.environment_size("f", {"A": "secret" * 1000})
    assert "secret" not in str(error.value)
    refused(lambda: rules.environment_size("f", {"A": "ü" * 2048}), "environment", "at most 4096 bytes")
    refused(lambda: rules.environment_size("f", {"A": 1}), "environment", "values are text")  # type: ignore[dict-item]


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


def test_disk_layers_and_sizes() -> None:
    for mb in (512, 10240):
        rules.disk("f", mb)
    refused(lambda: rules.disk("f", 1024), "disk", "512, 10240")
    rules.layers("f", 5)
    refused(lambda: rules.layers("f", 6), "layers", "at most 5")
    rules.layer_runtime("f", "l", ["python3.10", "python3"], "python3")
    refused(lambda: rules.layer_runtime("f", "l", ["python3"], "python3.10"), "layers", "not supported by the layer")
    rules.package_size("f", "code", 500 * 1024 * 1024, 500)
    refused(lambda: rules.package_size("f", "code", 500 * 1024 * 1024 + 1, 500), "code", "at most 500 MB")


def test_weights_are_exact_decimals() -> None:
    assert [rules.weight("f", w) for w in (0, 1, 0.1, "0.30", Decimal("0.05"))] == [
        Decimal(0), Decimal(1), Decimal("0.1"), Decimal("0.3"), Decimal("0.05"),
    ]  # fmt: skip
    for bad in (-0.1, 1.01, "x", True, "nan", "inf", None):
        refused(lambda bad=bad: rules.weight("f", bad), "additional_weight", "decimal from 0 to 1")  # type: ignore[misc]


def test_a_range_takes_no_truth_value() -> None:
    refused(lambda: rules.within("f", "timeout", True, (1, 10), "seconds"), "timeout", "1–10 seconds")
