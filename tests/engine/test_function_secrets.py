"""Secrets of functions on both clouds: the function knows them, and nothing else does."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_fc20230330 import models

from support import secret_scan
from support.clients import FunctionComputeClient, http_client
from support.kms_keys import alibaba_kms
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.rights_of_roles import CamRoles, RamRoles
from support.tencent_api import ask
from yunfn import secrets

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")]
NewStack = Callable[[str], PulumiCli]
NAMES = ("TOKEN", "PLAINLY_GIVEN")
_CODE = """\
import hashlib, json, os
from yunfn_secrets import SecretError, secret

def handler(event, context):
    def told(name):
        try:
            return hashlib.sha256(secret(name, context).encode()).hexdigest()
        except SecretError as error:
            return str(error)
    said = {name: told(name) for name in ("TOKEN", "PLAINLY_GIVEN")}
    return {"statusCode": 200, "headers": {}, "body": json.dumps(said)}
"""


@pytest.fixture
def planted() -> dict[str, str]:
    return {name: f"{name.lower()}-{uuid.uuid4()}/+ä=" for name in NAMES}


@pytest.fixture
def keys(account: LocalAccount) -> dict[str, str]:
    made = alibaba_kms(account, "CreateKey")["KeyMetadata"]
    tencent = ask(account.cloud, "kms", "CreateKey", Alias=f"of-{uuid.uuid4().hex[:8]}")
    # By its ARN on one cloud, by its id on the other.
    return {"alibaba": made["Arn"], "tencent": tencent["KeyId"]}


@pytest.fixture
def stack(
    new_stack: NewStack, tencent_artifact_bucket: str, planted: dict[str, str], keys: dict[str, str]
) -> PulumiCli:
    made = new_stack("function_secrets")
    (made.folder / "keeper").mkdir()
    (made.folder / "keeper" / "index.py").write_text(_CODE)
    made.configure(**{f"t__{cloud}-key": key for cloud, key in keys.items()})
    made.configure_secret(t__token=planted["TOKEN"], t__plain=planted["PLAINLY_GIVEN"])
    return made


def _told(account: LocalAccount, stack: PulumiCli) -> dict[str, dict[str, str]]:
    """What the functions answer: of each secret its SHA-256, or why they do not have it."""
    with http_client(account.cloud) as client:
        said = stack.outputs()
        return {cloud: client.get(said[cloud]["url"]).json() for cloud in ("alibaba", "tencent")}


def _sums(planted: dict[str, str]) -> dict[str, dict[str, str]]:
    one = {name: hashlib.sha256(value.encode()).hexdigest() for name, value in planted.items()}
    return {"alibaba": one, "tencent": one}


def _environments(account: LocalAccount, stack: PulumiCli) -> dict[str, dict[str, str]]:
    """The functions' variables, as the clouds keep them."""
    said = stack.outputs()
    fc = FunctionComputeClient(account.cloud).call(
        "get_function", said["alibaba"]["name"], models.GetFunctionRequest()
    )  # fmt: skip
    scf = ask(account.cloud, "scf", "GetFunction", FunctionName=said["tencent"]["name"])
    variables = scf["Environment"]["Variables"]
    return {"alibaba": fc.environment_variables, "tencent": {each["Key"]: each["Value"] for each in variables}}


def _kms_calls(account: LocalAccount) -> list[str]:
    return [line["operation"] for line in account.journal() if line["service"] == "kms"]


