"""The upstream resources that the Tencent components use, by the real plugin: as declared, quiet, updated, gone.

One stack holds all of them: upstream sleeps after each creation (role 5 s, policy and attachments 10 s each, bucket
3 s), and these sleeps then run side by side.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from qcloud_cos import CosConfig, CosS3Client
from qcloud_cos.cos_exception import CosServiceError
from tencentcloud.cam.v20190116 import models as cam
from tencentcloud.cam.v20190116.cam_client import CamClient
from tencentcloud.cls.v20201016 import models as cls
from tencentcloud.cls.v20201016.cls_client import ClsClient
from tencentcloud.scf.v20180416 import models as scf
from tencentcloud.scf.v20180416.scf_client import ScfClient

from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.tencent_sdk import asked, sdk_client

pytestmark = pytest.mark.engine
NAME = "upstream-all"
KEY = "dir/a text.txt"


class Judge:
    """The clouds' own clients: what is really there."""

    def __init__(self, account: LocalAccount) -> None:
        home, port = account.cloud.home, account.cloud.proxy_port
        self.region = account.variables["TENCENTCLOUD_REGION"]
        self.bucket = f"{NAME}-{home.tencent.app_id}"
        self._clients = {
            models: sdk_client(kind, home, port, self.region)
            for models, kind in ((cam, CamClient), (cls, ClsClient), (scf, ScfClient))
        }
        key = home.tencent.owner_key
        session = requests.Session()
        session.trust_env, session.verify = False, str(home.certificates / "ca.pem")
        session.proxies = {"https": f"http://127.0.0.1:{port}"}
        config = CosConfig(Region=self.region, SecretId=key.id, SecretKey=key.secret)
        self.cos = CosS3Client(config, retry=0, session=session)

    def ask(self, models: Any, action: str, **parameters: Any) -> Any:
        return asked(self._clients[models], models, action, **parameters)

    def seen(self, topic: str) -> dict[str, Any]:
        """What a client sees of each resource, the parts that the program changes among them."""
        (logset,) = self.ask(cls, "DescribeLogsets", Filters=[{"Key": "logsetName", "Values": [NAME]}]).Logsets
        (lines,) = self.ask(cls, "DescribeTopics", Filters=[{"Key": "topicId", "Values": [topic]}]).Topics
        role = self.ask(cam, "GetRole", RoleName=NAME).RoleInfo
        attached = self.ask(cam, "ListAttachedRolePolicies", RoleName=NAME, Page=1, Rp=10).List
        (policy,) = (one.PolicyId for one in attached if one.PolicyName == NAME)
        document = json.loads(self.ask(cam, "GetPolicy", PolicyId=policy).PolicyDocument)
        (rule,) = self.cos.get_bucket_lifecycle(self.bucket)["Rule"]
        (encryption,) = self.cos.get_bucket_encryption(self.bucket)["Rule"]
        return {
            "namespace": self.namespaces()[NAME],
            "logset": {one.Key: one.Value for one in logset.Tags},
            "topic": (lines.Period, lines.Index, {one.Key: one.Value for one in lines.Tags}),
            "index": self.ask(cls, "DescribeIndex", TopicId=topic).Rule.FullText.CaseSensitive,
            "bucket": {one["Key"]: one["Value"] for one in self.cos.get_bucket_tagging(self.bucket)["TagSet"]["Tag"]},
            "versioning": self.cos.get_bucket_versioning(self.bucket).get("Status"),
            "days": rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"],
            "encryption": encryption["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"],
            "object": self.cos.get_object(self.bucket, KEY)["Body"].get_raw_stream().read(),
            "role": (role.Description, {one.Key: one.Value for one in role.Tags}),
            "policy": (document["statement"][0]["resource"], sorted(one.PolicyName for one in attached)),
        }

    def namespaces(self) -> dict[str, str]:
        return {one.Name: one.Description for one in self.ask(scf, "ListNamespaces", Limit=100, Offset=0).Namespaces}

    def left(self) -> list[str]:
        """Names of what is still there after a destroy."""
        roles = [one.RoleName for one in self.ask(cam, "DescribeRoleList", Page=1, Rp=200).List]
        policies = [one.PolicyName for one in self.ask(cam, "ListPolicies", Scope="Local").List]
        logsets = [one.LogsetName for one in self.ask(cls, "DescribeLogsets", Limit=100).Logsets]
        found = [*roles, *policies, *logsets, *self.namespaces()]
        try:
            self.cos.head_bucket(self.bucket)
            found.append(self.bucket)
        except CosServiceError as error:
            assert error.get_status_code() == 404
        return [one for one in found if one.startswith(NAME)]


def expected(text: str, days: int, case_sensitive: bool, tags: dict[str, str]) -> dict[str, Any]:
    return {
        "namespace": text,
        "logset": tags,
        "topic": (days, True, tags),
        "index": case_sensitive,
        "bucket": tags,
        "versioning": None,
        "days": str(days),
        "encryption": "AES256",
        "object": text.encode(),
        "role": (text, tags),
        "policy": ([f"qcs::cos:::{NAME}-{text}/*"], sorted([NAME, "QcloudCOSReadOnlyAccess"])),
    }


@pytest.fixture
def stack(account: LocalAccount, programs: Path, tmp_path: Path) -> PulumiCli:
    made = account.stack(tmp_path / "stack", programs / "tencent_upstream.py", NAME)
    # Retried for minutes otherwise, where something is wrong (terraform-provider-tencentcloud 1.81.90).
    limits = {"TENCENTCLOUD_READ_RETRY_TIMEOUT": "1", "TENCENTCLOUD_WRITE_RETRY_TIMEOUT": "1"}
    made.environment.update(limits)
    made.configure(t__name=NAME, t__appId=account.cloud.home.tencent.app_id)
    return made


def test_upstreams_resources_come_as_declared_stay_and_go(account: LocalAccount, stack: PulumiCli) -> None:
    judge = Judge(account)
    stack.up()
    topic = str(stack.outputs()["topic"])
    assert judge.seen(topic) == expected("first", 7, False, {"app": NAME, "team": "first"})
    # What was written is what is read, and there is nothing to do.
    stack.refresh("--expect-no-changes")
    stack.up("--expect-no-changes")

    stack.configure(t__step="2")
    assert stack.up().changes == {"updated": 8, "unchanged": 3}
    assert str(stack.outputs()["topic"]) == topic
    assert judge.seen(topic) == expected("changed", 14, True, {"app": NAME, "stage": "second"})
    stack.refresh("--expect-no-changes")
    stack.preview("--expect-no-changes")

    stack.destroy()
    assert judge.left() == []
    unknown = [line for line in account.journal() if line.get("unknown") and line["service"]]
    assert unknown == []
