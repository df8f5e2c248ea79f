"""KMS's keys by the real plugins of both clouds: as declared, quiet, updated, scheduled for deletion."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest
from tencentcloud.kms.v20190118 import models
from tencentcloud.kms.v20190118.kms_client import KmsClient

from support.clients import REGION
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.tencent_sdk import asked, sdk_client

# aliyun-python-sdk-core 2.16.1 carries an old urllib3 of its own.
pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore:ssl\\..*deprecated:DeprecationWarning")]
NewStack = Callable[[str], PulumiCli]
NAME = "test-keys"


class Judge:
    """The clouds' own clients: what is really there."""

    def __init__(self, account: LocalAccount, monkeypatch: pytest.MonkeyPatch) -> None:
        home, port = account.cloud.home, account.cloud.proxy_port
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        key, bundle = home.owner_key, str(home.certificates / "ca.pem")
        self._alibaba = AcsClient(key.id, key.secret, REGION, verify=bundle, auto_retry=False)
        self._tencent = sdk_client(KmsClient, home, port, account.variables["TENCENTCLOUD_REGION"])

    def alibaba(self, action: str, **parameters: str) -> Any:
        request = CommonRequest(domain=f"kms.{REGION}.aliyuncs.com", version="2016-01-20", action_name=action)
        request.set_method("POST")
        request.set_protocol_type("https")
        for name, value in parameters.items():
            request.add_query_param(name, value)
        return json.loads(self._alibaba.do_action_with_exception(request))

    def tencent(self, action: str, **parameters: Any) -> Any:
        return asked(self._tencent, models, action, **parameters)

    def seen(self, key: str, cmk: str) -> dict[str, Any]:
        """What a client sees of each resource, the parts that the program changes among them."""
        one = self.alibaba("DescribeKey", KeyId=key)["KeyMetadata"]
        tags = self.alibaba("ListResourceTags", KeyId=key)["Tags"]["Tag"]
        two = self.tencent("DescribeKey", KeyId=cmk).KeyMetadata
        filters = [{"TagKey": "app", "TagValue": [NAME]}]
        tagged = self.tencent("ListKeyDetail", TagFilters=filters).KeyMetadatas
        return {
            "alibaba": (one["KeyState"], one["Description"], one["AutomaticRotation"]),
            "tags": {each["TagKey"]: each["TagValue"] for each in tags},
            "alias": self.alibaba("DescribeKey", KeyId=f"alias/{NAME}")["KeyMetadata"]["KeyId"],
            "tencent": (two.KeyState, two.Description, two.KeyRotationEnabled, two.Alias),
            "tagged": [each.KeyId for each in tagged],
        }


def test_keys_come_as_declared_stay_and_go(
    account: LocalAccount, new_stack: NewStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, stack = Judge(account, monkeypatch), new_stack("kms_keys")
    # Retried for minutes otherwise, where something is wrong (terraform-provider-tencentcloud 1.81.90).
    limits = {"TENCENTCLOUD_READ_RETRY_TIMEOUT": "1", "TENCENTCLOUD_WRITE_RETRY_TIMEOUT": "1"}
    stack.environment.update(limits)
    stack.configure(t__name=NAME)
    stack.up()
    out = stack.outputs()
    key, cmk = out["key"], out["cmk"]
    assert out["arn"] == f"acs:kms:{REGION}:{account.id}:key/{key}"
    assert judge.seen(key, cmk) == {
        "alibaba": ("Enabled", "first", "Enabled"),
        "tags": {"app": NAME, "team": "first"},
        "alias": key,
        "tencent": ("Enabled", "first", True, NAME),
        "tagged": [cmk],
    }
    stack.refresh("--expect-no-changes")
    stack.preview("--expect-no-changes")

    stack.configure(t__step="2")
    assert stack.up().changes["updated"] == 3
    assert (stack.outputs()["key"], stack.outputs()["cmk"]) == (key, cmk)
    assert judge.seen(key, cmk) == {
        "alibaba": ("Enabled", "changed", "Disabled"),
        "tags": {"app": NAME, "stage": "second"},
        "alias": out["other"],
        "tencent": ("Disabled", "changed", False, f"{NAME}-changed"),
        "tagged": [cmk],
    }
    stack.preview("--expect-no-changes")

    stack.destroy()
    assert judge.alibaba("DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert judge.tencent("DescribeKey", KeyId=cmk).KeyMetadata.KeyState == "PendingDelete"
    assert f"alias/{NAME}" not in [one["AliasName"] for one in judge.alibaba("ListAliases")["Aliases"]["Alias"]]
    unknown = [line for line in account.journal() if line.get("unknown") and line["service"] == "kms"]
    assert unknown == []