def test_the_function_knows_its_secrets_and_nothing_else_does(
    account: LocalAccount, stack: PulumiCli, planted: dict[str, str], keys: dict[str, str]
) -> None:
    said = [stack.up("--diff").output]
    assert _told(account, stack) == _sums(planted)
    first = _environments(account, stack)
    ids = {"alibaba": keys["alibaba"].rpartition("/")[2], "tencent": keys["tencent"]}
    prefixes = {"alibaba": secrets.ALIBABA, "tencent": secrets.TENCENT}
    for cloud, variables in first.items():
        assert {"SEEN", secrets.KEY, *NAMES} <= set(variables)
        assert variables[secrets.KEY] == ids[cloud]
        assert all(variables[name].startswith(prefixes[cloud]) for name in NAMES)
    assert {"Encrypt", "Decrypt"} <= set(_kms_calls(account))
    _the_right_is_needed(account, stack, keys)

    # Nothing changes by itself, and nobody asks KMS.
    asked = _kms_calls(account)
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    second = dict(planted, TOKEN=f"second-{uuid.uuid4()}")
    stack.configure_secret(t__token=second["TOKEN"])
    said.append(stack.preview("--diff").output)
    assert _kms_calls(account) == asked
    versions = {cloud: stack.outputs()[cloud]["version"] for cloud in first}
    said.append(stack.up("--diff").output)
    assert _told(account, stack) == _sums(second)
    now = _environments(account, stack)
    for cloud, variables in now.items():
        assert variables["TOKEN"] != first[cloud]["TOKEN"]
        assert variables["PLAINLY_GIVEN"] == first[cloud]["PLAINLY_GIVEN"]
        assert stack.outputs()[cloud]["version"] != versions[cloud]

    third = f"third-{uuid.uuid4()}"
    stack.configure_secret(t__token=third)
    alibaba_kms(account, "DisableKey", KeyId=ids["alibaba"])
    ask(account.cloud, "kms", "DisableKey", KeyId=ids["tencent"])
    refused = stack.up(check=False)
    assert refused.code != 0
    assert "KMS Encrypt: Rejected.Disabled" in refused.output
    assert "KMS Encrypt: ResourceUnavailable.CmkDisabled" in refused.output
    plan = stack.folder / "plan.json"
    logged = stack.run("preview", "-v=9", "--logtostderr", "--save-plan", str(plan), "--non-interactive", check=False)
    assert logged.code == 0, logged.output[-3000:]
    said += [refused.output, _without_the_engines_own(logged.output)]

    everything = {**planted, "second": second["TOKEN"], "third": third}
    found = [report for text in said for report in secret_scan.in_text("what pulumi said", text, everything)]
    found += secret_scan.in_folder(stack.folder, everything)
    found += secret_scan.in_folder(account.cloud.home.folder, everything)
    found += secret_scan.in_processes(secret_scan.family(_server(account)), everything)
    assert found == []
    # The search finds what is there.
    shown = {"a ciphertext": now["alibaba"]["TOKEN"]}
    assert any(".json" in report for report in secret_scan.in_folder(account.cloud.home.pulumi, shown))
    assert any("cloud.sqlite" in report for report in secret_scan.in_folder(account.cloud.home.folder, shown))
    assert secret_scan.in_processes(secret_scan.family(_server(account)), shown)


def _without_the_engines_own(log: str) -> str:
    """A log of -v=9 without the lines in which the engine tells every property that it hands on, secret or not."""
    lines = log.splitlines()
    kept = [line for line in lines if "arshaling property for RPC[" not in line]
    assert 100 < len(kept) < len(lines)
    return "\n".join(kept)


def _server(account: LocalAccount) -> int:
    document: dict[str, Any] = json.loads(account.cloud.home.server.read_text())
    return int(document["pid"])


def _the_right_is_needed(account: LocalAccount, stack: PulumiCli, keys: dict[str, str]) -> None:
    """Each role may decrypt by its key and do nothing else; without it a new instance says which right it lacks."""
    uin, said = account.cloud.home.tencent.uin, stack.outputs()
    scf_key = f"qcs::kms:ap-shanghai:uin/{uin}:key/creatorUin/*/{keys['tencent']}"
    for roles, cloud, role, key in (
        (RamRoles(account), "alibaba", said["alibaba"]["role"].rpartition("/")[2], keys["alibaba"]),
        (CamRoles(account), "tencent", said["tencent"]["role"], scf_key),
    ):
        (right,) = (each for each in roles.rights() if each.role == role and each.policy is not None)
        assert (right.does.removeprefix("name/"), right.to) == ("kms:Decrypt", key)
        with roles.without(right):
            answer = _invoked_newest(account, cloud, said[cloud]["name"])
        assert "secret TOKEN (KMS key " in answer
        assert f"lacks the right kms:Decrypt on {key}" in answer


def _invoked_newest(account: LocalAccount, cloud: str, name: str) -> str:
    """What the function answers by no alias: an instance of its own, which has decrypted nothing yet."""
    if cloud == "alibaba":
        return FunctionComputeClient(account.cloud).invoke(name, b"{}", "LATEST")["body"]
    answer = ask(account.cloud, "scf", "Invoke", FunctionName=name, Qualifier="$LATEST", ClientContext="{}")
    return str(answer["Result"]["RetMsg"])
