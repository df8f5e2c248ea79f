"""``Alias(rollout=…)`` as programs have it, on both clouds: a change of configuration alone is rolled out too."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from support.cos_bucket import session_of
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.store_backends import oss_session
from yunfn.rollout.calling import Ending
from yunfn.rollout.connections import Connections, connect
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.routing import Routing

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")]
NewStack = Callable[[str], PulumiCli]
_CODE = """\
import os


def handler(event, context):
    if os.environ["GREETING"] == "broken":
        raise ValueError("the index is missing")
    return os.environ["GREETING"]
"""


class Speaker:
    """A deployed function behind its alias, as callers and the record see it."""

    def __init__(self, stack: PulumiCli, account: LocalAccount, cloud: str) -> None:
        self.stack, self.account, self.cloud = stack, account, cloud
        self.token = "yunfn:fc:Alias" if cloud == "alibaba" else "yunfn:scf:Alias"

    def state(self) -> dict[str, Any]:
        """The alias in the stack's state."""
        (found,) = (each for each in self.stack.resources() if each["type"] == self.token)
        return found

    def connections(self) -> Connections:
        """What reaches it past the plugin."""
        at = self.state()["outputs"]
        place = AliasPlace(
            self.cloud, at["account"], at["region"], at.get("namespace", ""), at["functionName"], at["aliasName"]
        )
        session: Any = (oss_session if self.cloud == "alibaba" else session_of)(self.account.cloud)
        return connect(place, at.get("rollout", {}).get("bucket", ""), session)

    def routing(self) -> Routing | None:
        return self.connections().router.read()

    @contextmanager
    def called(self) -> Iterator[Counter[str]]:
        """Within the block it is called again and again; what the answers were."""
        there = self.connections()
        at, caller = there.place, there.functions
        seen, over = Counter[str](), threading.Event()

        def call() -> None:
            # So often that no shift passes unseen, and not all the time: the update needs the processor.
            while not over.wait(0.05):
                answer = caller.call(at.function, at.alias, "{}", namespace=at.namespace, timeout=30)

                # SCF answers in JSON.
                seen[answer.text.strip('"') if answer.ending is Ending.ANSWERED else f"{answer.ending}"] += 1

        thread = threading.Thread(target=call)
        thread.start()
        try:
            yield seen
        finally:
            over.set()
            thread.join(60)


@pytest.fixture(params=["alibaba", "tencent"])
def speaker(
    new_stack: NewStack,
    account: LocalAccount,
    artifact_bucket: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Speaker:
    if request.param == "tencent":
        request.getfixturevalue("tencent_artifact_bucket")
    for name, value in account.variables.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.py").write_text(_CODE)
    stack = new_stack("rolled_function")
    stack.configure(t__cloud=request.param, t__code=str(tmp_path / "code"))
    return Speaker(stack, account, request.param)


def test_a_plain_alias_is_upgraded_then_configuration_alone_is_rolled_out(speaker: Speaker) -> None:
    stack = speaker.stack
    stack.up()
    assert "rollout" not in stack.outputs()
    with speaker.called() as seen:
        stack.configure(t__rollout="true")
        upgraded = stack.up()
        assert upgraded.changes["updated"] == 1
        assert set(upgraded.changes) == {"updated", "unchanged"}
        assert speaker.routing() == Routing("1")
        stack.configure(t__greeting="second")
        preview = stack.preview()
        assert "will shift 1 → a new version: 10, 50 % for 1 s each, then all: 2 s at least" in preview.output
        stack.up()
    assert speaker.routing() == Routing("2")
    # No call of those who use it failed, and what they got is one of both.
    assert set(seen) == {"first", "second"}, seen
    assert stack.outputs()["rollout"]["phase"] == "Succeeded"

    stack.configure(t__greeting="broken")
    failed = stack.up(check=False)
    assert failed.code != 0
    assert re.search(r"(live|DEFAULT): rollout 2 of 3: rejected: errors: .*2 serves all calls", failed.output), (
        failed.output
    )
    assert speaker.routing() == Routing("2")
    again = stack.up(check=False)
    assert "3 was rejected by rollout 2: errors: " in again.output
    # Going back is no rollout: what serves is what is wanted.
    stack.configure(t__greeting="third", t__keep="2")
    stack.up()
    assert speaker.routing() == Routing("4")
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    stack.destroy()
    assert stack.resources() == []
