"""A secret reaches the function and nothing else: no state, no description, no journal, no output of any command."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from alibabacloud_fc20230330 import models

from support.clients import FunctionComputeClient, http_client
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.tls import Issued, issue

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
DOMAIN = "secrets.example.com"
_CODE = """\
import hashlib, os

def handler(event, context):
    return hashlib.sha256(os.environ["TOKEN"].encode()).hexdigest()
"""


@pytest.fixture
def token() -> str:
    return f"token-{uuid.uuid4()}"


@pytest.fixture
def certificate() -> Issued:
    return issue(DOMAIN)


@pytest.fixture
def stack(new_stack: NewStack, tmp_path: Path, token: str, certificate: Issued) -> PulumiCli:
    made = new_stack("one_secret")
    code = tmp_path / "keeper"
    code.mkdir()
    (code / "index.py").write_text(_CODE)
    made.configure(t__code=str(code), t__domain=DOMAIN, t__chain=certificate.chain)
    made.configure_secret(t__token=token, t__key=certificate.key)
    return made


def _in(text: str, secret: str) -> bool:
    """Whether the text gives the secret away, as it is or in base64; of a private key one inner line is enough."""
    forms = [secret.splitlines()[1] if "\n" in secret else secret]
    forms.append(base64.b64encode(forms[0].encode()).decode().rstrip("=")[:-1])
    return any(form in text for form in forms)


def _files_with(secret: str, folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if _in(path.read_bytes().decode("latin-1"), secret)]


def _told(account: LocalAccount, stack: PulumiCli) -> str:
    """What a call of the function answers: the SHA-256 of the token it was given."""
    with http_client(account.cloud) as client:
        return client.get(stack.outputs()["url"]).text


def test_a_secret_stays_one_in_state_description_journal_and_output(
    account: LocalAccount, stack: PulumiCli, token: str, certificate: Issued
) -> None:
    said = [stack.preview("--diff").output, stack.up("--diff").output]
    assert _told(account, stack) == hashlib.sha256(token.encode()).hexdigest()
    name, version = stack.outputs()["function"], stack.outputs()["version"]
    client = FunctionComputeClient(account.cloud)

    second = f"second-{uuid.uuid4()}"
    stack.configure_secret(t__token=second)
    said += [stack.preview("--diff").output, stack.up("--diff").output]
    assert _told(account, stack) == hashlib.sha256(second.encode()).hexdigest()
    assert stack.outputs()["version"] != version
    # The secret's drift is seen, and shown as a secret.
    meddled = f"meddled-{uuid.uuid4()}"
    body = models.UpdateFunctionInput(environment_variables={"PLAIN": "seen by all", "TOKEN": meddled})
    client.call("update_function", name, models.UpdateFunctionRequest(body=body))
    drift = stack.run("refresh", "--preview-only", "--diff", "--non-interactive")
    assert "environmentVariables" in drift.output
    said += [drift.output, stack.refresh("--diff").output, stack.up("--diff").output]
    assert _told(account, stack) == hashlib.sha256(second.encode()).hexdigest()
    said += [stack.run("stack", "output", "--json").output, stack.run("stack", "export").output]

    descriptions = [
        client.call("get_function", name, models.GetFunctionRequest(qualifier=each.version_id)).description
        for each in client.call("list_function_versions", name, models.ListFunctionVersionsRequest()).versions
    ]
    assert len(set(descriptions)) == 2
    home = account.cloud.home
    for secret in (token, second, meddled, certificate.key):
        assert not [text for text in said if _in(text, secret)]
        assert not [text for text in descriptions if _in(text, secret)]
        # The checkpoint, its backups and the history of updates, as they lie on disk.
        assert _files_with(secret, home.pulumi) == []
        assert _files_with(secret, stack.folder) == []
        account.journal()
        assert not _in(home.journal.read_text(), secret)
        assert not _in(home.server_log.read_text(), secret)
    # The search itself finds what is there in clear.
    assert _files_with(certificate.chain, home.pulumi) != []
    assert any(_in(text, descriptions[0]) for text in said)


def test_a_refusal_gives_no_secret_away(account: LocalAccount, stack: PulumiCli, token: str) -> None:
    stack.configure(**{"t__function-name": "1-is-no-name"})
    refused = stack.up(check=False)
    assert refused.code != 0
    assert "1-is-no-name" in refused.output
    stack.unconfigure("t__function-name")
    long = f"{token}-{'x' * 5000}"
    stack.configure_secret(t__token=long)
    too_long = stack.up(check=False)
    assert too_long.code != 0
    assert "environment=" in too_long.output
    assert "4096" in too_long.output
    stack.configure_secret(t__token=token)
    # Refused by the cloud itself, after the request with the environment was sent.
    stack.configure(t__domain="taken.example.com")
    client = FunctionComputeClient(account.cloud)
    taken = models.CreateCustomDomainInput(domain_name="taken.example.com", protocol="HTTP")
    client.call("create_custom_domain", models.CreateCustomDomainRequest(body=taken))
    conflict = stack.up(check=False)
    assert conflict.code != 0
    assert "DomainNameAlreadyExists" in conflict.output
    for outcome in (refused, too_long, conflict):
        assert not _in(outcome.output, token)
