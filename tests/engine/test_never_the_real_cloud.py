"""``yunfn local run`` can reach nothing real: not by keys, not by profiles, not by any socket."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.pulumi_cli import engine_variables

pytestmark = pytest.mark.engine

PLANTED_KEY = "LTAI5tPLANTEDPLANTEDPL"
PLANTED_SECRET = "plantedSecretOfARealAccount00"
_PROGRAM = """\
import os, pulumi, pulumi_alicloud as alicloud

who = alicloud.get_caller_identity()
bucket = alicloud.oss.Bucket("b", bucket="traced-" + who.account_id)
role = alicloud.ram.Role("r", role_name="traced", assume_role_policy_document='{"Version": "1", "Statement": '
    '[{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": ["fc.aliyuncs.com"]}}]}')
pulumi.export("account", who.account_id)
pulumi.export("environment", dict(os.environ))
"""
# connect(3, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("1.2.3.4")}, 16)
_CONNECT = re.compile(r"(?:connect|sendto|sendmsg)\(.*sa_family=(AF_\w+)(?:.*?inet_addr\(\"([^\"]+)\"\)|.*?inet_pton\(AF_INET6, \"([^\"]+)\")?")  # fmt: skip  # noqa: E501


@pytest.fixture
def real_looking(tmp_path: Path) -> dict[str, str]:
    """An environment with keys, profile files and a Pulumi login that look real."""
    home = tmp_path / "home"
    (home / ".aliyun").mkdir(parents=True)
    profile = {
        "current": "default",
        "profiles": [
            {
                "name": "default",
                "mode": "AK",
                "access_key_id": PLANTED_KEY,
                "access_key_secret": PLANTED_SECRET,
                "region_id": "cn-hangzhou",
            }
        ],
    }
    (home / ".aliyun" / "config.json").write_text(json.dumps(profile))
    (home / ".alibabacloud").mkdir()
    (home / ".alibabacloud" / "credentials").write_text(
        f"[default]\ntype=access_key\naccess_key_id={PLANTED_KEY}\naccess_key_secret={PLANTED_SECRET}\n"
    )
    inherited = {name: os.environ[name] for name in ("PATH", "LANG", "PYENV_ROOT") if name in os.environ}
    return {
        **inherited,
        **engine_variables(),
        "HOME": str(home),
        "ALIBABA_CLOUD_ACCESS_KEY_ID": PLANTED_KEY,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": PLANTED_SECRET,
        "ALICLOUD_ACCESS_KEY": PLANTED_KEY,
        "ALICLOUD_SECRET_KEY": PLANTED_SECRET,
        "ALICLOUD_PROFILE": "default",
        "TENCENTCLOUD_SECRET_ID": PLANTED_KEY,
        "TENCENTCLOUD_SECRET_KEY": PLANTED_SECRET,
        "QCLOUD_SECRET_ID": PLANTED_KEY,
        "QCLOUD_SECRET_KEY": PLANTED_SECRET,
        "PULUMI_ACCESS_TOKEN": "pul-0123456789abcdef0123456789abcdef01234567",
        "PULUMI_BACKEND_URL": "s3://a-companys-state?region=cn-hangzhou",
        "YUNFN_LOCAL_HOME": str(tmp_path / "no-cloud-started"),
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: traced\nruntime: python\n")
    (folder / "__main__.py").write_text(_PROGRAM)
    return folder


_UP = (
    "pulumi stack init --non-interactive traced && pulumi up --yes --skip-preview --non-interactive --stack traced "
    "&& pulumi stack output --json --stack traced > outputs.json && cat traced.log 2>/dev/null; test -s outputs.json"
)


def test_no_planted_key_or_profile_is_used_and_no_socket_leaves_loopback(
    tmp_path: Path, project: Path, real_looking: dict[str, str]
) -> None:
    strace = shutil.which("strace")
    if strace is None:
        if os.environ.get("CI"):
            pytest.fail("strace is missing in CI: .ci/run installs it")
        pytest.skip("strace is not installed: the trace of connect calls did not run")
    trace = tmp_path / "trace"
    yunfn = [sys.executable, "-m", "yunfn.cli", "local", "run", "--", "sh", "-c", _UP]
    command = [strace, "-f", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg", "-o", str(trace), *yunfn]
    done = subprocess.run(command, cwd=project, env=real_looking, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    outputs = json.loads((project / "outputs.json").read_text())
    seen = json.dumps(outputs["environment"])
    assert PLANTED_KEY not in seen
    assert PLANTED_SECRET not in seen
    assert "pul-0123" not in seen
    assert outputs["environment"]["PULUMI_BACKEND_URL"].startswith("file://")
    addresses = _addresses(trace.read_text(errors="replace"))
    assert len(addresses) > 10, "the trace saw hardly any connection: it traced the wrong thing"
    assert {each for each in addresses if not _is_loopback(each)} == set()


def _is_loopback(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None)
    return (mapped or parsed).is_loopback


def _addresses(trace: str) -> list[str]:
    """Every internet address that any process connected or sent to, one entry a call."""
    return [match[2] or match[3] for match in _CONNECT.finditer(trace) if match[1] in ("AF_INET", "AF_INET6")]


def test_a_real_looking_key_is_unknown_to_the_local_cloud(project: Path, real_looking: dict[str, str]) -> None:
    program = (project / "__main__.py").read_text()
    explicit = (
        f'provider = alicloud.Provider("p", region="cn-shanghai", access_key="{PLANTED_KEY}", '
        f'secret_key="{PLANTED_SECRET}")\n'
        "who = alicloud.get_caller_identity(opts=pulumi.InvokeOptions(provider=provider))"
    )
    (project / "__main__.py").write_text(program.replace("who = alicloud.get_caller_identity()", explicit))
    yunfn = [sys.executable, "-m", "yunfn.cli", "local", "run", "--", "sh", "-c", _UP]
    done = subprocess.run(yunfn, cwd=project, env=real_looking, capture_output=True, text=True, timeout=300)
    assert done.returncode != 0
    assert "InvalidAccessKeyId" in done.stdout + done.stderr
    assert PLANTED_SECRET not in done.stdout + done.stderr


def test_a_folder_of_one_cloud_is_private_and_goes_with_it(tmp_path: Path, real_looking: dict[str, str]) -> None:
    command = 'stat -c "%a" "$YUNFN_LOCAL" "$YUNFN_LOCAL/control.sock" "$YUNFN_LOCAL/certificates/ca-key.pem"; echo "$YUNFN_LOCAL"'  # fmt: skip  # noqa: E501
    yunfn = [sys.executable, "-m", "yunfn.cli", "local", "run", "--", "sh", "-c", command]
    done = subprocess.run(yunfn, env=real_looking, capture_output=True, text=True, timeout=60, check=True)
    folder_mode, socket_mode, key_mode, folder = done.stdout.split()
    assert (folder_mode, socket_mode, key_mode) == ("700", "600", "600")
    assert not Path(folder).exists()
