"""Temporary credentials in a program: made by the plugin, good for one prefix, and never plain in a state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import oss2
import pytest

from support.cloud_calls import inside
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.temporary_clients import AlibabaClients, TencentClients
from yunfn.access import cos, oss
from yunfn.access.sts import Credentials

pytestmark = [pytest.mark.engine, pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")]
NewStack = Callable[[str], PulumiCli]


def _asked(account: LocalAccount) -> int:
    return sum(line["operation"] == "AssumeRole" for line in account.journal())


def test_credentials_are_secrets_of_a_program(account: LocalAccount, new_stack: NewStack) -> None:
    home, bucket = account.cloud.home, f"temporary-{account.id}"
    with inside(account):
        alibaba, tencent = AlibabaClients(account.variables), TencentClients(account.variables)
        user = alibaba.user("temporary", "AliyunSTSAssumeRoleAccess", "AliyunRAMReadOnlyAccess")
        role = alibaba.role("temporary", home.account, "AliyunOSSReadOnlyAccess")
        alibaba.bucket(bucket).create_bucket()
        for key in ("in/a", "out/a"):
            alibaba.bucket(bucket).put_object(key, b"42")
        tencent.cos().create_bucket(Bucket=f"data-{home.tencent.app_id}")
        tencent.cos().put_object(Bucket=f"data-{home.tencent.app_id}", Key="in/a", Body=b"42")
    stack = new_stack("temporary_credentials")
    stack.configure(
        t__role=role,
        t__bucket=bucket,
        t__key=user["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        t__uin=home.tencent.uin,
        t__appId=home.tencent.app_id,
    )
    stack.configure_secret(t__secret=user["ALIBABA_CLOUD_ACCESS_KEY_SECRET"])
    before = _asked(account)
    said = [stack.preview("--diff").output]
    assert _asked(account) == before + 1  # the role on Tencent Cloud is not known yet
    said.append(stack.up("--diff").output)
    assert _asked(account) == before + 3

    outputs: dict[str, Any] = stack.outputs()
    held, of_tencent = (Credentials.from_json(outputs[name]) for name in ("document", "tencent"))
    assert (held.access_key_id, held.access_key_secret) == (outputs["id"], outputs["secret"])
    assert held.role_checked and of_tencent.role_checked
    with inside(account):
        reading = AlibabaClients(account.variables | held.as_env()).bucket(bucket)
        assert reading.get_object("in/a").read() == b"42"
        for refused in (lambda: reading.get_object("out/a"), lambda: reading.put_object("in/a", b"")):
            with pytest.raises(oss2.exceptions.AccessDenied):
                refused()
        reader = TencentClients(account.variables | of_tencent.as_env()).cos()
        assert reader.head_object(Bucket=f"data-{home.tencent.app_id}", Key="in/a")["Content-Length"] == "2"
    assert (
        held.check([oss.read(bucket, "in/")])
        == ()
        == of_tencent.check([cos.read(f"data-{home.tencent.app_id}", "in/")])
    )

    said += [stack.run("stack", "output", "--json").output, stack.run("stack", "export").output]
    files = [path for path in home.pulumi.rglob("*") if path.is_file()]
    account.journal()
    kept = [path.read_bytes().decode("latin-1") for path in (*files, home.journal, home.server_log)]
    for one in (held, of_tencent):
        for secret in (one.access_key_id, one.access_key_secret, one.security_token):
            assert not [text for text in (*said, *kept) if secret in text]
    assert any(role in text for text in kept)

    # What is refused holds no secret, and says which argument or right.
    stack.configure(t__duration="100")
    short = stack.up(check=False)
    assert (short.code != 0, "duration=100" in short.output, "900 to 43200 seconds" in short.output) == (True,) * 3
    stack.configure(t__duration="900")
    with inside(account):
        named = {"PolicyType": "System", "PolicyName": "AliyunOSSReadOnlyAccess", "RoleName": "temporary"}
        alibaba.ram("DetachPolicyFromRole", **named)
    lacking = stack.up(check=False)
    assert lacking.code != 0
    assert f"{role}: missing rights: oss:GetObject on acs:oss:*:*:{bucket}/in/* " in " ".join(lacking.output.split())
    for outcome in (short, lacking):
        assert user["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] not in outcome.output
