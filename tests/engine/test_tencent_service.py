"""A service on Tencent Cloud, on the real engine and plugins: made, left alone, called, changed, destroyed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.clients import http_client
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.tencent_api import ask
from yunfn.localcloud.connection import Connection

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
DOMAIN = "words.example.com"
_CODE = """\
import json, os
import words

def handler(event, context):
    answer = {"said": "first", "word": words.WORD, "greeting": os.environ["GREETING"], "path": event["path"]}
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(answer)}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("words")
    (made / "code").mkdir()
    (made / "content").mkdir()
    _write(made, said="first", word="one")
    return made


@pytest.fixture(scope="module")
def shared(tencent_artifact_bucket: str, module_stack: NewStack, folder: Path) -> PulumiCli:
    """The stack of all tests: not made yet, up, changed or destroyed, as the test before left it."""
    made = module_stack("tencent_service")
    made.configure(t__code=str(folder / "code"), t__content=str(folder / "content"), t__domain=DOMAIN)
    return made


@pytest.fixture
def stack(shared: PulumiCli, folder: Path) -> PulumiCli:
    """The stack up with its first code and layer, whatever ran before."""
    if _write(folder, said="first", word="one") or not shared.outputs():
        shared.up()
    return shared


def _write(folder: Path, said: str, word: str) -> bool:
    """Write the code, which answers ``said``, and the layer, which knows ``word``; whether that is a change."""
    texts = {
        folder / "code" / "index.py": _CODE.replace("first", said),
        folder / "content" / "words.py": f'WORD = "{word}"\n',
    }
    stale = [path for path, text in texts.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        path.write_text(texts[path])
    return bool(stale)


def _answer(cloud: Connection, url: str) -> dict[str, Any]:
    with http_client(cloud) as client:
        answer = client.get(url)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _function(cloud: Connection, stack: PulumiCli, qualifier: str = "$LATEST") -> dict[str, Any]:
    said = stack.outputs()
    return ask(
        cloud, "scf", "GetFunction", FunctionName=said["function"], Namespace=said["namespace"], Qualifier=qualifier
    )


def test_up_again_and_refresh_find_nothing_to_do(stack: PulumiCli) -> None:
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")


def test_it_answers_by_url_and_by_domain_with_the_layers_word(cloud: Connection, stack: PulumiCli) -> None:
    said = stack.outputs()
    assert re.fullmatch(r"https://[0-9]+-[a-z0-9]{10}\.ap-shanghai\.tencentscf\.com/?", said["url"])
    expected = {"said": "first", "word": "one", "greeting": "hello"}
    assert _answer(cloud, f"{said['url'].rstrip('/')}/a/b") == {**expected, "path": "/a/b"}
    assert _answer(cloud, f"http://{DOMAIN}/x") == {**expected, "path": "/x"}


def test_the_function_is_as_declared(cloud: Connection, account: LocalAccount, stack: PulumiCli) -> None:
    said, found = stack.outputs(), _function(cloud, stack)
    assert (found["MemorySize"], found["Timeout"], found["Role"]) == (128, 10, said["role"])
    assert found["ClsTopicId"] == said["topic"]
    assert {"Key": "team", "Value": "words"} in found["Tags"]
    triggers = ask(cloud, "scf", "ListTriggers", FunctionName=said["function"], Namespace=said["namespace"])["Triggers"]
    assert {each["Type"]: (each["Qualifier"], each["CustomArgument"]) for each in triggers} == {
        "http": ("$DEFAULT", ""),
        "timer": ("$DEFAULT", "sweep"),
    }
    (policy,) = ask(cloud, "cam", "ListAttachedRolePolicies", RoleName=said["role"], Page=1, Rp=10)["List"]
    document = ask(cloud, "cam", "GetPolicy", PolicyId=int(policy["PolicyId"]))["PolicyDocument"]
    app_id = account.cloud.home.tencent.app_id
    assert f"qcs::cos:*:uid/{app_id}:pictures-{app_id}/in/*" in document


def test_another_account_is_refused_before_any_resource(stack: PulumiCli) -> None:
    stack.configure(yunfn__account="100000000001")
    refused = stack.preview(check=False)
    stack.unconfigure("yunfn__account")
    assert refused.code != 0
    assert "its setting yunfn:account is 100000000001" in refused.output
    assert "yunfn:scf" not in refused.output


def test_changes_of_code_and_layer_publish_one_version_that_the_alias_moves_to_and_replace_no_function(
    cloud: Connection, stack: PulumiCli, folder: Path
) -> None:
    before, function = stack.outputs(), _function(cloud, stack)["FunctionId"]
    _write(folder, said="second", word="two")
    stack.up()
    after = stack.outputs()
    assert int(after["version"]) == int(before["version"]) + 1
    assert after["layer"] == re.sub(r"[0-9]+$", lambda number: str(int(number[0]) + 1), before["layer"])
    alias = ask(cloud, "scf", "GetAlias", FunctionName=after["function"], Namespace=after["namespace"], Name="$DEFAULT")
    assert alias["FunctionVersion"] == after["version"]
    assert _function(cloud, stack)["FunctionId"] == function
    answer = _answer(cloud, after["url"])
    assert (answer["said"], answer["word"]) == ("second", "two")
    # Instances stand ready for what serves, and for nothing else.
    place = {"FunctionName": after["function"], "Namespace": after["namespace"]}
    ready = ask(cloud, "scf", "GetProvisionedConcurrencyConfig", **place)["Allocated"]
    assert [each["Qualifier"] for each in ready] == [after["version"]]
    # What was published before is as it was.
    old = _function(cloud, stack, before["version"])["Layers"]
    assert [f"{each['LayerName']}:{each['LayerVersion']}" for each in old] == [before["layer"]]
    stack.up("--expect-no-changes")


def test_destroy_leaves_packages_and_layer_versions_only(cloud: Connection, shared: PulumiCli) -> None:
    if not shared.outputs():
        shared.up()
    said = shared.outputs()
    name = said["layer"].rpartition(":")[0]
    # Of what another test published, too, if it ran on this worker.
    versions = ask(cloud, "scf", "ListLayerVersions", LayerName=name)["LayerVersions"]
    assert versions
    shared.destroy()
    spaces = ask(cloud, "scf", "ListNamespaces", Limit=100, Offset=0)["Namespaces"]
    assert said["namespace"] not in {each["Name"] for each in spaces}
    assert ask(cloud, "scf", "ListCustomDomains", Limit=20, Offset=0)["Domains"] == []
    assert said["role"] not in {
        each["RoleName"] for each in ask(cloud, "cam", "DescribeRoleList", Page=1, Rp=200)["List"]
    }
    assert ask(cloud, "scf", "ListLayerVersions", LayerName=name)["LayerVersions"] == versions
