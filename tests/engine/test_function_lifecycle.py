"""A function's life, on the real engine and provider: made, left alone, changed, drifted, mended, destroyed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_fc20230330 import models

from support.clients import FunctionComputeClient, http_client
from support.greeter import write_greeter
from support.pulumi_cli import Outcome, PulumiCli
from yunfn.localcloud.connection import Connection

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the code of the stack that the tests share."""
    return write_greeter(tmp_path_factory.mktemp("greeter"))


@dataclass
class First:
    """How the stack went up, and what the function answered then, with the version that did."""

    up: Outcome
    answer: tuple[dict[str, Any], str]


@pytest.fixture(scope="module")
def made(module_stack: NewStack, code: Path, cloud: Connection) -> tuple[PulumiCli, First]:
    stack = module_stack("one_function")
    stack.configure(t__code=str(code))
    up = stack.up()
    return stack, First(up, _ask(cloud, stack))


@pytest.fixture
def stack(made: tuple[PulumiCli, First]) -> PulumiCli:
    """One stack for all: each test takes it as it stands, up and serving, and leaves it so, in whatever order."""
    return made[0]


def _ask(cloud: Connection, stack: PulumiCli) -> tuple[dict[str, Any], str]:
    """What the function answers at its URL, and the version that answered."""
    with http_client(cloud) as client:
        answer = client.get(stack.outputs()["url"])
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["x-fc-invocation-function-version"]


def _rewrite(code: Path, said: str) -> None:
    text = (code / "index.py").read_text()
    (code / "index.py").write_text(re.sub(r'"said": "\w+"', f'"said": "{said}"', text))


def test_up_serves_and_a_second_up_and_a_refresh_find_nothing_to_do(
    stack: PulumiCli, made: tuple[PulumiCli, First]
) -> None:
    assert made[1].up.changes["created"] >= 12
    assert made[1].answer == ({"said": "first", "env": "hello"}, "1")
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    stack.preview("--expect-no-changes")


def test_the_real_plugin_answers_and_no_mocks_do(cloud: Connection, stack: PulumiCli) -> None:
    """Mocks would leave the cloud untouched: what is in the state must be in the cloud, by the provider's requests."""
    operations = {line["operation"] for line in _journal(cloud) if line["service"] == "fc" and line["status"] == 200}
    assert {"CreateFunction", "PublishFunctionVersion", "CreateAlias", "CreateTrigger"} <= operations
    plugins = json.loads(stack.run("plugin", "ls", "--json", with_stack=False).output)
    assert [each["version"] for each in plugins if each["name"] == "alicloud"] == ["4.0.0"]
    assert not [line for line in _journal(cloud) if line.get("unknown")]


def test_a_change_of_code_publishes_a_version_and_moves_the_alias(
    cloud: Connection, stack: PulumiCli, code: Path
) -> None:
    before, (answer, version) = _urns(stack), _ask(cloud, stack)
    versions = _versions(cloud, stack)
    _rewrite(code, "second")
    changed = stack.up()
    new = str(int(version) + 1)
    assert _ask(cloud, stack) == (answer | {"said": "second"}, new)
    # The package is another object; function and alias are updated, the version is published anew; no more.
    assert changed.changes["updated"] == 2
    assert changed.changes["replaced"] == 1
    assert changed.changes["created"] == 1
    assert len(_urns(stack)) == len(before)
    assert _versions(cloud, stack) == [new, *versions]
    stack.up("--expect-no-changes")


def test_a_touched_file_of_equal_content_is_no_change(stack: PulumiCli, code: Path) -> None:
    (code / "index.py").touch()
    (code / "__pycache__").mkdir()
    (code / "__pycache__" / "index.cpython-310.pyc").write_bytes(b"\0")
    stack.up("--expect-no-changes")


def test_a_change_of_environment_only_publishes_a_version_and_uploads_nothing(
    cloud: Connection, stack: PulumiCli
) -> None:
    answer, version = _ask(cloud, stack)
    objects = _uploads(cloud)
    stack.configure(t__greeting="nihao")
    stack.up()
    assert _ask(cloud, stack) == (answer | {"env": "nihao"}, str(int(version) + 1))
    assert _uploads(cloud) == objects


def test_what_changed_behind_pulumis_back_is_seen_as_drift_and_mended(cloud: Connection, stack: PulumiCli) -> None:
    client = FunctionComputeClient(cloud)
    name, greeting = stack.outputs()["function"], _ask(cloud, stack)[0]["env"]
    body = models.UpdateFunctionInput(memory_size=512, environment_variables={"GREETING": "meddled"})
    client.call("update_function", name, models.UpdateFunctionRequest(body=body))
    seen = stack.run("refresh", "--preview-only", "--diff", "--non-interactive")
    assert "meddled" in seen.output
    stack.refresh()
    mended = stack.up()
    assert mended.changes["updated"] >= 1
    function = client.call("get_function", name, models.GetFunctionRequest())
    assert (function.memory_size, function.environment_variables["GREETING"]) == (256, greeting)


