"""Nothing is granted that is not used: each single right of each role of the project's stacks, taken away, is missed.

The rights are read from the cloud, not listed here: one that is granted anew and not used fails the test. A stack of
programs/platform_rights.py stands beside the project's, for what the components grant by themselves.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import cbor2
import httpx
import pytest
from alibabacloud_fc20230330 import models
from darabonba.exceptions import DaraException
from PIL import Image
from typer.testing import CliRunner

from support import federated
from support.call_log import CallLog, RefusedError
from support.clients import FunctionComputeClient, http_client
from support.cloud_calls import oss_bucket, ram, wait_for
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli, build_layer, copy_project
from support.rights_of_roles import CamRoles, RamRoles, Right, Roles
from support.tablestore_clients import asked
from support.tencent_api import ask
from support.tls import issue
from yunfn.access import documents
from yunfn.access.findings import lint_role
from yunfn.cli.application import application
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.globs import matches

pytestmark = pytest.mark.engine
PROGRAMS = Path(__file__).parent / "programs"
_DOMAIN = "maimai.yuangezhizao.cn"
# Services keep a role's credentials; after this long both ask anew for those of the next call.
_numbers = count()
_CREDENTIALS_SECONDS = 13 * 3600


Workload = Callable[[], None]


@dataclass
class Stacks:
    """Stacks that are up in one cloud: the work that roles are there for, by how their names begin, and where each
    stack's project is."""

    account: LocalAccount
    workloads: dict[str, Workload]
    folders: dict[str, Path]

    def workload(self, role: str) -> Workload:
        """What is done by a role, whose name begins with its stack's."""
        found = [work for stack, work in self.workloads.items() if role.startswith(f"{stack}-")]
        assert found, f"role {role}: no stack's work is done by it"
        return found[0]


def _answer(answer: httpx.Response, status: int) -> httpx.Response:
    if answer.status_code != status:
        raise RefusedError(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}")
    return answer


def _up(
    account: LocalAccount, project: Path, name: str, secrets: dict[str, str] | None = None, **settings: str
) -> dict[str, Any]:
    stack = PulumiCli(project, name, account.variables)
    stack.init()
    stack.configure(**settings)
    if secrets:
        stack.configure_secret(**secrets)
    stack.up()
    return stack.outputs()


def _pictures(account: LocalAccount, project: Path) -> Workload:
    outputs = _up(account, project, "image-prod", {"image__uploadToken": "one of the test's own"})
    log = CallLog(account, outputs["logProject"], outputs["logstore"])
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(drawn, "PNG")
    token = {"Authorization": "Bearer one of the test's own"}

    def work() -> None:
        """A picture goes in, comes back small, and both calls are in the log. What takes it has just started."""
        before = len(account.journal())
        _deploy_again(FunctionComputeClient(account.cloud), outputs["uploadFunction"])
        with http_client(account.cloud) as client:
            files = {"lena.png": ("lena.png", drawn.getvalue(), "image/png")}
            stored = _answer(client.post(f"{outputs['uploadUrl']}/upload/", files=files, headers=token), 201)
            shown = _answer(client.get(f"{outputs['procUrl']}/proc/thumbnail/20/lena.png"), 200)
        assert Image.open(io.BytesIO(shown.content)).size == (20, 15)
        for each in (stored, shown):
            log.wait(f"FC Invoke End RequestId: {each.headers['x-fc-request-id']}", before)

    return work


def _deploy_again(fc: FunctionComputeClient, name: str) -> None:
    """Bring a new version of a function behind its aliases, so that the next call meets a new instance."""
    function = fc.call("get_function", name, models.GetFunctionRequest())
    variables = {**(function.environment_variables or {}), "NUMBER": str(next(_numbers))}
    body = models.UpdateFunctionInput(environment_variables=variables)
    fc.call("update_function", name, models.UpdateFunctionRequest(body=body))
    published = models.PublishFunctionVersionRequest(body=models.PublishVersionInput())
    version = fc.call("publish_function_version", name, published).version_id
    for alias in fc.call("list_aliases", name, models.ListAliasesRequest()).aliases:
        moved = models.UpdateAliasRequest(body=models.UpdateAliasInput(version_id=version))
        fc.call("update_alias", name, alias.alias_name, moved)


