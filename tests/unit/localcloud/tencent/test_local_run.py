"""``yunfn local run`` beside a user's real-looking Tencent keys: the client reaches the local cloud alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

PLANTED_ID = "AKIDPLANTEDPLANTEDPLANTEDPLANTEDPLAN"
PLANTED_KEY = "plantedSecretKeyOfARealAccount00"
PROGRAM = f"""
import json, os
from qcloud_cos import CosConfig, CosS3Client
from tencentcloud.common.credential import DefaultCredentialProvider
from tencentcloud.sts.v20180813.models import GetCallerIdentityRequest
from tencentcloud.sts.v20180813.sts_client import StsClient

region, bucket = os.environ["TENCENTCLOUD_REGION"], "traced-" + os.environ["TENCENTCLOUD_APPID"]

def client(secret_id, secret_key):
    return CosS3Client(CosConfig(Region=region, SecretId=secret_id, SecretKey=secret_key))

ours = client(os.environ["TENCENTCLOUD_SECRET_ID"], os.environ["TENCENTCLOUD_SECRET_KEY"])
ours.create_bucket(Bucket=bucket)
ours.put_object(Bucket=bucket, Key="k", Body=b"x")
try:
    client({PLANTED_ID!r}, {PLANTED_KEY!r}).list_objects(Bucket=bucket)
    refused = None
except Exception as error:
    refused = error.get_error_code()
# As their documentation has it: no proxy, no certificate authority, no key is named.
sts = StsClient(DefaultCredentialProvider().get_credential(), region)
profile = os.path.join(os.environ["TENCENTCLOUD_SHARED_CREDENTIALS_DIR"], "default.credential")
print(json.dumps({{
    "environment": dict(os.environ),
    "profile": json.load(open(profile)),
    "size": ours.head_object(Bucket=bucket, Key="k")["Content-Length"],
    "refused": refused,
    "caller": sts.GetCallerIdentity(GetCallerIdentityRequest()).Arn,
}}))
"""


def test_no_real_key_gets_through_and_none_is_known(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".tccli").mkdir(parents=True)
    credential = {"secretId": PLANTED_ID, "secretKey": PLANTED_KEY}
    (home / ".tccli" / "default.credential").write_text(json.dumps(credential))
    (home / ".tencentcloud").mkdir()
    (home / ".tencentcloud" / "credentials").write_text(
        f"[default]\nsecret_id = {PLANTED_ID}\nsecret_key = {PLANTED_KEY}\n"
    )
    outer = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TENCENTCLOUD_SECRET_ID": PLANTED_ID,
        "TENCENTCLOUD_SECRET_KEY": PLANTED_KEY,
        "TENCENTCLOUD_SECURITY_TOKEN": PLANTED_KEY,
        "TENCENTCLOUD_APPID": "1250000000",
        "TENCENTCLOUD_REGION": "ap-hongkong",
        "TENCENTCLOUD_PROFILE": "default",
        "QCLOUD_SECRET_ID": PLANTED_ID,
        "QCLOUD_SECRET_KEY": PLANTED_KEY,
        "COS_SECRET_KEY": PLANTED_KEY,
        "YUNFN_LOCAL_HOME": str(tmp_path / "no-cloud-started"),
    }
    command = [sys.executable, "-m", "yunfn.cli", "local", "run", "--tencent-region", "ap-nanjing"]
    done = subprocess.run(
        [*command, "--", sys.executable, "-W", "ignore", "-c", PROGRAM],
        env=outer, cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["size"], told["refused"]) == ("1", "InvalidAccessKeyId")
    assert told["environment"]["TENCENTCLOUD_REGION"] == "ap-nanjing"
    assert re.fullmatch(r"qcs::cam:(\d+):uin/\1", told["caller"])
    seen = json.dumps([told["environment"], told["profile"]])
    assert PLANTED_ID not in seen and PLANTED_KEY not in seen
    assert told["profile"]["secretId"] == told["environment"]["TENCENTCLOUD_SECRET_ID"]
