"""The rules of Serverless Cloud Function: what is refused says property, value and rule."""

from __future__ import annotations

import pytest

from support.refusals import refused
from yunfn.tencent import rules


@pytest.mark.parametrize("name", ["fn", "F-1_b", "a" * 60])
def test_names_that_are_taken(name: str) -> None:
    rules.function_name("f", name)
    rules.namespace_name("f", name)
    rules.layer_name("f", name)


@pytest.mark.parametrize("name", ["", "f", "1a", "-a", "_a", "a-", "a_", "a b", "ü1", "a" * 61, "ab\n"])
def test_names_that_are_refused(name: str) -> None:
    refused(lambda: rules.function_name("f", name), "function_name", "2–60")
    if name != "f":
        refused(lambda: rules.namespace_name("f", name), "namespace", "1–60")
    if len(name) != 1 and len(name) < 61:
        refused(lambda: rules.layer_name("f", name), "layer_name", "1–64")


def test_namespace_and_function_have_118_letters_together() -> None:
    rules.names_together("f", "n" * 60, "f" * 58)
    refused(lambda: rules.names_together("f", "n" * 60, "f" * 59), "function_name", "at most 118")


@pytest.mark.parametrize("name", ["$DEFAULT", "live", "a" * 64, "A-1_"])
def test_alias_names_that_are_taken(name: str) -> None:
    rules.alias_name("f", name)


@pytest.mark.parametrize("name", ["$LATEST", "$default", "1a", "_a", "", "a" * 65, "a b"])
def test_alias_names_that_are_refused(name: str) -> None:
    refused(lambda: rules.alias_name("f", name), "alias_name", "or $DEFAULT")


def test_a_layer_version_is_name_and_number() -> None:
    assert rules.layer_version("f", "packages:3") == ("packages", 3)
    for bad in ("packages", "packages:", "packages:0", "packages:x", ":1", "1p:1", "packages:1:2"):
        refused(lambda bad=bad: rules.layer_version("f", bad), "layers", "<layer name>:<version>")  # type: ignore[misc]


def test_runtimes() -> None:
    found = rules.runtime("f", "Python3.6")
    assert found is not None and found.python == "3.6"
    assert rules.runtime("f", "CustomImage") is None
    for other in ("python3.6", "Python3.8", "Nodejs12.16", ""):
        refused(lambda other=other: rules.runtime("f", other), "runtime", "one of Python2.7, Python3.6")  # type: ignore[misc]


@pytest.mark.parametrize("key", ["A", "aB_1", "PATH", "PYTHONPATH", "TOPIC", "FC_X"])
def test_environment_keys_that_are_taken(key: str) -> None:
    rules.environment_key("f", key)


@pytest.mark.parametrize(
    ("key", "rule"),
    [
        ("1A", "start with a letter"),
        ("_A", "start with a letter"),
        ("A-B", "start with a letter"),
        ("SCF_RUNTIME", "reserved by Serverless Cloud Function"),
        ("QCLOUD_X", "reserved by Serverless Cloud Function"),
        ("TENCENTCLOUD_SECRETID", "reserved by Serverless Cloud Function"),
    ],
)
def test_environment_keys_that_are_refused(key: str, rule: str) -> None:
    refused(lambda: rules.environment_key("f", key), "environment", rule)


def test_memory_is_64_or_goes_in_steps_of_128() -> None:
    for mb in (64, 128, 256, 3072):
        rules.memory("f", mb)
    for mb in (0, 63, 65, 3200, True):
        refused(lambda mb=mb: rules.memory("f", mb), "memory", "128–3072 MB (or 64)")  # type: ignore[misc]
    refused(lambda: rules.memory("f", 192), "memory", "steps of 128 MB")


def test_descriptions_and_trigger_names_have_an_end() -> None:
    rules.description("f", "x" * 1000)
    refused(lambda: rules.description("f", "x" * 1001), "description", "at most 1000")
    rules.trigger_name("f", "1-a_" * 25)
    for bad in ("", "a" * 101, "a.b", "a b"):
        refused(lambda bad=bad: rules.trigger_name("f", bad), "trigger_name", "1–100")  # type: ignore[misc]
