"""Who may use which key, what the journal tells of it, and who else may ask: today's SDKs, other hosts."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from alibabacloud_tea_openapi.client import Client as OpenApiClient
from alibabacloud_tea_openapi.models import Config, OpenApiRequest, Params
from alibabacloud_tea_util.models import RuntimeOptions

from unit.localcloud.alibaba.signatures.rpc_client import RpcClient, user_key

from .conftest import REGION, Kms
from .test_encryption import SECRET

# aliyun-python-sdk-core 2.16.1 carries an old urllib3 of its own.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\..*deprecated:DeprecationWarning")
NAMED = iter(range(100))


def user(kms: Kms, *statements: dict[str, Any]) -> Kms:
    document = json.dumps({"Version": "1", "Statement": [{"Effect": "Allow", **each} for each in statements]})
    return Kms(kms.cloud, user_key(kms.cloud, f"user-{next(NAMED)}", document))


def arn(kms: Kms, name: str) -> str:
    return f"acs:kms:{REGION}:{kms.cloud.account}:{name}"


def test_a_right_to_decrypt_by_one_key_is_that_and_no_more(kms: Kms) -> None:
    mine, other = kms.key(), kms.key()
    reader = user(kms, {"Action": "kms:Decrypt", "Resource": arn(kms, f"key/{mine}")})
    sealed = {key: kms.ask("Encrypt", KeyId=key, Plaintext=SECRET)["CiphertextBlob"] for key in (mine, other)}
    assert reader.ask("Decrypt", CiphertextBlob=sealed[mine])["Plaintext"] == SECRET
    many: list[tuple[str, dict[str, str], str]] = [
        ("Decrypt", {"CiphertextBlob": sealed[other]}, f"key/{other}"),
        ("Encrypt", {"KeyId": mine, "Plaintext": SECRET}, f"key/{mine}"),
        ("GenerateDataKey", {"KeyId": mine}, f"key/{mine}"),
        ("DescribeKey", {"KeyId": mine}, f"key/{mine}"),
        ("DisableKey", {"KeyId": mine}, f"key/{mine}"),
        ("DescribeKey", {"KeyId": "nothing"}, "key/nothing"),
        ("DescribeKey", {"KeyId": "alias/nothing"}, "alias/nothing"),
        ("ListKeys", {}, "key"),
        ("CreateKey", {}, "key"),
        ("ListAliases", {}, "alias"),
    ]
    for operation, given, resource in many:
        message = reader.refused(403, "Forbidden.NoPermission", operation, **given)
        assert f"kms:{operation} on {arn(kms, resource)}" in message


def test_a_ciphertext_may_be_moved_with_a_right_on_each_key(kms: Kms) -> None:
    old, new = kms.key(), kms.key()
    sealed = kms.ask("Encrypt", KeyId=old, Plaintext=SECRET)["CiphertextBlob"]
    given = {"CiphertextBlob": sealed, "DestinationKeyId": new}
    leave = {"Action": "kms:ReEncryptFrom", "Resource": arn(kms, f"key/{old}")}
    enter = {"Action": "kms:ReEncryptTo", "Resource": arn(kms, f"key/{new}")}
    assert user(kms, leave, enter).ask("ReEncrypt", **given)["KeyId"] == new
    for lone, missing in ((leave, "kms:ReEncryptTo"), (enter, "kms:ReEncryptFrom")):
        assert missing in user(kms, lone).refused(403, "Forbidden.NoPermission", "ReEncrypt", **given)


def test_an_alias_takes_a_right_on_itself_and_on_the_key(kms: Kms) -> None:
    key, alias = kms.key(), f"alias/rights-{next(NAMED)}"
    on_key = {"Action": ["kms:CreateAlias", "kms:DeleteAlias"], "Resource": arn(kms, f"key/{key}")}
    on_alias = {"Action": ["kms:CreateAlias", "kms:DeleteAlias"], "Resource": arn(kms, alias)}
    for lone in (on_key, on_alias):
        user(kms, lone).refused(403, "Forbidden.NoPermission", "CreateAlias", KeyId=key, AliasName=alias)
    user(kms, on_key, on_alias).ask("CreateAlias", KeyId=key, AliasName=alias)
    for lone in (on_key, on_alias):
        user(kms, lone).refused(403, "Forbidden.NoPermission", "DeleteAlias", AliasName=alias)
    user(kms, on_key, on_alias).ask("DeleteAlias", AliasName=alias)


def test_neither_journal_nor_refusal_nor_file_names_tells_a_secret(kms: Kms) -> None:
    key, secret = kms.key(), "planted-" + "s3cr3t" * 3
    plain = base64.b64encode(secret.encode()).decode()
    sealed = kms.ask("Encrypt", KeyId=key, Plaintext=plain, EncryptionContext=json.dumps({"why": secret}))
    blob = sealed["CiphertextBlob"]
    said = [
        kms.refused(400, "InvalidParameter", "Decrypt", CiphertextBlob=blob, EncryptionContext='{"why": "no"}'),
        kms.refused(400, "InvalidParameter", "Encrypt", KeyId=key, Plaintext=plain + "!"),
        kms.refused(400, "InvalidParameter", "Encrypt", KeyId=key, Plaintext=plain, EncryptionContext=secret),
    ]
    kms.ask("Decrypt", CiphertextBlob=blob, EncryptionContext=json.dumps({"why": secret}))
    material = kms.cloud.run(
        lambda one: next(one.store.collection(kms.cloud.account, REGION, "kms/material").scan(key))
    )[1]["material"]
    assert len(base64.b64decode(material)) == 32
    home = kms.cloud.home
    kms.cloud.run(lambda one: one.journal.flush())
    journal = home.journal.read_text()
    lines = [line for line in map(json.loads, journal.splitlines()) if line["resource"] == key]
    assert {line["operation"] for line in lines} >= {"Encrypt", "Decrypt"}
    for text in (journal, *said):
        assert not [each for each in (secret, plain, blob, material) if each in text]
    holding = [each for each in home.folder.iterdir() if each.is_file() and material.encode() in each.read_bytes()]
    assert holding and all(each.name.startswith("cloud.sqlite") for each in holding)
    assert {oct(each.stat().st_mode & 0o777) for each in holding} == {"0o600"}
    assert not [each for each in holding if secret.encode() in each.read_bytes()]


def test_todays_sdk_signs_by_acs3(kms: Kms) -> None:
    key = kms.key()
    owner = kms.cloud.root
    config = Config(
        access_key_id=owner.id,
        access_key_secret=owner.secret,
        endpoint=f"kms.{REGION}.aliyuncs.com",
        https_proxy=kms.cloud.proxy,
        ca=kms.cloud.bundle,
    )
    params = Params(
        action="Encrypt", version="2016-01-20", protocol="HTTPS", pathname="/", method="POST",
        auth_type="AK", style="RPC", req_body_type="formData", body_type="json",
    )  # fmt: skip
    pairs = json.dumps({"function": "hello"})
    asked = OpenApiRequest(query={"KeyId": key, "Plaintext": SECRET, "EncryptionContext": pairs})
    body = OpenApiClient(config).call_api(params, asked, RuntimeOptions())["body"]
    assert kms.ask("Decrypt", CiphertextBlob=body["CiphertextBlob"], EncryptionContext=pairs)["Plaintext"] == SECRET


@pytest.mark.parametrize("host", ["kms-vpc.cn-shanghai", "kms-intranet.cn-shanghai", "kms.cn-shanghai-finance-1"])
def test_it_is_found_inside_the_cloud_too(kms: Kms, host: str) -> None:
    asked = RpcClient(kms.cloud, f"{host}.aliyuncs.com", "2016-01-20")
    assert asked.do("ListKeys", Format="JSON")["PageNumber"] == 1
    asked.refused(400, "YunfnLocalUnknownOperation", "GetSecretValue", SecretName="x")
    asked.close()
