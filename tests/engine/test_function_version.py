"""The resource ``yunfn:fc:FunctionVersion`` through the real engine, plugin and SDK, over the local cloud."""

from __future__ import annotations

import base64
import io
import threading
import zipfile
from collections.abc import Callable

import pytest
from alibabacloud_fc20230330 import models

from support.clients import FunctionComputeClient
from support.local_account import LocalAccount, writes
from support.pulumi_cli import Outcome, PulumiCli
from support.running_update import RunningUpdate
from support.slow_relay import slow_relay

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]


def _code(said: str) -> models.InputCodeLocation:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("index.py", f"def handler(event, context):\n    return {said!r}\n")
    return models.InputCodeLocation(zip_file=base64.b64encode(content.getvalue()).decode())


class Function:
    """A function made by hand."""

    def __init__(self, account: LocalAccount, name: str) -> None:
        self.name = name
        self._fc = FunctionComputeClient(account.cloud)
        body = models.CreateFunctionInput(
            function_name=name, runtime="python3.10", handler="index.handler", code=_code("first")
        )
        self._fc.call("create_function", models.CreateFunctionRequest(body=body))

    def change(self, said: str) -> None:
        body = models.UpdateFunctionInput(code=_code(said))
        self._fc.call("update_function", self.name, models.UpdateFunctionRequest(body=body))

    def publish(self, description: str) -> str:
        body = models.PublishVersionInput(description=description)
        request = models.PublishFunctionVersionRequest(body=body)
        return str(self._fc.call("publish_function_version", self.name, request).version_id)

    def versions(self) -> dict[str, str]:
        """Descriptions by version."""
        answer = self._fc.call("list_function_versions", self.name, models.ListFunctionVersionsRequest())
        return {each.version_id: each.description for each in answer.versions}

    def delete_version(self, version: str) -> None:
        self._fc.call("delete_function_version", self.name, version)


@pytest.fixture
def function(account: LocalAccount, request: pytest.FixtureRequest) -> Function:
    return Function(account, f"f-{abs(hash(request.node.name)) % 10**8}")


@pytest.fixture
def stack(new_stack: NewStack, account: LocalAccount, function: Function) -> PulumiCli:
    made = new_stack("one_function_version")
    made.configure(t__account=account.id, t__function=function.name, t__fingerprint="aaa")
    return made


def test_each_fingerprint_is_a_version(account: LocalAccount, stack: PulumiCli, function: Function) -> None:
    preview = stack.preview()
    assert "version" in preview.output
    assert function.versions() == {}
    stack.up()
    assert stack.outputs()["version"] == "1"
    assert function.versions() == {"1": "yunfn:aaa"}
    before = len(account.journal())
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    assert not writes(account.journal()[before:])

    function.change("second")
    stack.configure(t__fingerprint="bbb")
    stack.up()
    assert stack.outputs()["version"] == "2"
    # The first one is retained.
    assert function.versions() == {"1": "yunfn:aaa", "2": "yunfn:bbb"}
    assert [each["id"] for each in stack.resources() if each["type"] == "yunfn:fc:FunctionVersion"] == [
        f"{function.name}:2"
    ]


def test_the_newest_version_is_adopted_if_it_carries_the_fingerprint(
    account: LocalAccount, stack: PulumiCli, function: Function
) -> None:
    """What a run leaves that was killed between the publish and its record."""
    function.publish("yunfn:aaa")
    # Even if the function changed since: the version is what was asked for.
    function.change("second")
    before = len(account.journal())
    stack.up()
    assert stack.outputs()["version"] == "1"
    assert not writes(account.journal()[before:])
    assert stack.outputs()["created"]


def test_killed_right_after_the_publish_the_next_run_adopts_it(
    account: LocalAccount, stack: PulumiCli, function: Function
) -> None:
    """The version is there, its number never reached the plugin, and publishing again would be refused."""
    before = len(account.journal())
    killed = threading.Event()
    with slow_relay(account.cloud.proxy_port, rate=10e6) as relay:
        proxy = f"http://127.0.0.1:{relay.port}"
        direct, stack.environment = stack.environment, {**stack.environment, "HTTPS_PROXY": proxy, "https_proxy": proxy}
        update = RunningUpdate(stack)

        one_at_a_time = threading.Lock()

        def kill_once_published() -> None:
            # The answers of the cloud wait here.
            with one_at_a_time:
                if not killed.is_set() and function.versions():
                    killed.set()
                    update.kill_plugin()

        relay.before_answer = kill_once_published
        assert update.end() != 0
    assert killed.is_set()
    assert function.versions() == {"1": "yunfn:aaa"}
    assert "yunfn:fc:FunctionVersion" not in [each["type"] for each in stack.resources()]
    stack.environment = direct
    stack.up()
    assert stack.outputs()["version"] == "1"
    assert function.versions() == {"1": "yunfn:aaa"}
    asked = [line for line in account.journal()[before:] if line["operation"] == "PublishFunctionVersion"]
    assert [line["status"] for line in asked] == [200]


