"""What README and docs show is true: their programs go up as they are printed, and what they make works."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from support.clients import http_client
from support.local_account import LocalAccount
from support.pulumi_cli import ROOT, PulumiCli

pytestmark = pytest.mark.engine
_CODE = {
    "orders/orders.py": "import json\nimport shelf\nready = []\n"
    "def initialize(context):\n    ready.append(True)\n"
    "def handler(event, context):\n    return json.dumps({'shelf': shelf.NAME, 'ready': ready})\n",
    "orders/pages.py": "def application(environ, start_response):\n"
    "    start_response('200 OK', [('Content-Type', 'text/plain')])\n    return [b'a page']\n",
    "orders/server.py": "",
    "build/packages/shelf.py": "NAME = 'of the layer'\n",
    "layers/packages/layer.yaml": "targets: alibaba:python3.10\nfiles: {source: own, prefix: python}\n",
    "layers/packages/own/shelf.py": "NAME = 'of the layer'\n",
}


def _blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


def _up(account: LocalAccount, folder: Path, name: str, program: str) -> PulumiCli:
    (folder / "program.py").write_text(program)
    stack = account.stack(folder / "project", folder / "program.py", name)
    for path, text in _CODE.items():
        target = stack.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    subprocess.run(
        [sys.executable, "-m", "yunfn.cli", "layer", "build", "layers/packages"], cwd=stack.folder, check=True
    )
    stack.up()
    return stack


def test_the_readmes_stack_goes_up_and_answers(account: LocalAccount, artifact_bucket: str, tmp_path: Path) -> None:
    (program,) = _blocks("README.md", "python")
    stack = _up(account, tmp_path, "readme", program)
    try:
        with http_client(account.cloud) as client:
            answer = client.get(stack.outputs()["url"])
        assert json.loads(answer.text) == {"shelf": "of the layer", "ready": []}
        stack.up("--expect-no-changes")
    finally:
        stack.destroy()


def test_the_components_page_is_one_program_that_goes_up_and_answers(
    account: LocalAccount, artifact_bucket: str, tmp_path: Path
) -> None:
    stack = _up(account, tmp_path, "page", "".join(_blocks("docs/components.md", "python")))
    try:
        outputs = stack.outputs()
        with http_client(account.cloud) as client:
            assert client.get(f"http://{outputs['domain']}/").text == "a page"
            for url in (outputs["url"], f"http://{outputs['domain']}/orders/7"):
                assert client.get(url).json() == {"shelf": "of the layer", "ready": [True]}
        stack.up("--expect-no-changes")
    finally:
        stack.destroy()


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(f"docs/{each.name}" for each in sorted((ROOT / "docs").glob("*.md")))]
)
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", (ROOT / page).read_text())
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []
