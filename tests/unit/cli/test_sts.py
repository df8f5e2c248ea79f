"""``yunfn sts``: credentials that can do what was granted, for a while, and nothing else."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import oss2
import pytest
from aliyun.log import LogException
from aliyunsdkcore.acs_exception.exceptions import ServerException
from qcloud_cos.cos_exception import CosServiceError
from Tea.exceptions import TeaException
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from support.temporary_clients import AlibabaClients, TencentClients
from unit.cli.command import Yunfn
from yunfn.localcloud import connection, environment

# aliyun-python-sdk-core brings a requests of its own, which is old.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")
IN, OUT = "in/report", "out/report"
OF_CAM = Path(__file__).parents[2] / "inputs" / "policies" / "findings" / "YF-CAM-017-good.json"


@dataclass
class Scene:
    """A started cloud with a bucket and a role on either half, and who may take them."""

    yunfn: Yunfn
    owner: dict[str, str]
    user: dict[str, str]
    arn: str
    tencent_arn: str
    bucket: str
    cos_bucket: str

    def sts(self, *arguments: str | Path, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        """``yunfn sts …`` as the user; Tencent's half as the owner, unless ``more`` says otherwise."""
        return self.yunfn.inside("sts", *arguments, stdin=stdin, **self.owner | self.user | more)

    def exported(self, *arguments: str) -> dict[str, str]:
        """The environment after a shell evaluated what ``sts assume`` says."""
        done = self.sts("assume", *arguments)
        assert done.returncode == 0, done.stderr
        lines = [shlex.split(line) for line in done.stdout.splitlines()]
        assert {words[0] for words in lines} == {"export"}
        return self.owner | dict(words[1].split("=", 1) for words in lines)

    def asked(self, operation: str) -> int:
        """How often the cloud was asked for this."""
        journal = connection.connect(self.yunfn.home).ask("GET", "/journal").text
        return sum(json.loads(line)["operation"] == operation for line in journal.splitlines())

    def later(self, time: str) -> None:
        """Move the cloud's clock."""
        done = self.yunfn.inside("local", "clock", f"--move={time}", **self.owner)
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def scene(started: Yunfn) -> Iterator[Scene]:
    home = started.home
    owner = environment.child_environment(started.variables, home, connection.connect(home).proxy_port)
    with mock.patch.dict(os.environ, owner, clear=True):
        alibaba, tencent = AlibabaClients(owner), TencentClients(owner)
        user = alibaba.user("bob", "AliyunSTSAssumeRoleAccess", "AliyunRAMReadOnlyAccess")
        arn = alibaba.role("reader", home.account, "AliyunOSSFullAccess")
        bucket = alibaba.bucket("data")
        bucket.create_bucket()
        tencent_arn = tencent.role("reader", home.tencent.uin, "QcloudCOSFullAccess")
        cos_bucket = f"data-{home.tencent.app_id}"
        tencent.cos().create_bucket(Bucket=cos_bucket)
        for key in (IN, OUT):
            bucket.put_object(key, b"42")
            tencent.cos().put_object(Bucket=cos_bucket, Key=key, Body=b"42")
        yield Scene(started, owner, user, arn, tencent_arn, "data", cos_bucket)


REFUSALS = (
    oss2.exceptions.OssError,
    LogException,
    ServerException,
    TeaException,
    CosServiceError,
    TencentCloudSDKException,
)


def _denied(call: Callable[[], object]) -> str:
    """The words of a refusal; the clouds' clients each have an error of their own."""
    with pytest.raises(REFUSALS) as caught:
        call()
    return str(caught.value)


def test_alibaba_credentials_read_one_prefix_for_a_while_and_do_nothing_else(scene: Scene) -> None:
    held = scene.exported("--role", scene.arn, "--grant", "oss.read(data, in/)", "--duration", "15m")
    clients = AlibabaClients(held)
    bucket = clients.bucket("data")
    assert bucket.get_object(IN).read() == b"42"
    assert bucket.head_object(IN).content_length == 2
    for missing, call in {
        "oss:PutObject": lambda: bucket.put_object(IN, b"43"),
        "oss:DeleteObject": lambda: bucket.delete_object(IN),
        "oss:GetObject": lambda: bucket.get_object(OUT),
        "oss:ListObjects": lambda: bucket.list_objects("in/"),
        "oss:PutBucketAcl": lambda: bucket.put_bucket_acl("private"),
        "log:CreateProject": lambda: clients.log().create_project("project", ""),
        "fc:ListFunctions": lambda: clients.functions(),
        "ram:GetRole": lambda: clients.ram("GetRole", RoleName="reader"),
        "sts:AssumeRole": lambda: clients.ask(
            "sts.aliyuncs.com", "2015-04-01", "AssumeRole", RoleArn=scene.arn, RoleSessionName="again"
        ),
    }.items():
        assert missing in _denied(call)
    scene.later("15m")
    try:
        assert "SecurityTokenExpired" in _denied(lambda: bucket.get_object(IN))
    finally:
        scene.later("-15m")
    assert bucket.get_object(IN).read() == b"42"


@pytest.mark.parametrize("role", [True, False], ids=["AssumeRole", "GetFederationToken"])
def test_tencent_credentials_read_one_prefix_for_a_while_and_do_nothing_else(scene: Scene, role: bool) -> None:
    grant = f"cos.read({scene.cos_bucket}, in/)"
    at = {"Bucket": scene.cos_bucket, "Key": IN}
    whose = ("--role", scene.tencent_arn) if role else ("--cloud", "tencent")
    clients = TencentClients(scene.exported(*whose, "--grant", grant, "--duration", "15m"))
    cos = clients.cos()
    assert cos.get_object(**at)["Body"].get_raw_stream().read() == b"42"
    assert cos.head_object(**at)["Content-Length"] == "2"
    for missing, call in {
        "cos:PutObject": lambda: cos.put_object(**at, Body=b"43"),
        "cos:DeleteObject": lambda: cos.delete_object(**at),
        "cos:GetObject": lambda: cos.get_object(**at | {"Key": OUT}),
        "cos:GetBucket": lambda: cos.list_objects(Bucket=scene.cos_bucket, Prefix="in/"),
        "cam:GetRole": lambda: clients.cam("GetRole", RoleName="reader"),
        "scf:ListFunctions": lambda: clients.ask("scf", "2018-04-16", "ListFunctions"),
        "cls:DescribeLogsets": lambda: clients.ask("cls", "2020-10-16", "DescribeLogsets"),
        "sts:AssumeRole": lambda: clients.ask(
            "sts", "2018-08-13", "AssumeRole", RoleArn=scene.tencent_arn, RoleSessionName="again"
        ),
    }.items():
        assert missing in _denied(call)
    scene.later("15m")
    try:
        assert "ExpiredToken" in _denied(lambda: cos.get_object(**at))
    finally:
        scene.later("-15m")


def test_what_the_role_lacks_is_told_before_there_are_credentials(scene: Scene) -> None:
    for arn, grants, missing in (
        (
            scene.arn,
            ("oss.read(data, in/)", "fc.invoke(thumbnail, live)"),
            "fc:InvokeFunction on acs:fc:*:*:functions/",
        ),
        (
            scene.tencent_arn,
            (f"cos.read({scene.cos_bucket})", "scf.invoke(thumbnail)"),
            "scf:InvokeFunction on qcs::scf",
        ),
    ):
        chosen = [word for grant in grants for word in ("-g", grant)]
        before = scene.asked("AssumeRole")
        done = scene.sts("assume", "--role", arn, *chosen)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"error: {arn}: missing rights: ") and missing in done.stderr
        assert "not allowed by the role's policies" in done.stderr
        assert grants[0].split(".")[0] + ":" not in done.stderr
        assert scene.asked("AssumeRole") == before
        # Wanted is less than granted: what the role lacks of the rest is written down with the credentials.
        made = scene.sts("assume", "--role", arn, *chosen, "--want", grants[0], "--json")
        assert made.returncode == 0, made.stderr
        ok = scene.sts("check", "-g", grants[0], stdin=made.stdout)
        assert (ok.returncode, ok.stdout[:18]) == (0, "nothing is missing")
        lacks = scene.sts("check", "-g", grants[1], stdin=made.stdout)
        assert (lacks.returncode, lacks.stdout) == (1, "") and missing in lacks.stderr


