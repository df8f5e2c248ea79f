"""A runner over real processes, and functions written in the test that uses them."""

from __future__ import annotations

import os
import textwrap
import uuid
import zipfile
from collections.abc import AsyncIterator, Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from unit.localcloud.runner.calls import FALLBACK, PROXY_PORT
from yunfn.exceptions import PythonNotFoundError
from yunfn.isolation import probe
from yunfn.localcloud.runner import FunctionRunner, FunctionSpec, Isolation


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Say which Python a test lacks, where a machine has only the one that functions of the project use.

    In CI every one of them must be there.
    """
    try:
        return (yield)
    except PythonNotFoundError as error:
        if "CI" in os.environ or "3.10" in str(error).split(":")[0]:
            raise
        pytest.skip(str(error).splitlines()[0])


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Isolation:
    """What this machine allows."""
    return probe(tmp_path_factory.mktemp("probe"))


@pytest.fixture
def namespaces(machine: Isolation) -> Isolation:
    """Namespaces, or the reason why the test cannot run here."""
    if machine.mode != "namespaces":
        pytest.skip(f"this machine forbids namespaces: {machine.reason}")
    return machine


@pytest.fixture(params=["namespaces", "user-namespace", "fallback"])
def isolation(request: pytest.FixtureRequest) -> Isolation:
    """Each way of running, the forced fallback included."""
    if request.param == "fallback":
        return FALLBACK
    machine: Isolation = request.getfixturevalue("namespaces")
    if request.param == "user-namespace":
        return Isolation("namespaces", "", user_namespace=True, overlay=machine.overlay)
    return machine


@pytest.fixture
def ca_bundle(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    path.write_text("the local cloud's CA\n")
    return path


@pytest.fixture
async def make_runner(tmp_path: Path, ca_bundle: Path) -> AsyncIterator[Callable[..., FunctionRunner]]:
    """Makes runners and closes them."""
    made: list[FunctionRunner] = []

    def make(isolation: Isolation | None = None, **options: Any) -> FunctionRunner:
        settings = {"connect_proxy": None, "proxy_port": PROXY_PORT, "ca_bundle": ca_bundle} | options
        made.append(FunctionRunner(work=tmp_path / f"work{len(made)}", isolation=isolation, **settings))
        return made[-1]

    yield make
    for runner in made:
        await runner.close()


@pytest.fixture
def runner(make_runner: Callable[..., FunctionRunner], machine: Isolation) -> FunctionRunner:
    """A runner with the best isolation there is."""
    return make_runner(machine)


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Path]:
    """Writes a zip of texts; ``modes`` gives a file its Unix mode."""

    def make(files: dict[str, str], modes: dict[str, int] | None = None) -> Path:
        path = tmp_path / f"{uuid.uuid4().hex}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, text in files.items():
                info = zipfile.ZipInfo(name)
                info.create_system = 3
                info.external_attr = (0o100000 | (modes or {}).get(name, 0o644)) << 16
                archive.writestr(info, textwrap.dedent(text))
        return path

    return make


@pytest.fixture
def make_spec(pack: Callable[..., Path]) -> Callable[..., FunctionSpec]:
    """A function of one file, ``index.py``, or of the zip given as ``code``; a new key each time."""

    def make(source: str = "", **changes: Any) -> FunctionSpec:
        settings: dict[str, Any] = {
            "key": f"fn/{uuid.uuid4().hex}",
            "account": "1234567890",
            "region": "cn-shanghai",
            "function_name": "hello",
            "version": "LATEST",
            "runtime": "python3.10",
            "handler": "index.handler",
            "initializer": None,
            "initializer_timeout": 5.0,
            "timeout": 10.0,
            "memory_mb": 256,
        }
        settings |= changes
        if "code" not in settings:
            settings["code"] = pack({"index.py": source})
        return FunctionSpec(**settings)

    return make