def _platform(account: LocalAccount, folder: Path) -> tuple[Workload, Workload]:
    """What is done by the role of a function in a VPC with mounted buckets, and by those of a source and its target."""
    code = folder / "code"
    code.mkdir()
    (code / "index.py").write_text("def handler(event, context):\n    print(event.decode())\n    return 'well'\n")
    stack = account.stack(folder / "platform", PROGRAMS / "platform_rights.py", "platform")
    stack.configure(t__code=str(code), t__bucket=f"platform-{account.id}")
    stack.up()
    outputs = stack.outputs()
    log = CallLog(account, outputs["project"], outputs["logstore"])

    def instance() -> None:
        """A new instance takes the place of the one before: enters the VPC, mounts, answers, and leaves its lines."""
        before, fc = len(account.journal()), FunctionComputeClient(account.cloud)
        _deploy_again(fc, outputs["netted"])
        try:
            answer = fc.invoke(outputs["netted"], b"{}", "LATEST")
        except DaraException as refused:
            raise RefusedError(str(refused)) from refused
        assert answer["body"] == "well"
        log.wait(answer["x-fc-request-id"], before)

    def source() -> None:
        """An object calls the function, and the call leaves its lines."""
        before, key = len(account.journal()), f"in/{next(_numbers)}.png"
        oss_bucket(account, outputs["bucket"]).put_object(key, b"bytes")
        log.wait(f'"key": "{key}"', before)

    return instance, source


def _federated(account: LocalAccount, project: Path) -> tuple[Workload, Workload]:
    """What is done by the role of the federated functions, and by that of the trigger which calls one of them."""
    outputs = _up(account, project, "federated-dev")
    log = CallLog(account, outputs["logProject"], outputs["logstore"])
    owner, fc = federated.tables(account), FunctionComputeClient(account.cloud)
    federated.feed(owner, "least", federated.shares("least", 2))
    key = [{"ColumnName": "job", "Value": "least"}, {"ColumnName": "row", "Value": 0}]
    change = {"Version": "Sync-v1", "Records": [{"Type": "PutRow", "PrimaryKey": key, "Columns": []}]}
    events = [json.dumps({"job": "least", **rows}).encode() for rows in ({}, {"rows": [1]}, {"rows": [0, 1]})]

    def computed() -> None:
        """A job by its range, by one row, by several, and because it changed; each leaves its lines."""
        before = len(account.journal())
        for event in (*events, cbor2.dumps(change)):
            try:
                answer = fc.invoke(outputs["computeFunction"], event, "live")
            except DaraException as refused:
                raise RefusedError(str(refused)) from refused
            if "x-fc-error-type" in answer:
                raise RefusedError(answer["body"])
        log.wait(answer["x-fc-request-id"], before)

    def changed() -> None:
        """A stream that was turned on anew tells of a row, and its job is computed."""
        before, job = len(account.journal()), f"least-{next(_numbers)}"
        for how in ({"enable_stream": False}, {"enable_stream": True, "expiration_time": 168}):
            asked(owner, "UpdateTable", table_name=federated.PROCESS, stream_spec=how)
        federated.feed(owner, job, federated.shares(job, 1))
        # What failed before is tried again a minute later.
        account.move_clock(61)

        def arrived() -> Any:
            lines = account.journal()[before:]
            denied = [each for each in lines if any(not right["allowed"] for right in each.get("rights", ()))]
            return denied or federated.result(owner, job, "python3")

        if isinstance(found := wait_for(arrived), list):
            raise RefusedError(json.dumps(found))

    return computed, changed


def _quotes(account: LocalAccount, project: Path) -> Workload:
    """What is done by the role of the function whose versions are rolled out."""
    outputs = _up(account, project, "quotes-dev")
    fc = FunctionComputeClient(account.cloud)
    told = fc.call("get_function", outputs["function"], models.GetFunctionRequest()).log_config
    log = CallLog(account, told.project, told.logstore)

    def quoted() -> None:
        """A price by a new instance, and its lines."""
        before = len(account.journal())
        _deploy_again(fc, outputs["function"])
        try:
            answer = fc.invoke(outputs["function"], b'{"item": "tea"}', "live")
        except DaraException as refused:
            raise RefusedError(str(refused)) from refused
        if "x-fc-error-type" in answer:
            raise RefusedError(answer["body"])
        log.wait(answer["x-fc-request-id"], before)

    return quoted


def _alibaba(account: LocalAccount, project: Path) -> dict[str, Workload]:
    _up(account, project, "bootstrap")
    pictures = _pictures(account, project)
    instance, source = _platform(account, project.parent)
    computed, changed = _federated(account, project)
    quoted = _quotes(account, project)
    return {
        "image-prod": pictures,
        "platform-netted": instance,
        "platform-told": source,
        "platform-put": source,
        "federated-dev-federated": computed,
        "federated-dev-changes": changed,
        "quotes-dev": quoted,
    }


def scf(account: LocalAccount, action: str, **parameters: Any) -> dict[str, Any]:
    """What SCF answers in the site's region."""
    return ask(account.cloud, "scf", action, region="ap-beijing", **parameters)


