"""The rules that no cloud sees differently: what is refused says property, value and rule."""

from __future__ import annotations

from decimal import Decimal

import pytest

from support.refusals import refused
from yunfn.exceptions import ValidationError
from yunfn.program import rules


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


def test_the_environment_holds_4_kb_and_shows_no_value() -> None:
    rules.environment_size("f", {"A": "x" * 4095}, 4096)
    with pytest.raises(ValidationError) as error:
        rules.environment_size("f", {"A": "secret" * 1000}, 4096)
    assert "secret" not in str(error.value)
    refused(lambda: rules.environment_size("f", {"A": "ü" * 2048}, 4096), "environment", "at most 4096 bytes")
    refused(lambda: rules.environment_size("f", {"A": 1}, 4096), "environment", "values are text")  # type: ignore[dict-item]


def test_layers_and_sizes() -> None:
    rules.layer_count("f", 5, 5)
    refused(lambda: rules.layer_count("f", 6, 5), "layers", "at most 5")
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
    # As a stack's settings hold it.
    refused(lambda: rules.within("f", "timeout", "5", (1, 10), "seconds"), "timeout", "a number, not text")  # type: ignore[arg-type]
