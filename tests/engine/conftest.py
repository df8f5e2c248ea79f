"""One local cloud per test process, the real engine, and stacks that are thrown away with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.greeter import write_greeter
from support.local_account import LocalAccount, account_of
from support.pulumi_cli import PulumiCli
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection

PROGRAMS = Path(__file__).parent / "programs"


@pytest.fixture(scope="session")
def cloud() -> Iterator[Connection]:
    """A local cloud that all engine tests of this process share; each test has names of its own in it."""
    with connection.temporary() as running:
        yield running


@pytest.fixture(scope="session")
def account(cloud: Connection) -> LocalAccount:
    """The shared cloud as an account that commands run in."""
    return account_of(cloud)


@pytest.fixture(scope="module")
def own_account() -> Iterator[LocalAccount]:
    """A local cloud of the module's own: for another account, a moved clock, or counting what is left."""
    with connection.temporary() as running:
        yield account_of(running)


@pytest.fixture(scope="session")
def programs() -> Path:
    """The folder of the tests' Pulumi programs."""
    return PROGRAMS


@pytest.fixture(scope="session")
def variables(account: LocalAccount) -> dict[str, str]:
    """The environment of a command in the shared cloud, with the engine on PATH."""
    return account.variables


@pytest.fixture(scope="session")
def artifact_bucket(account: LocalAccount, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The artifact bucket, made as users make it: by the bootstrap program."""
    return account.bootstrap(tmp_path_factory.mktemp("bootstrap"))


@pytest.fixture(scope="session")
def tencent_artifact_bucket(account: LocalAccount, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The artifact bucket of COS, made likewise."""
    return account.bootstrap(tmp_path_factory.mktemp("bootstrap"), "bootstrap-tencent")


NewStack = Callable[[str], PulumiCli]


@pytest.fixture(scope="session")
def stack_names() -> Counter[str]:
    """How many stacks of the shared cloud began with a name; no two of them are called the same."""
    return Counter()


def _maker(
    account: LocalAccount, folder: Path, base: str, names: Counter[str], made: list[PulumiCli] | None = None
) -> NewStack:
    stem = re.sub(r"[^a-z0-9]+", "-", base.lower()).strip("-")[:40].strip("-")

    def make(program: str) -> PulumiCli:
        number = names[stem]
        names[stem] += 1
        name = f"{stem}-{number}" if number else stem
        stack = account.stack(folder / f"{program}-{number}", PROGRAMS / f"{program}.py", name)
        if made is not None:
            made.append(stack)
        return stack

    return make


@pytest.fixture
def new_stack(
    tmp_path: Path,
    account: LocalAccount,
    artifact_bucket: str,
    request: pytest.FixtureRequest,
    stack_names: Counter[str],
) -> NewStack:
    """Makes a stack of a program in ``programs/``, in a project folder of its own.

    It stays until the cloud goes at the end: destroying takes seconds, and is proved where a test asks for it.
    """
    return _maker(account, tmp_path, request.node.name, stack_names)


@pytest.fixture(scope="module")
def module_stack(
    account: LocalAccount,
    artifact_bucket: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    stack_names: Counter[str],
) -> Iterator[NewStack]:
    """As ``new_stack``, for stacks that the tests of a module share; they are destroyed, and what cannot be fails the
    last one.
    """
    made: list[PulumiCli] = []
    name = request.node.path.stem.removeprefix("test_")
    yield _maker(account, tmp_path_factory.mktemp(name), name, stack_names, made)
    for stack in made:
        stack.destroy()


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A folder with the code of a small function: ``index.handler`` answers a greeting and its environment."""
    return write_greeter(tmp_path / "code")