def _tencent(account: LocalAccount, project: Path) -> dict[str, Workload]:
    issued = issue(_DOMAIN)
    certificate = ask(
        account.cloud, "ssl", "UploadCertificate", CertificatePublicKey=issued.chain,
        CertificatePrivateKey=issued.key, CertificateType="SVR", Alias="maimai",
    )  # fmt: skip
    region = {"tencentcloud__region": "ap-beijing"}
    _up(account, project, "bootstrap-tencent", **region)
    secret = {"maimai__databaseUrl": "sqlite:////tmp/a-database-of-the-tests.db"}
    outputs = _up(account, project, "maimai-dev", secret, maimai__certificateId=certificate["CertificateId"], **region)
    place = {"FunctionName": outputs["function"], "Namespace": outputs["namespace"]}

    def deploy_again() -> None:
        found = scf(account, "GetFunction", **place)["Environment"]["Variables"]
        variables = [each for each in found if each["Key"] != "NUMBER"]
        variables.append({"Key": "NUMBER", "Value": str(next(_numbers))})
        scf(account, "UpdateFunctionConfiguration", Environment={"Variables": variables}, **place)
        wait_for(lambda: scf(account, "GetFunction", **place)["Status"] == "Active")
        version = scf(account, "PublishVersion", **place)["FunctionVersion"]
        wait_for(lambda: scf(account, "GetFunction", Qualifier=version, **place)["Status"] == "Active")
        scf(account, "UpdateAlias", Name="release", FunctionVersion=version, **place)

    def site() -> None:
        """A look is recorded by a site that has just started, and the page is there."""
        deploy_again()
        url = outputs["releaseUrl"].rstrip("/")
        with http_client(account.cloud) as client:
            look = {"server": "title", "milliseconds": 42, "status": 200}
            _answer(client.post(f"{url}/api/probes", json=look), 201)
            _answer(client.get(url), 200)

    return {"maimai-dev": site}


@pytest.fixture(scope="module")
def stacks(own_account: LocalAccount, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stacks]:
    # Outside the local cloud: here packages may be asked of the package index, once per lock.
    for layer in ("image", "maimai", "federated", "federated-custom"):
        build_layer(layer)
    project = copy_project(tmp_path_factory.mktemp("least-rights") / "project")
    with ThreadPoolExecutor(2) as both:
        made = list(both.map(lambda up: up(own_account, project), (_alibaba, _tencent)))
    folders = dict.fromkeys(("image-prod", "maimai-dev", "federated-dev", "quotes-dev"), project)
    folders["platform"] = project.parent / "platform"
    yield Stacks(own_account, {name: work for each in made for name, work in each.items()}, folders)


@pytest.mark.parametrize("kind", [RamRoles, CamRoles])
def test_the_linter_finds_nothing_in_any_role(stacks: Stacks, kind: type[Roles]) -> None:
    for role, (trust, attached) in kind(stacks.account).documents().items():
        policies = [documents.parse(json.dumps(each.document), source=each.name) for each in attached]
        found = lint_role(policies, trust=documents.parse(json.dumps(trust), source=role))
        assert not found, "\n".join(f"{each.source} {each.path}: {each.id} {each.message}" for each in found)


def test_the_linter_finds_nothing_and_after_the_work_nothing_is_unused_or_was_denied(
    stacks: Stacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the work alone: what the journal has before may be of rights that another test took away."""
    began, ask = stacks.account.cloud.ask("GET", "/clock").json()["now"], Connection.ask
    for work in [*stacks.workloads.values(), *stacks.workloads.values()]:
        work()
    monkeypatch.setattr(Connection, "ask", lambda *of, **how: ask(*of, **how, params={"since": began}))
    for name, value in stacks.account.variables.items():
        monkeypatch.setenv(name, value)
    for stack, folder in stacks.folders.items():
        monkeypatch.chdir(folder)
        for arguments in (["lint", "--strict"], ["least"]):
            done = CliRunner().invoke(application, ["access", *arguments, "--stack", stack])
            assert done.exit_code == 0, (stack, done.output, done.exception)


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
    denied = [one for each in stacks.account.journal()[before:] for one in each.get("rights", ()) if not one["allowed"]]
    work()
    # That a service may not take a function's role is told to the caller.
    fitting = any(_is_of(right, each) for each in denied) or (right.policy is None and "assume" in failed)
    assert fitting or not failed, f"{right}: taken away, it failed otherwise: {failed}; denied: {denied}"
    return failed


def _is_of(right: Right, denied: dict[str, Any]) -> bool:
    action, resource = denied["action"], denied["resource"]
    if right.policy is None:
        return bool(action == "sts:AssumeRole" and resource.endswith(f"/{right.role}"))
    # The prefix of CAM's actions says nothing.
    return bool(action == right.does.removeprefix("name/") and matches(right.to, resource))


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
    before = roles.rights()
    used = next(right for right in before if right.role.startswith("platform-told") and right.policy)
    role = used.role
    document = {
        "Version": "1",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["log:GetLogStore", used.does],
                "Resource": ["acs:log:*:*:project/other", used.to],
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
                f"role {role}: policy unused, statement 0: {used.does} on {used.to}"
            ]
    finally:
        ram(stacks.account, "DetachPolicyFromRole", PolicyType="Custom", PolicyName="unused", RoleName=role)
        ram(stacks.account, "DeletePolicy", PolicyName="unused")
    assert roles.rights() == before
