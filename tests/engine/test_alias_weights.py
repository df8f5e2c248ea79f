"""An alias with plain weights splits calls between two versions, and is updated in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from alibabacloud_fc20230330 import models

from support.clients import FunctionComputeClient, http_client
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
CALLS = 60


@pytest.fixture
def stack(new_stack: NewStack, code: Path) -> PulumiCli:
    made = new_stack("weighted_alias")
    made.configure(t__code=str(code))
    return made


def _served(account: LocalAccount, url: str, calls: int = CALLS) -> Counter[str]:
    """Which versions answer, and that each answers as itself."""
    versions: Counter[str] = Counter()
    greetings = {"1": "first", "2": "second"}
    with http_client(account.cloud) as client:
        for _ in range(calls):
            answer = client.get(url)
            assert answer.status_code == 200, answer.text
            version = answer.headers["x-fc-invocation-function-version"]
            assert answer.json()["env"] == greetings[version]
            versions[version] += 1
    return versions


def test_weights_split_calls_change_in_place_and_go(account: LocalAccount, stack: PulumiCli) -> None:
    stack.up()
    url = stack.outputs()["url"]
    assert _served(account, url, 5) == {"1": 5}
    # The old version stays the main one while the new one is published and takes half of the calls.
    stack.configure(t__greeting="second", t__main="1", t__additional="2", t__weight="0.5")
    stack.up()
    assert stack.outputs()["version"] == "2"
    split = _served(account, url)
    # Half of 60, five standard deviations to each side: fails by chance once in a million runs.
    assert 11 <= split["2"] <= 49
    assert split["1"] + split["2"] == CALLS
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")

    stack.configure(t__weight="1")
    changed = stack.up()
    assert changed.changes["updated"] == 1
    assert "replaced" not in changed.changes
    assert _served(account, url, 20) == {"2": 20}
    client = FunctionComputeClient(account.cloud)
    alias = client.call("get_alias", stack.outputs()["function"], "live")
    assert (alias.version_id, alias.additional_version_weight) == ("1", {"2": 1.0})

    # Weights moved behind Pulumi's back are drift.
    body = models.UpdateAliasInput(version_id="1", additional_version_weight={"2": 0.25})
    client.call("update_alias", stack.outputs()["function"], "live", models.UpdateAliasRequest(body=body))
    stack.refresh()
    assert stack.up().changes["updated"] == 1
    assert client.call("get_alias", stack.outputs()["function"], "live").additional_version_weight == {"2": 1.0}

    for name in ("main", "additional", "weight"):
        stack.unconfigure(f"t__{name}")
    stack.up()
    assert _served(account, url, 20) == {"2": 20}
    alias = client.call("get_alias", stack.outputs()["function"], "live")
    assert (alias.version_id, alias.additional_version_weight) == ("2", {})
    stack.up("--expect-no-changes")
    assert stack.refresh("--expect-no-changes").code == 0
