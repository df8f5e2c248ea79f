"""A stack made by the release before the plugin goes on with this one: nothing is made anew, deleted or refused."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from alibabacloud_fc20230330 import models

from support.clients import FunctionComputeClient, http_client
from support.local_account import LocalAccount, writes
from support.pulumi_cli import ROOT, PulumiCli

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
#: The last commit whose components declared upstream's resources for uploads, versions and aliases.
PREVIOUS = "78f7a17"
PROGRAMS = Path(__file__).parent / "programs"
TAKEN_OVER = {"yunfn:storage:Artifact", "yunfn:fc:FunctionVersion", "yunfn:fc:Alias"}
UPSTREAM = {
    "alicloud:oss/bucketObject:BucketObject",
    "alicloud:fc/v3FunctionVersion:V3FunctionVersion",
    "alicloud:fc/v3Alias:V3Alias",
}


@pytest.fixture(scope="session")
def previous_release(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The source folder of the previous release, out of the repository's history; None where that is cut off."""
    command = ["git", "-C", str(ROOT), "archive", PREVIOUS, "components"]
    archive = subprocess.run(command, capture_output=True)
    if archive.returncode:
        return None
    folder = tmp_path_factory.mktemp("previous")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as packed:
        packed.extractall(folder, filter="data")
    return folder / "components"


def _content(folder: Path, said: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "words.py").write_text(f'SAID = "{said}"\n')
    return folder


class Upgrade:
    """One stack, first of the previous release, then of this one."""

    def __init__(self, account: LocalAccount, stack: PulumiCli, previous: Path | None, folder: Path) -> None:
        self.account = account
        self.stack = stack
        self.code, self.content = folder / "code", _content(folder / "content", "first")
        self.code.mkdir()
        (self.code / "index.py").write_text(
            "import os\nimport words\n\n\ndef handler(event, context):\n"
            "    return f\"{words.SAID} {os.environ['KEY']}\"\n"
        )
        stack.configure(t__code=str(self.code), t__content=str(self.content))
        stack.configure_secret(t__key="sesame")
        self._previous = previous

    def made(self) -> None:
        """Make the stack by the previous release: its own source, or this one's with the resources it declared."""
        now, program = self.stack.environment, self.stack.folder / "__main__.py"
        text = program.read_text()
        if self._previous is None:
            program.write_text((PROGRAMS / "upstream_resources.py").read_text() + text)
        else:
            before = os.pathsep.join([str(self._previous), now.get("PYTHONPATH", "")])
            self.stack.environment = {**now, "PYTHONPATH": before}
        self.stack.up()
        program.write_text(text)
        assert self.types() > UPSTREAM
        assert not self.types() & TAKEN_OVER
        self.stack.environment = now

    def types(self) -> set[str]:
        return {each["type"] for each in self.stack.resources()}

    def ids(self) -> dict[str, str]:
        """Ids of what is taken over, by name."""
        kinds = TAKEN_OVER | UPSTREAM
        return {each["urn"].rpartition("::")[2]: each["id"] for each in self.stack.resources() if each["type"] in kinds}

    def providers(self) -> list[str]:
        """The providers of what is taken over."""
        kinds = TAKEN_OVER | UPSTREAM
        return [each["provider"] for each in self.stack.resources() if each["type"] in kinds]

    def versions(self) -> list[str]:
        fc = FunctionComputeClient(self.account.cloud)
        name = self.stack.outputs()["function"]
        answer = fc.call("list_function_versions", name, models.ListFunctionVersionsRequest())
        return [each.version_id for each in answer.versions]

    def said(self) -> tuple[str, str]:
        with http_client(self.account.cloud) as client:
            answer = client.get(self.stack.outputs()["url"])
        return answer.text, answer.headers["x-fc-invocation-function-version"]


@pytest.fixture
def upgrade(
    new_stack: NewStack, account: LocalAccount, previous_release: Path | None, tmp_path: Path, by_hand: bool
) -> Upgrade:
    return Upgrade(account, new_stack("upgraded"), None if by_hand else previous_release, tmp_path)


# By hand: what the previous release declared, written down; it needs no history of the repository.
@pytest.mark.parametrize(("provider", "by_hand"), [("default", False), ("explicit", False), ("default", True)])
def test_a_stack_of_the_previous_release_goes_on(upgrade: Upgrade, provider: str) -> None:
    """Also where upstream's provider was named by the program: the plugin's resources are not its own."""
    upgrade.stack.configure(t__explicit="true" if provider == "explicit" else "false")
    upgrade.made()
    assert all(f"pulumi:providers:alicloud::{provider}" in each for each in upgrade.providers())
    stack, account = upgrade.stack, upgrade.account
    outputs, ids, resources = stack.outputs(), upgrade.ids(), len(stack.resources())
    assert len(ids) == 4

    before = len(account.journal())
    preview = stack.preview("--diff")
    assert set(preview.changes) == {"to update", "unchanged"}, preview.output
    assert preview.changes["to update"] == 4
    upped = stack.up()
    assert set(upped.changes) == {"updated", "unchanged"}, upped.output
    assert upped.changes["updated"] == 4
    asked = account.journal()[before:]
    assert [line for line in asked if line["status"] >= 400] == []
    assert writes(asked) == []

    assert upgrade.types() >= TAKEN_OVER
    assert not upgrade.types() & UPSTREAM
    # The provider of the resources is new, everything else is what it was.
    assert len(stack.resources()) == resources + 1
    assert stack.outputs() == outputs
    assert upgrade.ids() == ids
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    stack.up("--expect-no-changes")
    assert upgrade.said() == ("first sesame", "1")

    # It is a stack as any other from now on, and may roll out.
    _content(upgrade.content, "second")
    stack.configure(t__rollout="true")
    rolled = stack.up()
    assert "step 1 of 1: 50 % to 1, 50 % to 2" in rolled.output
    assert upgrade.said() == ("second sesame", "2")
    assert upgrade.versions() == ["2", "1"]
