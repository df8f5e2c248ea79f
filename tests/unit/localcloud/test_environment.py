"""A child of the local cloud inherits no way to a real account."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from yunfn.localcloud import environment
from yunfn.localcloud.home import Home, default_folder

PLANTED = {
    "ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5tREALREALREALREAL",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "realSecret",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "realToken",
    "ALIBABACLOUD_ACCESS_KEY_ID": "LTAI5tREAL",
    "ALICLOUD_ACCESS_KEY": "LTAI5tREAL",
    "ALICLOUD_SECRET_KEY": "realSecret",
    "ALICLOUD_SECURITY_TOKEN": "realToken",
    "ALICLOUD_PROFILE": "production",
    "ALICLOUD_ASSUME_ROLE_ARN": "acs:ram::1:role/admin",
    "ALIBABA_CLOUD_ROLE_ARN": "acs:ram::1:role/admin",
    "ALIBABA_CLOUD_ECS_METADATA": "real-role",
    "ALIYUN_ACCESS_KEY": "LTAI5tREAL",
    "OSS_ACCESS_KEY_ID": "LTAI5tREAL",
    "OTS_ENDPOINT": "https://real.cn-shanghai.ots.aliyuncs.com",
    "FC_ENDPOINT": "https://1.cn-shanghai.fc.aliyuncs.com",
    "SLS_ENDPOINT": "cn-shanghai.log.aliyuncs.com",
    "TENCENTCLOUD_SECRET_ID": "AKIDreal",
    "TENCENTCLOUD_SECRET_KEY": "realSecret",
    "TENCENTCLOUD_SECURITY_TOKEN": "realToken",
    "TENCENTCLOUD_TOKEN": "realToken",
    "TENCENTCLOUD_PROFILE": "real",
    "TENCENTCLOUD_SHARED_CREDENTIALS_DIR": "/home/real/.tccli",
    "TENCENTCLOUD_CREDENTIALS_FILE": "/home/real/.tencentcloud/credentials",
    "TENCENTCLOUD_ASSUME_ROLE_ARN": "qcs::cam::uin/1:roleName/real",
    "TENCENTCLOUD_APPID": "1250000000-real",
    "TENCENTCLOUD_DOMAIN": "real.tencentcloudapi.com",
    "TENCENT_SECRET_ID": "AKIDreal",
    "TENCENT_APP_ID": "1250000000-real",
    "QCLOUD_SECRET_ID": "AKIDreal",
    "QCLOUD_SECRET_KEY": "realSecret",
    "SECRET_ID": "AKIDreal",
    "COS_SECRET_ID": "AKIDreal",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_PROFILE": "production",
    "GOOGLE_APPLICATION_CREDENTIALS": "/home/real.json",
    "AZURE_CLIENT_SECRET": "realSecret",
    "PULUMI_ACCESS_TOKEN": "pul-real",
    "PULUMI_BACKEND_URL": "s3://company-state",
    "PULUMI_CONFIG_PASSPHRASE": "realPassphrase",
    "PULUMI_CONFIG_PASSPHRASE_FILE": "/home/passphrase",
    "PULUMI_STACK": "prod",
    "PULUMI_CONFIG": '{"alicloud:accessKey": "LTAI5tREAL"}',
    "ACCESS_KEY_ID": "LTAI5tREAL",
    "ACCESS_KEY_SECRET": "realSecret",
    "SECURITY_TOKEN": "realToken",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "https://traces.company",
    "HTTPS_PROXY": "http://proxy.company:3128",
    "https_proxy": "http://proxy.company:3128",
    "ALL_PROXY": "socks5://proxy.company:1080",
    "NO_PROXY": "aliyuncs.com",
    "SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt",
}
HARMLESS = {
    "PATH": "/usr/bin",
    "HOME": "/home/lin",
    "LANG": "C.UTF-8",
    "PULUMI_HOME": "/p",
    "FCITX": "1",
    "OSSIFY": "1",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


def test_nothing_planted_is_inherited(home: Home) -> None:
    child = environment.child_environment(PLANTED | HARMLESS, home, 12345)
    assert not set(child.values()) & (set(PLANTED.values()) - {""})
    assert not [value for value in child.values() if "real" in value.lower() or "company" in value]


def test_what_is_no_credential_stays(home: Home) -> None:
    child = environment.child_environment(PLANTED | HARMLESS, home, 12345)
    assert {name: child[name] for name in HARMLESS} == HARMLESS


def test_every_client_finds_the_local_cloud(home: Home) -> None:
    child = environment.child_environment({}, home, 12345, "cn-beijing")
    key = home.owner_key
    assert child["HTTPS_PROXY"] == child["https_proxy"] == "http://127.0.0.1:12345"
    assert child["OTS_ENDPOINT"] == "http://127.0.0.1:12345"
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        assert child[name] == str(home.certificates / "ca.pem")
    assert child["ALIBABA_CLOUD_ACCESS_KEY_ID"] == child["ALICLOUD_ACCESS_KEY"] == key.id
    assert child["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] == child["ALICLOUD_SECRET_KEY"] == key.secret
    assert child["ALICLOUD_REGION"] == "cn-beijing"
    assert child["ALIBABA_CLOUD_ACCOUNT_ID"] == home.account
    tencent = home.tencent
    assert child["TENCENTCLOUD_SECRET_ID"] == tencent.owner_key.id
    assert child["TENCENTCLOUD_SECRET_KEY"] == tencent.owner_key.secret
    assert child["TENCENTCLOUD_APPID"] == tencent.app_id
    assert child["TENCENTCLOUD_REGION"] == "ap-shanghai"
    assert child["TENCENTCLOUD_API_REQUEST_CLIENT"] == "yunfn"
    chosen = environment.child_environment({}, home, 12345, "cn-beijing", "ap-guangzhou")
    assert chosen["TENCENTCLOUD_REGION"] == "ap-guangzhou"
    assert child["PULUMI_BACKEND_URL"] == f"file://{home.pulumi}"
    assert child["PULUMI_CONFIG_PASSPHRASE"] == home.passphrase


def test_profile_files_hold_the_local_key_only_and_are_private(home: Home) -> None:
    child = environment.child_environment({}, home, 1)
    profile = Path(child["ALICLOUD_SHARED_CREDENTIALS_FILE"])
    credentials = Path(child["ALIBABA_CLOUD_CREDENTIALS_FILE"])
    (entry,) = json.loads(profile.read_text())["profiles"]
    assert entry["access_key_id"] == home.owner_key.id
    assert home.owner_key.secret in credentials.read_text()
    theirs = Path(child["TENCENTCLOUD_SHARED_CREDENTIALS_DIR"])
    credential, configure = theirs / "default.credential", theirs / "default.configure"
    tencent = home.tencent.owner_key
    assert json.loads(credential.read_text()) == {"secretId": tencent.id, "secretKey": tencent.secret}
    assert json.loads(configure.read_text())["_sys_param"]["region"] == "ap-shanghai"
    ini = Path(child["TENCENTCLOUD_CREDENTIALS_FILE"])
    assert f"secret_id = {tencent.id}" in ini.read_text()
    files = (profile, credentials, credential, configure, ini)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_python_path_of_the_user_is_kept_behind_ours(home: Home) -> None:
    child = environment.child_environment({"PYTHONPATH": "/mine"}, home, 1)
    assert child["PYTHONPATH"] == f"{environment.trust_site()}:/mine"


def test_a_python_trusts_the_local_ca_and_still_runs_its_own_sitecustomize(home: Home, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "sitecustomize.py").write_text("import builtins\nbuiltins.theirs_ran = True\n")
    (home.certificates / "ca.pem").write_text("the bundle")
    child = environment.child_environment(os.environ | {"PYTHONPATH": str(theirs)}, home, 1)
    code = "import certifi, builtins; print(certifi.where()); print(certifi.contents()); print(builtins.theirs_ran)"
    done = subprocess.run([sys.executable, "-c", code], env=child, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(home.certificates / "ca.pem"), "the bundle", "True"]


def test_the_aliyun_command_takes_no_profile_of_the_users_home(home: Home) -> None:
    child = environment.child_environment({"ALIBABA_CLOUD_PROFILE": "real"}, home, 1)
    assert (child["ALIBABA_CLOUD_IGNORE_PROFILE"], "ALIBABA_CLOUD_PROFILE" in child) == ("TRUE", False)


def test_an_environment_made_from_another_ones_is_the_same(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.create()
    once = environment.child_environment({"PYTHONPATH": "/mine"}, home, 1)
    assert (
        environment.child_environment(environment.child_environment({"PYTHONPATH": "/mine"}, other, 2), home, 1) == once
    )


def test_yunfn_inside_finds_the_cloud_it_is_in(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    child = environment.child_environment({"YUNFN_LOCAL_HOME": "/another"}, home, 1)
    monkeypatch.setenv("YUNFN_LOCAL_HOME", child["YUNFN_LOCAL_HOME"])
    assert default_folder() == home.folder


def test_the_passphrase_is_one_per_user_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    first, second = Home(tmp_path / "a"), Home(tmp_path / "b")
    assert first.passphrase == second.passphrase
    assert len(first.passphrase) >= 24
    (file,) = (tmp_path / "state").rglob("local-passphrase")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    assert first.passphrase != file.read_text()


def test_each_home_has_an_account_and_a_key_of_its_own(tmp_path: Path) -> None:
    first, second = Home(tmp_path / "a"), Home(tmp_path / "b")
    first.create()
    second.create()
    assert first.account != second.account
    assert len(first.account) == 16
    assert first.account.isdigit()
    assert first.owner_key.id != second.owner_key.id
    assert first.tencent.uin != second.tencent.uin
    assert first.tencent.app_id != second.tencent.app_id
    # The tencentcloud provider takes bucket names with exactly 10 digits at their end.
    assert (len(first.tencent.uin), len(first.tencent.app_id)) == (12, 10)
    assert (first.tencent.uin + first.tencent.app_id).isdigit()
    assert first.tencent.owner_key.id != second.tencent.owner_key.id
    assert first.tencent.owner_key.id.startswith("AKID")
    before = first.owner_key, first.tencent
    first.create()
    assert (first.owner_key, first.tencent) == before


def test_secrets_on_disk_are_readable_by_their_owner_only(home: Home) -> None:
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(home.credentials.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.database.stat().st_mode) == 0o600
