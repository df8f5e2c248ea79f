"""A stack stays in the account it was made in: other credentials are refused in preview and in ``up``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.local_account import LocalAccount, writes
from support.pulumi_cli import PulumiCli

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]


@pytest.fixture(scope="module")
def made(module_stack: NewStack) -> PulumiCli:
    """A stack that stands in the shared cloud's account."""
    stack = module_stack("one_log_project")
    stack.up()
    return stack


@pytest.fixture
def elsewhere(made: PulumiCli, own_account: LocalAccount) -> PulumiCli:
    """The same stack, by its own state, with the credentials of another account."""
    return _with_credentials_of(own_account, made)


def _with_credentials_of(other: LocalAccount, stack: PulumiCli) -> PulumiCli:
    state = {name: stack.environment[name] for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE")}
    return PulumiCli(stack.folder, stack.stack, other.variables | state)


def _refused(run: Callable[[], Any], first: LocalAccount, second: LocalAccount) -> None:
    """The run fails naming both accounts, and neither asks the second account for any change."""
    before = len(second.journal())
    outcome = run()
    assert outcome.code != 0
    said = next(line for line in outcome.output.splitlines() if "error: __main__.py:" in line)
    assert first.id in said
    assert second.id in said
    assert "Nothing was changed" in said
    asked = second.journal()[before:]
    assert "GetCallerIdentity" in [line["operation"] for line in asked]
    assert writes(asked) == []


def _cloud_resources(stack: PulumiCli) -> list[dict[str, Any]]:
    # Outputs of the stack itself go with every run that fails.
    return [each for each in stack.resources() if each["type"] != "pulumi:pulumi:Stack"]


@pytest.mark.parametrize("command", ["preview", "up"])
def test_another_accounts_credentials_are_refused_before_any_resource(
    command: str, made: PulumiCli, elsewhere: PulumiCli, account: LocalAccount, own_account: LocalAccount
) -> None:
    before = _cloud_resources(made)
    assert before
    _refused(lambda: getattr(elsewhere, command)(check=False), account, own_account)
    assert _cloud_resources(made) == before
    made.preview("--expect-no-changes")


def test_up_asked_with_a_preview_first_stops_at_the_preview(
    elsewhere: PulumiCli, account: LocalAccount, own_account: LocalAccount
) -> None:
    _refused(lambda: elsewhere.run("up", "--yes", "--non-interactive", check=False), account, own_account)


@pytest.mark.parametrize(("where", "said"), [("program", "broken off"), ("cloud", "there-is-none")])
def test_a_first_up_that_failed_half_way_is_remembered(
    where: str, said: str, new_stack: NewStack, account: LocalAccount, own_account: LocalAccount
) -> None:
    stack = new_stack("one_log_project")
    stack.configure(t__fail=where)
    failed = stack.up(check=False)
    assert failed.code != 0
    assert said in failed.output
    made = [each for each in stack.resources() if each["type"] == "alicloud:log/project:Project"]
    assert len(made) == (1 if where == "cloud" else 0)
    stack.unconfigure("t__fail")
    other = _with_credentials_of(own_account, stack)
    _refused(lambda: other.preview(check=False), account, own_account)
    _refused(lambda: other.up(check=False), account, own_account)
    stack.up()


def test_the_account_that_the_settings_name_is_the_only_one(
    new_stack: NewStack, account: LocalAccount, own_account: LocalAccount
) -> None:
    stack = new_stack("one_log_project")
    stack.configure(yunfn__account=own_account.id)
    _refused(lambda: stack.preview(check=False), own_account, account)
    _refused(lambda: stack.up(check=False), own_account, account)
    # The provider stands there for the question whose account it is.
    assert {each["type"] for each in stack.resources()} <= {"pulumi:pulumi:Stack", "pulumi:providers:alicloud"}
    stack.configure(yunfn__account=account.id)
    stack.up()
