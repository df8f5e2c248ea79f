"""New content of a layer publishes it anew and the function with it; versions in use before are kept."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from alibabacloud_fc20230330 import models

from support.clients import FunctionComputeClient, http_client
from support.cloud_calls import oss_bucket
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]


@pytest.fixture
def stack(new_stack: NewStack, tmp_path: Path) -> PulumiCli:
    code = tmp_path / "speaker"
    code.mkdir()
    (code / "index.py").write_text("import words\n\n\ndef handler(event, context):\n    return words.SAID\n")
    made = new_stack("one_layer")
    made.configure(t__code=str(code), t__content=str(_content(tmp_path / "content", "first")))
    return made


def _content(folder: Path, said: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "words.py").write_text(f'SAID = "{said}"\n')
    return folder


def _said(account: LocalAccount, stack: PulumiCli) -> tuple[str, str]:
    with http_client(account.cloud) as client:
        answer = client.get(stack.outputs()["url"])
    return answer.text, answer.headers["x-fc-invocation-function-version"]


def test_new_content_is_a_new_version_of_layer_and_function(
    account: LocalAccount, stack: PulumiCli, tmp_path: Path
) -> None:
    stack.up()
    assert _said(account, stack) == ("first", "1")
    first = stack.outputs()["layer"]
    # Equal content in another form, here a zip, is no change.
    archive = tmp_path / "content.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(tmp_path / "content" / "words.py", "words.py")
    stack.configure(t__content=str(archive))
    stack.up("--expect-no-changes")

    stack.configure(t__content=str(_content(tmp_path / "content", "second")))
    stack.up()
    assert _said(account, stack) == ("second", "2")
    assert stack.outputs()["layer"] == first.removesuffix("/1") + "/2"
    stack.up("--expect-no-changes")
    stack.refresh("--expect-no-changes")
    fc = FunctionComputeClient(account.cloud)
    name = first.split(":layers/")[1].split("/")[0]
    versions = fc.call("list_layer_versions", name, models.ListLayerVersionsRequest()).layers
    assert sorted(each.version for each in versions) == [1, 2]
    # The function's first version runs on as it was published.
    assert fc.invoke(stack.outputs()["function"], b"{}", "1")["body"] == "first"


def test_a_bucket_of_ones_own_holds_the_packages(account: LocalAccount, stack: PulumiCli) -> None:
    bucket = oss_bucket(account, f"packages-{account.id}")
    bucket.create_bucket()
    stack.configure(t__bucket=bucket.bucket_name)
    stack.up()
    assert _said(account, stack) == ("first", "1")
    keys = [each.key for each in bucket.list_objects().object_list]
    assert [key.split("/")[:2] for key in keys] == [["code", "speaker"], ["layers", "words"]]
    stack.configure(t__bucket="there-is-none-of-this-name")
    refused = stack.up(check=False)
    assert "the artifact bucket there-is-none-of-this-name is not there" in refused.output
    stack.configure(t__bucket=bucket.bucket_name)
    stack.up("--expect-no-changes")
