"""A preview asks and never makes; what is missing for an ``up`` is said in words that help."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.local_account import LocalAccount, account_of, writes
from support.pulumi_cli import PulumiCli, copy_project
from yunfn.localcloud import connection

pytestmark = pytest.mark.engine
PROGRAM = Path(__file__).parent / "programs" / "one_function.py"
NewStack = Callable[[str], PulumiCli]


@pytest.fixture
def empty_account() -> Iterator[LocalAccount]:
    """An account in which nothing was ever made, so no artifact bucket either."""
    with connection.temporary() as running:
        yield account_of(running)


def test_a_preview_of_a_new_stack_shows_everything_and_makes_nothing(
    new_stack: NewStack, code: Path, account: LocalAccount
) -> None:
    stack = new_stack("one_function")
    stack.configure(t__code=str(code))
    before = len(account.journal())
    seen = stack.preview()
    assert seen.changes["to create"] >= 12
    for kind in ("fc:V3Function", "fc:V3Trigger"):
        assert f"alicloud:{kind} " in seen.output
    for kind in ("fc:FunctionVersion", "fc:Alias", "storage:Artifact"):
        assert f"yunfn:{kind} " in seen.output
    asked = account.journal()[before:]
    assert "GetCallerIdentity" in [line["operation"] for line in asked]
    assert writes(asked) == []
    assert stack.resources() == []


def test_before_the_bootstrap_a_preview_works_and_an_up_says_what_to_run(
    empty_account: LocalAccount, tmp_path: Path, code: Path
) -> None:
    stack = empty_account.stack(tmp_path / "project", PROGRAM, "too-early")
    stack.configure(t__code=str(code))
    stack.preview()
    assert writes(empty_account.journal()) == []
    failed = stack.up(check=False)
    assert failed.code != 0
    assert f"yunfn-artifacts-{empty_account.id}-cn-shanghai" in failed.output
    assert "pulumi up --stack bootstrap" in failed.output
    # What the message says is enough: the next up goes on from there.
    bootstrap = PulumiCli(copy_project(tmp_path / "bootstrap"), "bootstrap", empty_account.variables)
    bootstrap.init()
    bootstrap.up()
    stack.up()
    stack.up("--expect-no-changes")