def test_a_right_that_is_wanted_but_not_granted_is_told_without_asking_anyone(scene: Scene) -> None:
    done = scene.sts(
        "assume", "--role", scene.arn, "-g", "oss.read(data, in/)", "--want", "oss.write(data, in/)", HTTPS_PROXY="x:1"
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "oss:PutObject on acs:oss:*:*:data/in/* (not allowed by the session policy)" in done.stderr


def test_where_the_roles_policies_may_not_be_read_that_is_said(scene: Scene) -> None:
    blind = AlibabaClients(scene.owner).user("blind", "AliyunSTSAssumeRoleAccess")
    done = scene.sts("assume", "--role", scene.arn, "-g", "oss.read(data)", "--json", **blind)
    assert "only the session policy was checked: this key may not read the role's policies" in done.stderr
    checked = scene.sts("check", "-g", "oss.read(data, in/)", stdin=done.stdout)
    assert "(by the session policy; the role's own policies are not known)" in checked.stdout


def test_an_account_itself_is_told_what_to_do(scene: Scene) -> None:
    done = scene.sts("assume", "--role", scene.arn, "-g", "oss.read(data)", **scene.owner)
    assert (done.returncode, done.stdout) == (1, "")
    assert "use the key of a RAM user that has AliyunSTSAssumeRoleAccess" in done.stderr


def test_the_role_bounds_the_duration(scene: Scene) -> None:
    role = TencentClients(scene.owner).role(
        "short", scene.yunfn.home.tencent.uin, "QcloudCOSFullAccess", SessionDuration=1800
    )
    grant = ("-g", f"cos.read({scene.cos_bucket})")
    done = scene.sts("assume", "--role", role, *grant, "--duration", "1h")
    assert (done.returncode, f"the role {role} allows 1 to 1800 seconds" in done.stderr) == (1, True)
    assert scene.sts("assume", "--role", role, *grant).returncode == 0
    longer = scene.sts("assume", "--role", scene.arn, "-g", "oss.read(data)", "--duration", "2h")
    assert f"the role {scene.arn} allows 900 to 3600 seconds" in longer.stderr
    federated = scene.sts("assume", "--cloud", "tencent", *grant, "--duration", "3h")
    assert "the account itself gets 1 to 7200 seconds" in federated.stderr


def test_a_file_is_the_owners_alone_and_says_what_is_missing(scene: Scene, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    file.write_text("what was there")
    file.chmod(0o644)
    ask = ("assume", "--role", scene.arn, "-g", "oss.read(data, in/)", "--file")
    done = scene.sts(*ask, file)
    assert (done.returncode, done.stdout) == (0, "")
    assert file.stat().st_mode & 0o777 == 0o600
    held = json.loads(file.read_text())
    assert held["access_key_secret"] not in done.stderr and held["security_token"] not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["key.json"]
    receipt = scene.sts(*ask, file, "--json")
    held = json.loads(file.read_text())
    secret = {"access_key_id", "access_key_secret", "security_token"}
    assert json.loads(receipt.stdout) == {"file": str(file)} | {
        name: value for name, value in held.items() if name not in secret
    }
    assert held.keys() >= secret and not any(held[name] in receipt.stdout for name in secret)
    missing = scene.sts("check", "--credentials", file, "-g", "oss.read(data)", "--json")
    assert missing.returncode == 1
    assert json.loads(missing.stdout)["missing"] == [
        {"action": "oss:GetObject", "resource": "acs:oss:*:*:data/*", "lacks": "session policy"}
    ]
    link = tmp_path / "link"
    link.symlink_to(file)
    before = scene.asked("AssumeRole")
    for place, words in (
        (link, "is a symbolic link"),
        (tmp_path, "is no file"),
        (tmp_path / "no" / "k", "No such file"),
    ):
        refused = scene.sts(*ask, place)
        assert (refused.returncode, words in refused.stderr) == (1, True)
    assert scene.asked("AssumeRole") == before
    ended = tmp_path / "ended.json"
    ended.write_text(json.dumps(held | {"expiration": "2020-01-01T00:00:00Z"}))
    assert "they have ended" in scene.sts("check", "--credentials", ended, "-g", "oss.read(data, in/)").stderr


def test_secrets_stand_in_standard_output_alone(scene: Scene) -> None:
    done = scene.sts("assume", "--role", scene.arn, "-g", "oss.read(data, in/)", "--output", "json")
    held = json.loads(done.stdout)
    home = scene.yunfn.home
    for secret in (held["access_key_secret"], held["security_token"]):
        assert secret not in done.stderr
        assert secret not in home.journal.read_text() + home.server_log.read_text()
    assert json.loads(done.stdout)["policy"]["Statement"][0]["Action"] == ["oss:GetObject"]


def test_a_policy_written_by_hand_is_linted(yunfn: Yunfn, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{"Version": "1", "Statement": [\n{"Effect": "Allow", "Action": "oss:*", "Resource": "*"}]}')
    ask = ("sts", "assume", "--role", "acs:ram::1:role/r", "--policy", policy, "--dry-run")
    refused = yunfn.inside(*ask)
    assert (refused.returncode, refused.stdout) == (1, "")
    ids = set(re.findall(r"YF-RAM-\d{3}", refused.stderr))
    assert ids and f"{policy}:2: Statement[0]" in refused.stderr
    for written in (sorted(ids), [each.lower() for each in ids]):
        accepted = yunfn.inside(*ask, *(word for each in written for word in ("--accept", each)))
        assert (accepted.returncode, accepted.stderr.endswith("2048 characters, 3600 s\n")) == (0, True)
    unknown = yunfn.inside(*ask, "--accept", "YF-RAM-444")
    assert (unknown.returncode, "there is no finding YF-RAM-444" in unknown.stderr) == (2, True)


@pytest.mark.parametrize("more", [(), ("--role", "acs:ram::1:role/r")])
def test_what_is_no_grant_is_told_with_all_there_are(yunfn: Yunfn, more: tuple[str, ...]) -> None:
    done = yunfn.inside("sts", "assume", "-g", "x", *more)
    assert (done.returncode, done.stdout) == (1, "")
    assert "there are ckafka.consume" in done.stderr
    assert "vpc.attach" in done.stderr


def test_a_dry_run_asks_nobody(yunfn: Yunfn, tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text(
        '{"version": "2.0", "statement": {"effect": "allow", "action": "cls:SearchLog",'
        ' "resource": "qcs::cls:ap-shanghai:uin/100000000001:topic/a-b-c"}}'
    )
    ask = (
        "sts",
        "assume",
        "--cloud",
        "tencent",
        "-g",
        "cos.read(data-1250000000, in/)",
        "--policy",
        policy,
        "--dry-run",
    )
    done = yunfn.inside(*ask)
    shown = json.loads(done.stdout)
    assert [statement["action"] for statement in shown["statement"]] == [
        ["cls:SearchLog"],
        ["name/cos:GetObject", "name/cos:HeadObject"],
    ]
    assert done.stderr == f"{len(done.stdout.strip())} of 2048 characters, 1800 s\n"
    assert json.loads(yunfn.inside(*ask, "--json").stdout)["policy"] == shown


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("--role acs:ram::1:role/r", 2, "--grant"),
        ("-g oss.read(data)", 2, "--role"),
        ("--role acs:ram::1:role/r -g oss.read(data) --duration soon", 2, "--duration"),
        ("--role acs:ram::1:role/r -g oss.read(data) --output file", 2, "--file"),
        ("--role acs:ram::1:role/r -g oss.read(data) --output file --json", 2, "--file"),
        (f"--role acs:ram::1:role/r --policy {OF_CAM}", 1, "this is a CAM document of tencent, the role is alibaba's"),
        (f"--cloud alibaba --policy {OF_CAM}", 1, "this is a CAM document of tencent, --cloud is alibaba"),
        ("--role acs:ram::1:role/r -g oss.read(data) --cloud tencent", 1, "cloud='tencent'"),
        ("--role acs:ram::1:role/r -g cos.read(data-1250000000)", 1, "a right of tencent"),
        ("--role acs:ram::1:role/r -g oss.read(data) --duration 899", 1, "900 to 43200 seconds"),
        ("--role acs:ram::1:role/r -g oss.read(data) --session x", 1, "2–64 letters"),
        ("--role acs:ram::*:role/r -g oss.read(data)", 1, "role='acs:ram::*:role/r'"),
        ("--cloud alibaba -g oss.read(data)", 1, "only Tencent Cloud has credentials without a role"),
        ("--role acs:ram::1:role/r -g oss.read(data) --policy absent.json", 1, "absent.json"),
        ("--role acs:ram::1:role/r -g __import__('os')", 1, "is not one right"),
    ],
)
def test_what_is_wrong_is_told_before_any_cloud_is_asked(yunfn: Yunfn, words: str, code: int, told: str) -> None:
    done = yunfn.inside("sts", "assume", *words.split(" "))
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
