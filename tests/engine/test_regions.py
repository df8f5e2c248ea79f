"""One program, two regions by two providers: names, buckets, ARNs and addresses are those of each region."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from alibabacloud_fc20230330 import models

from support.clients import FunctionComputeClient, http_client
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli, copy_project

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]


def test_each_region_has_its_own(new_stack: NewStack, account: LocalAccount, code: Path, tmp_path: Path) -> None:
    bootstrap = PulumiCli(copy_project(tmp_path / "bootstrap"), "bootstrap-hangzhou", account.variables)
    (bootstrap.folder / "stacks/config/Pulumi.bootstrap-hangzhou.yaml").write_text(
        "config:\n  alicloud:region: cn-hangzhou\n  yunfn:program: bootstrap\n"
    )
    bootstrap.init()
    bootstrap.up()
    assert bootstrap.outputs()["bucket"] == f"yunfn-artifacts-{account.id}-cn-hangzhou"

    stack = new_stack("two_regions")
    stack.configure(t__code=str(code))
    stack.up()
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    outputs = stack.outputs()
    with http_client(account.cloud) as client:
        for where in ("shanghai", "hangzhou"):
            assert outputs[where].endswith(f".cn-{where}.fcapp.run")
            assert client.get(outputs[where]).json()["said"] == "first"
            fc = FunctionComputeClient(account.cloud, f"cn-{where}")
            name = f"{stack.stack}-f"
            function = fc.call("get_function", name, models.GetFunctionRequest())
            assert function.function_arn == f"acs:fc:cn-{where}:{account.id}:functions/{name}"
            trigger = fc.call("get_trigger", name, f"put-{where}")
            assert trigger.source_arn == f"acs:oss:cn-{where}:{account.id}:{stack.stack}-{where}"
    uploads = [
        line["resource"]
        for line in account.journal()
        if line["operation"] == "PutObject" and "/code/f-hangzhou/" in line["resource"]
    ]
    assert len(uploads) == 1
    assert f"yunfn-artifacts-{account.id}-cn-hangzhou" in uploads[0]
    records = [each for each in stack.resources() if each["type"] == "yunfn:alibaba:Account"]
    assert [each["outputs"]["accountId"] for each in records] == [account.id, account.id]
