"""A stack made in one account is refused in another: in preview, before any resource, by plain pulumi."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator

import pytest

from support.pulumi_cli import PulumiCli, engine_variables
from yunfn.localcloud import connection, environment
from yunfn.localcloud.connection import Connection

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
# What a program may ask before it is refused: who it is, and where services are.
_HARMLESS = {"GetCallerIdentity", "QueryAvailableInstances", "DescribeEndpoints"}


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Connection]:
    """A cloud with another account."""
    with connection.temporary() as running:
        yield running


def _moved(stack: PulumiCli, to: Connection) -> PulumiCli:
    """The same stack in the same state backend, by the credentials of another cloud."""
    child = environment.child_environment(os.environ, to.home, to.proxy_port)
    child.update(engine_variables())
    for name in ("PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE"):
        child[name] = stack.environment[name]
    return PulumiCli(stack.folder, stack.stack, child)


def _operations(cloud: Connection) -> set[str]:
    lines = cloud.ask("GET", "/journal").text.splitlines()
    return {json.loads(line)["operation"] for line in lines}


def _refused(cloud: Connection, elsewhere: Connection, stack: PulumiCli, *commands: str) -> None:
    """Each command is refused elsewhere, and neither cloud nor state is touched."""
    before = stack.resources()
    moved = _moved(stack, elsewhere)
    for command in commands:
        outcome = getattr(moved, command)(check=False)
        assert outcome.code != 0
        assert "AccountMismatchError" in outcome.output
        assert cloud.home.account in outcome.output
        assert elsewhere.home.account in outcome.output
        assert "Nothing was changed" in outcome.output
    assert {r["urn"] for r in stack.resources()} == {r["urn"] for r in before}
    assert "GetCallerIdentity" in _operations(elsewhere)
    assert _operations(elsewhere) <= _HARMLESS


def test_a_stack_that_is_up_is_refused_elsewhere_and_goes_on_at_home(
    cloud: Connection, elsewhere: Connection, new_stack: NewStack
) -> None:
    stack = new_stack("guarded")
    stack.preview()
    stack.up()
    _refused(cloud, elsewhere, stack, "preview", "up")
    stack.up("--expect-no-changes")


@pytest.mark.parametrize("when", ["break-off", "break-late"])
def test_a_first_up_that_failed_is_remembered_too(
    cloud: Connection, elsewhere: Connection, new_stack: NewStack, when: str
) -> None:
    stack = new_stack("guarded")
    stack.configure(**{f"t__{when}": "true"})
    failed = stack.up(check=False)
    assert failed.code != 0
    assert "broken off" in failed.output
    _refused(cloud, elsewhere, stack, "preview")


def test_the_account_can_be_written_down_before_the_first_up(elsewhere: Connection, new_stack: NewStack) -> None:
    stack = new_stack("guarded")
    stack.configure(yunfn__account=elsewhere.home.account)
    refused = stack.preview(check=False)
    assert refused.code != 0
    assert f"its setting yunfn:account is {elsewhere.home.account}" in refused.output
