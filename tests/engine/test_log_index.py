"""The index of a log project: figures of a version come from it; one made by the release before gains its fields."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from support.clients import REGION, FunctionComputeClient
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from yunfn.exceptions import RolloutError
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import Measure, Reading, RequestMetrics
from yunfn.rollout.metrics.request_metrics import RequestMetricsBackend
from yunfn.storage.alibaba_session import AlibabaSession

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore::DeprecationWarning:aliyun")]
NewStack = Callable[[str], PulumiCli]


def test_an_older_index_gains_the_fields_in_place(new_stack: NewStack, account: LocalAccount, code: Path) -> None:
    stack = new_stack("indexed_logs")
    stack.configure(t__code=str(code), t__before="true")
    stack.up()
    outputs = stack.outputs()
    version, client = str(outputs["version"]), FunctionComputeClient(account.cloud)
    client.invoke(str(outputs["function"]), b"", version)
    source = RequestMetrics(project=str(outputs["project"]), logstore=str(outputs["logstore"]))
    key = account.cloud.home.owner_key
    session = AlibabaSession(key.id, key.secret, "", REGION, account.id)
    place = AliasPlace("alibaba", account.id, REGION, "", str(outputs["function"]), "live")

    def measured() -> Reading | None:
        now = time.time()
        with mock.patch.dict(os.environ, account.variables):
            return RequestMetricsBackend(session, place, source).measure(Measure.ERRORS, version, now - 600, now + 60)

    with pytest.raises(RolloutError, match="Its index must have these fields"):
        measured()
    stack.unconfigure("t__before")
    before = len(account.journal())
    changes = stack.up().changes
    assert (changes.pop("updated"), set(changes)) == (1, {"unchanged"})
    asked = [line["operation"] for line in account.journal()[before:] if line["service"] == "log"]
    assert "UpdateIndex" in asked
    assert not {"DeleteIndex", "CreateIndex", "DeleteLogStore"} & set(asked)
    client.invoke(str(outputs["function"]), b"", version)
    # The local cloud counts lines from before as well; the true one only what comes after.
    assert measured() == Reading(2, failures=0)
    assert stack.preview("--refresh", "--expect-no-changes").code == 0