def test_a_function_deleted_behind_pulumis_back_comes_again(cloud: Connection, stack: PulumiCli) -> None:
    answer, _ = _ask(cloud, stack)
    _delete_function(FunctionComputeClient(cloud), stack.outputs()["function"])
    stack.refresh()
    stack.up()
    assert _ask(cloud, stack)[0] == answer


def test_a_rename_makes_the_new_function_before_the_old_one_goes(cloud: Connection, stack: PulumiCli) -> None:
    old, (answer, _) = stack.outputs()["function"], _ask(cloud, stack)
    stack.configure(**{"t__function-name": f"{old}-renamed"})
    begun = len(_journal(cloud))
    stack.up()
    assert stack.outputs()["function"] == f"{old}-renamed"
    assert _ask(cloud, stack)[0] == answer
    assert old not in _functions(cloud)
    kinds = ("CreateFunction", "DeleteFunction")
    made_and_gone = [line["operation"] for line in _journal(cloud)[begun:] if line["operation"] in kinds]
    assert made_and_gone == ["CreateFunction", "DeleteFunction"]


def test_a_create_that_fails_in_the_middle_is_finished_by_the_next_up_and_destroy_leaves_nothing(
    cloud: Connection, new_stack: NewStack, code: Path
) -> None:
    # The cloud refuses the function, after role, policy, logs and package were made: its memory is sold out
    # by name, since the components would refuse what the cloud always refuses.
    client = FunctionComputeClient(cloud)
    stack = new_stack("one_function")
    stack.configure(t__code=str(code), **{"t__function-name": "taken-by-somebody"})
    zipped = client.call(
        "create_function",
        models.CreateFunctionRequest(
            body=models.CreateFunctionInput(
                function_name="taken-by-somebody",
                handler="index.handler",
                runtime="python3.10",
                code=models.InputCodeLocation(zip_file=_zip(code)),
            )
        ),
    )
    assert zipped.function_name == "taken-by-somebody"
    failed = stack.up(check=False)
    assert failed.code != 0
    assert "taken-by-somebody" in failed.output
    assert "FunctionAlreadyExists" in failed.output
    assert [each for each in _types(stack) if each.endswith("role:Role")]
    _delete_function(client, "taken-by-somebody")
    stack.up()
    assert _ask(cloud, stack)[0]["env"] == "hello"
    stack.up("--expect-no-changes")
    stack.destroy()
    assert stack.resources() == [] or {each["type"] for each in stack.resources()} == {"pulumi:pulumi:Stack"}
    assert "taken-by-somebody" not in _functions(cloud)


def _journal(cloud: Connection) -> list[dict[str, Any]]:
    return [json.loads(line) for line in cloud.ask("GET", "/journal").text.splitlines()]


def _uploads(cloud: Connection) -> int:
    wanted = ("PutObject", "UploadPart", "PostObject")
    return sum(1 for line in _journal(cloud) if line["operation"] in wanted and "yunfn-artifacts" in line["resource"])


def _urns(stack: PulumiCli) -> set[str]:
    return {each["urn"] for each in stack.resources()}


def _types(stack: PulumiCli) -> set[str]:
    return {each["type"] for each in stack.resources()}


def _versions(cloud: Connection, stack: PulumiCli) -> list[str]:
    answer = FunctionComputeClient(cloud).call(
        "list_function_versions", stack.outputs()["function"], models.ListFunctionVersionsRequest()
    )
    return [each.version_id for each in answer.versions]


def _functions(cloud: Connection) -> list[str]:
    answer = FunctionComputeClient(cloud).call("list_functions", models.ListFunctionsRequest(limit=100))
    return [each.function_name for each in answer.functions or ()]


def _delete_function(client: FunctionComputeClient, name: str) -> None:
    """Delete a function as a person would in the console, with all that hangs on it."""
    for each in client.call("list_triggers", name, models.ListTriggersRequest()).triggers or ():
        client.call("delete_trigger", name, each.trigger_name)
    for each in client.call("list_aliases", name, models.ListAliasesRequest()).aliases or ():
        client.call("delete_alias", name, each.alias_name)
    for each in client.call("list_function_versions", name, models.ListFunctionVersionsRequest()).versions or ():
        client.call("delete_function_version", name, each.version_id)
    client.call("delete_function", name)


def _zip(code: Path) -> str:
    import base64
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(code / "index.py", "index.py")
    return base64.b64encode(buffer.getvalue()).decode()