def test_an_older_version_is_not_adopted_while_the_function_can_be_published(
    stack: PulumiCli, function: Function
) -> None:
    """From A to B and back to A: the newest version has to be an A."""
    function.publish("yunfn:aaa")
    function.change("second")
    function.publish("yunfn:bbb")
    function.change("first")
    stack.up()
    assert stack.outputs()["version"] == "3"
    assert function.versions()["3"] == "yunfn:aaa"


def test_a_publish_refused_as_unchanged_adopts_the_version_of_the_fingerprint(
    stack: PulumiCli, function: Function
) -> None:
    function.publish("yunfn:aaa")
    function.change("second")
    function.publish("by hand")
    stack.up()
    assert stack.outputs()["version"] == "1"
    assert function.versions() == {"1": "yunfn:aaa", "2": "by hand"}


def test_a_publish_refused_as_unchanged_adopts_the_newest_version_that_is_the_same(
    stack: PulumiCli, function: Function
) -> None:
    function.publish("by hand")
    stack.up()
    assert stack.outputs() == {
        "version": "1",
        "description": "by hand",
        "created": stack.outputs()["created"],
    }
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")


def test_a_version_that_was_deleted_cannot_be_published_again(stack: PulumiCli, function: Function) -> None:
    function.publish("yunfn:aaa")
    function.change("second")
    function.delete_version(function.publish("yunfn:bbb"))
    stack.configure(t__fingerprint="bbb")
    refused = stack.up(check=False)
    assert refused.code != 0
    assert f"version: Function Compute refuses to publish {function.name}: nothing changed" in refused.output
    assert "the newest there, 1, has other code or configuration: the version was deleted" in refused.output
    assert "Traceback" not in refused.output
    function.change("third")
    stack.up()
    assert function.versions()["3"] == "yunfn:bbb"


def test_a_version_that_is_gone_is_published_anew_after_a_refresh(stack: PulumiCli, function: Function) -> None:
    stack.up()
    function.delete_version("1")
    function.change("second")
    stack.refresh()
    assert "yunfn:fc:FunctionVersion" not in [each["type"] for each in stack.resources()]
    stack.up()
    assert stack.outputs()["version"] == "2"


def test_destroy_removes_it_where_it_is_not_retained(stack: PulumiCli, function: Function) -> None:
    stack.configure(t__delete="true")
    stack.up()
    stack.destroy()
    assert function.versions() == {}


def _import(stack: PulumiCli, name: str, id: str) -> Outcome:
    token = "yunfn:fc:FunctionVersion"
    options = ("--yes", "--skip-preview", "--protect=false", "--generate-code=false")
    return stack.run("import", *options, token, name, id, check=False)


def test_it_is_imported_by_function_and_version(stack: PulumiCli, function: Function) -> None:
    function.publish("yunfn:aaa")
    assert _import(stack, "version", f"{function.name}:1").code == 0
    urn = f"urn:pulumi:{stack.stack}::yunfn-test::yunfn:fc:FunctionVersion::version"
    stack.up("--expect-no-changes", "--target", urn)
    function.change("second")
    function.publish("by hand")
    refused = _import(stack, "other", f"{function.name}:2")
    assert "is no version that yunfn published: its description is 'by hand'" in refused.output
    assert _import(stack, "other", f"{function.name}:7").code != 0


def test_wrong_inputs_are_refused_in_preview(stack: PulumiCli, account: LocalAccount, function: Function) -> None:
    stack.configure(t__description="something else")
    before = len(account.journal())
    refused = stack.preview(check=False)
    assert refused.code != 0
    assert "must hold yunfn:aaa: versions are found by it" in refused.output
    assert not [line for line in account.journal()[before:] if line["service"] == "fc"]
    stack.configure(t__description="release 7 yunfn:aaa")
    stack.up()
    assert function.versions() == {"1": "release 7 yunfn:aaa"}


def test_another_accounts_function_is_refused(stack: PulumiCli, account: LocalAccount, function: Function) -> None:
    stack.configure(t__account="1000000000000001")
    refused = stack.up(check=False)
    assert refused.code != 0
    assert (
        "version: belongs to account 1000000000000001, but the credentials of the provider yunfn belong to account "
        f"{account.id}. Nothing was changed" in refused.output
    )
    assert function.versions() == {}
