"""``yunfn artifacts``: what is listed, what is removed and what stays, through the clouds' official clients."""

from __future__ import annotations

import json
import sys

import pytest

from unit.cli.command import Yunfn

_REGION = "cn-shanghai"
# The artifact bucket with a package that a function uses and one that nobody does.
_STOCK = """\
import base64, io, os, sys, zipfile
import oss2
from alibabacloud_fc20230330.client import Client
from alibabacloud_fc20230330.models import CreateFunctionInput, CreateFunctionRequest
from alibabacloud_fc20230330.models import InputCodeLocation
from alibabacloud_tea_openapi.models import Config

key, secret = os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
name = f"yunfn-artifacts-{os.environ['ALIBABA_CLOUD_ACCOUNT_ID']}-cn-shanghai"
functions = Client(Config(access_key_id=key, access_key_secret=secret, region_id="cn-shanghai", protocol="https",
    endpoint=f"{os.environ['ALIBABA_CLOUD_ACCOUNT_ID']}.cn-shanghai.fc.aliyuncs.com"))
if sys.argv[1] == "destroy":
    functions.delete_function("shop")
    sys.exit()
bucket = oss2.Bucket(oss2.Auth(key, secret), "https://oss-cn-shanghai.aliyuncs.com", name)
bucket.create_bucket()
for digest, text in (("a" * 64, "used"), ("b" * 64, "unused")):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", f"def handler(event, context): return '{text}'")
    bucket.put_object(f"code/{text}/{digest}.zip", packed.getvalue())
functions.create_function(CreateFunctionRequest(body=CreateFunctionInput(function_name="shop", handler="index.handler",
    runtime="python3.10", code=InputCodeLocation(oss_bucket_name=name, oss_object_name=f"code/used/{'a' * 64}.zip"))))
"""
_UNUSED = f"code/unused/{'b' * 64}.zip"
_USED = f"code/used/{'a' * 64}.zip"


def _inside(yunfn: Yunfn, *arguments: str, stdin: str = "", **variables: str) -> tuple[int, str, str]:
    """``yunfn artifacts …`` in the started cloud; ``variables`` are set inside of it."""
    given = [f"{name}={value}" for name, value in variables.items()]
    command = yunfn.command("artifacts", *arguments)
    done = yunfn("local", "run", "--region", _REGION, "--", "env", *given, *command, stdin=stdin)
    return done.returncode, done.stdout, done.stderr


def _stock(yunfn: Yunfn, what: str) -> None:
    done = yunfn("local", "run", "--", sys.executable, "-W", "ignore", "-c", _STOCK, what)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["list", "purge", "bucket"])
def test_without_keys_it_says_which_to_set(yunfn: Yunfn, command: str) -> None:
    done = yunfn("artifacts", command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: no access key in the environment: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET\n"
    )


def test_without_a_region_it_says_how_to_give_one(yunfn: Yunfn) -> None:
    keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAI5tREAL", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "realSecret"}
    done = yunfn("artifacts", "list", **keys)
    assert (done.returncode, "--region" in done.stderr, "realSecret" in done.stderr) == (1, True, False)


def test_wrong_keys_are_refused_in_the_clouds_words_and_not_shown(started: Yunfn) -> None:
    code, _, said = _inside(started, "list", ALIBABA_CLOUD_ACCESS_KEY_ID="LTAI5tREAL")
    assert (code, "InvalidAccessKeyId.NotFound" in said, "(request " in said) == (1, True, True)
    code, _, said = _inside(started, "purge", "--yes", ALIBABA_CLOUD_ACCESS_KEY_SECRET="realSecret")
    assert (code, "realSecret" in said, "Traceback" in said) == (1, False, False)


def test_an_empty_account_has_nothing_to_list_or_purge(started: Yunfn) -> None:
    assert _inside(started, "list")[:2] == (0, "no artifacts\n")
    assert _inside(started, "purge", "--bucket")[:2] == (0, "removed 0 artifacts\n")
    bucket = f"yunfn-artifacts-{started.home.account}-{_REGION}"
    assert json.loads(_inside(started, "bucket", "--json")[1]) == {"bucket": bucket, "exists": False}


def test_purge_removes_what_nobody_uses_and_the_bucket_last(started: Yunfn) -> None:
    _stock(started, "make")
    listed = {item["name"]: item["used_by"] for item in json.loads(_inside(started, "list", "--json")[1])}
    assert listed == {_USED: ["shop"], _UNUSED: []}
    table = _inside(started, "list")[1]
    assert f"\npackage  {_UNUSED}  " in table
    assert table.count("\n") == 3

    code, _, said = _inside(started, "purge", "--bucket", "--yes")
    assert (code, "functions still use what is in it (shop)" in said) == (1, True)
    dry = json.loads(_inside(started, "purge", "--dry-run", "--json")[1])
    assert (dry["dry_run"], [item["name"] for item in dry["removed"]]) == (True, [_UNUSED])
    assert _inside(started, "purge", stdin="n\n")[0] == 1

    code, said, asked = _inside(started, "purge", "--json", stdin="y\n")
    assert (code, [item["name"] for item in json.loads(said)["removed"]]) == (0, [_UNUSED])
    assert f"in account {started.home.account}, {_REGION}?" in asked

    _stock(started, "destroy")
    assert _inside(started, "purge", "--bucket", "--yes")[1].endswith("removed 1 artifacts and the artifact bucket\n")
    assert json.loads(_inside(started, "bucket", "--json")[1])["exists"] is False
