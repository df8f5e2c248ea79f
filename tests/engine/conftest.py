"""One local cloud per test process, the real engine, and stacks that are thrown away with it."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.pulumi_cli import PulumiCli, copy_project, engine_variables
from yunfn.localcloud import connection, environment
from yunfn.localcloud.connection import Connection

PROGRAMS = Path(__file__).parent / "programs"
_PROJECT = """\
name: yunfn-test
runtime: python
"""


@pytest.fixture(scope="session")
def cloud() -> Iterator[Connection]:
    """A local cloud that all engine tests of this process share; each test has names of its own in it."""
    with connection.temporary() as running:
        yield running


@pytest.fixture(scope="session")
def variables(cloud: Connection) -> dict[str, str]:
    """The environment of a command in the local cloud, with the engine on PATH."""
    child = environment.child_environment(os.environ, cloud.home, cloud.proxy_port)
    child.update(engine_variables())
    # Programs of tests import nothing from the folder that pytest was started in.
    child.pop("PYTEST_CURRENT_TEST", None)
    return child


@pytest.fixture(scope="session")
def artifact_bucket(variables: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The artifact bucket, made as users make it: by the bootstrap program."""
    stack = PulumiCli(copy_project(tmp_path_factory.mktemp("bootstrap") / "project"), "bootstrap", variables)
    stack.init()
    stack.up()
    return str(stack.outputs()["bucket"])


NewStack = Callable[[str], PulumiCli]


@pytest.fixture
def new_stack(
    tmp_path: Path, variables: dict[str, str], artifact_bucket: str, request: pytest.FixtureRequest
) -> Iterator[NewStack]:
    """Makes a stack of a program in ``programs/``, in a project folder of its own; destroyed at the end."""
    made: list[PulumiCli] = []
    base = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:40].strip("-")

    def make(program: str) -> PulumiCli:
        folder = tmp_path / f"{program}-{len(made)}"
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text(_PROJECT)
        shutil.copy(PROGRAMS / f"{program}.py", folder / "__main__.py")
        stack = PulumiCli(folder, base if not made else f"{base}-{len(made)}", variables)
        stack.init()
        made.append(stack)
        return stack

    yield make
    for stack in made:
        stack.destroy(check=False)


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A folder with the code of a small function: ``index.handler`` answers a greeting and its environment."""
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "index.py").write_text(
        "import json, os\n\n\n"
        "def handler(event, context):\n"
        '    return json.dumps({"said": "first", "env": os.environ.get("GREETING", "")})\n'
    )
    return folder
