"""Nothing is granted that is not used: each single right of each role of the project's stacks, taken away, is missed.

The rights are read from the cloud, not listed here: one that is granted anew and not used fails the test.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from PIL import Image

from support.clients import http_client
from support.cloud_calls import log_lines, ram, wait_for
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli, build_layer, copy_project
from support.rights_of_roles import CamRoles, RamRoles, Right, Roles
from support.tencent_api import ask
from support.tls import issue
from yunfn.localcloud.globs import matches

pytestmark = pytest.mark.engine
_DOMAIN = "maimai.yuangezhizao.cn"
# Services keep a role's credentials; after this long both ask anew for those of the next call.
_CREDENTIALS_SECONDS = 13 * 3600


class RefusedError(Exception):
    """The workload did not get what it wants; the text says what it got instead."""


Workload = Callable[[], None]


@dataclass
class Stacks:
    """The project's stacks, up in one cloud, and what each of them is there for."""

    account: LocalAccount
    workloads: dict[str, Workload]

    def workload(self, role: str) -> Workload:
        """What is done by a role, whose name begins with its stack's."""
        found = [work for stack, work in self.workloads.items() if role.startswith(f"{stack}-")]
        assert found, f"role {role}: no stack's work is done by it"
        return found[0]

    def denials(self, after: int) -> list[str]:
        """The actions and resources that were denied since the journal had so many lines."""
        return [line["denied"] for line in self.account.journal()[after:] if line.get("denied")]


def _answer(answer: httpx.Response, status: int) -> httpx.Response:
    if answer.status_code != status:
        raise RefusedError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}")
    return answer


def _alibaba(account: LocalAccount, project: Path) -> dict[str, Workload]:
    for name in ("bootstrap", "image-prod"):
        stack = PulumiCli(project, name, account.variables)
        stack.init()
        stack.up()
    outputs = stack.outputs()
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(drawn, "PNG")

    def pictures() -> None:
        """A picture goes in, comes back small, and both calls are in the log."""
        before = len(account.journal())
        with http_client(account.cloud) as client:
            files = {"lena.png": ("lena.png", drawn.getvalue(), "image/png")}
            stored = _answer(client.post(f"{outputs['uploadUrl']}/upload/", files=files), 201)
            shown = _answer(client.get(f"{outputs['procUrl']}/proc/thumbnail/20/lena.png"), 200)
        assert Image.open(io.BytesIO(shown.content)).size == (20, 15)
        ids = {each.headers["x-fc-request-id"] for each in (stored, shown)}

        def arrived() -> bool | str:
            lost = [each for each in account.journal()[before:] if each["operation"] == "PostLogStoreLogs"]
            if lost:
                return f"lines of a call did not arrive: {json.dumps(lost[-1])}"
            searched = [log_lines(account, outputs["logProject"], outputs["logstore"], f'"{each}"') for each in ids]
            return all(any("FC Invoke End" in line for line in lines) for lines in searched)

        if isinstance(lost := wait_for(arrived), str):
            raise RefusedError(lost)

    return {"image-prod": pictures}


def _tencent(account: LocalAccount, project: Path) -> dict[str, Workload]:
    issued = issue(_DOMAIN)
    certificate = ask(
        account.cloud, "ssl", "UploadCertificate", CertificatePublicKey=issued.chain,
        CertificatePrivateKey=issued.key, CertificateType="SVR", Alias="maimai",
    )  # fmt: skip
    for name in ("bootstrap-tencent", "maimai-dev"):
        stack = PulumiCli(project, name, account.variables)
        stack.init()
        stack.configure(tencentcloud__region="ap-beijing", maimai__certificateId=certificate["CertificateId"])
        stack.up()
    outputs = stack.outputs()

    def site() -> None:
        """A look is recorded, and the page answers by each of its environments."""
        with http_client(account.cloud) as client:
            url = outputs["releaseUrl"].rstrip("/")
            look = {"server": "title", "milliseconds": 42, "status": 200}
            _answer(client.post(f"{url}/api/probes", json=look), 201)
            for name in ("release", "prepub", "test"):
                _answer(client.get(outputs[f"{name}Url"]), 200)

    return {"maimai-dev": site}


@pytest.fixture(scope="module")
def stacks(own_account: LocalAccount, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stacks]:
    # Outside the local cloud: here packages may be asked of the package index, once per lock.
    for layer in ("image", "maimai"):
        build_layer(layer)
    project = copy_project(tmp_path_factory.mktemp("least-rights") / "project")
    with ThreadPoolExecutor(2) as both:
        made = list(both.map(lambda up: up(own_account, project), (_alibaba, _tencent)))
    yield Stacks(own_account, {name: work for each in made for name, work in each.items()})


def _missed(stacks: Stacks, roles: Roles, right: Right) -> str:
    """Take one right away, do the work, and give it back; how the work failed, "" if it did not."""
    work, before, failed = stacks.workload(right.role), len(stacks.account.journal()), ""
    with roles.without(right):
        if right.policy is None:
            stacks.account.move_clock(_CREDENTIALS_SECONDS)
        try:
            work()
        except RefusedError as refused:
            failed = str(refused)
    work()
    if failed and right.policy is None:
        assert "assume" in failed.lower(), f"{right}: taken away, it failed otherwise: {failed}"
    elif failed:
        denied = [each.split(" ", 1) for each in stacks.denials(before)]
        fitting = [one for one in denied if one[0] == right.does and matches(right.to, one[1])]
        assert fitting, f"{right}: taken away, it failed otherwise: {failed}; denied: {denied}"
    return failed


def _unused(stacks: Stacks, roles: Roles, rights: list[Right]) -> list[str]:
    return [str(right) for right in rights if not _missed(stacks, roles, right)]


@pytest.mark.parametrize("kind", [RamRoles, CamRoles])
def test_each_right_is_missed_when_it_is_taken_away(stacks: Stacks, kind: type[Roles]) -> None:
    roles = kind(stacks.account)
    rights = roles.rights()
    assert rights, "the stacks have roles"
    unused = _unused(stacks, roles, rights)
    assert not unused, "granted but not used:\n" + "\n".join(unused)
    # What was taken away was given back, and nothing else was changed.
    assert roles.rights() == rights


def test_a_right_that_is_granted_and_not_used_is_told(stacks: Stacks) -> None:
    """One action of two, on one resource of two, and what another policy grants already."""
    roles = RamRoles(stacks.account)
    role = next(right.role for right in roles.rights())
    before = roles.rights()
    used = next(right for right in before if right.does == "oss:GetObject")
    document = {
        "Version": "1",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["oss:ListObjects", "oss:GetObject"],
                "Resource": ["acs:oss:*:*:other", used.to],
            }
        ],
    }
    ram(stacks.account, "CreatePolicy", PolicyName="unused", PolicyDocument=json.dumps(document))
    ram(stacks.account, "AttachPolicyToRole", PolicyType="Custom", PolicyName="unused", RoleName=role)
    try:
        more = [right for right in roles.rights() if right not in before]
        assert len(_unused(stacks, roles, more)) == 4
        # Neither of two equal rights is missed; alone, this one is.
        with roles.without(used):
            told = _unused(stacks, roles, [right for right in roles.rights() if right in more])
            assert [each for each in map(str, more) if each not in told] == [
                f"role {role}: policy unused, statement 0: oss:GetObject on {used.to}"
            ]
    finally:
        ram(stacks.account, "DetachPolicyFromRole", PolicyType="Custom", PolicyName="unused", RoleName=role)
        ram(stacks.account, "DeletePolicy", PolicyName="unused")
    assert roles.rights() == before
