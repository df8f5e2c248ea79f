"""Who may use which key, and what the journal tells of it."""

from __future__ import annotations

import base64
import json
from typing import Any

from support.tencent_identity import policy, trust

from .conftest import Kms
from .test_encryption import SECRET, sealed

DENIED = "UnauthorizedOperation.CAM"


def name(kms: Kms, key: str, creator: str = "") -> str:
    return f"qcs::kms:ap-guangzhou:uin/{kms.identity.uin}:key/creatorUin/{creator or kms.identity.uin}/{key}"


def test_a_right_to_decrypt_by_one_key_is_that_and_no_more(kms: Kms) -> None:
    mine, other = kms.key(), kms.key()
    reader = kms.identity.user(policy("kms:Decrypt", resource=name(kms, mine)))
    assert kms.ask("Decrypt", reader, CiphertextBlob=sealed(kms, mine)).Plaintext == SECRET
    many: list[tuple[str, dict[str, Any], str]] = [
        ("Decrypt", {"CiphertextBlob": sealed(kms, other)}, name(kms, other)),
        ("Encrypt", {"KeyId": mine, "Plaintext": SECRET}, name(kms, mine)),
        ("GenerateDataKey", {"KeyId": mine, "NumberOfBytes": 1}, name(kms, mine)),
        ("DescribeKey", {"KeyId": mine}, name(kms, mine)),
        ("DescribeKeys", {"KeyIds": [other]}, name(kms, other)),
        ("DisableKey", {"KeyId": mine}, name(kms, mine)),
        ("DescribeKey", {"KeyId": "0" * 36}, name(kms, "0" * 36)),
        ("CreateKey", {"Alias": "denied"}, "*"),
        ("ListKeys", {}, "*"),
        ("ListKeyDetail", {}, "*"),
        ("GetServiceStatus", {}, "*"),
    ]
    for action, given, resource in many:
        message = kms.refused(DENIED, action, reader, **given)
        assert f"(kms:{action}), resource ({resource})" in message


def test_a_ciphertext_may_be_moved_with_the_right_on_both_keys(kms: Kms) -> None:
    old, new = kms.key(), kms.key()
    given = {"CiphertextBlob": sealed(kms, old), "DestinationKeyId": new}
    both = [name(kms, old), name(kms, new)]
    assert kms.ask("ReEncrypt", kms.identity.user(policy("kms:ReEncrypt", resource=both)), **given).KeyId == new
    for lone in both:
        kms.refused(DENIED, "ReEncrypt", kms.identity.user(policy("kms:ReEncrypt", resource=lone)), **given)


def test_a_key_is_named_after_who_made_it(kms: Kms) -> None:
    maker = kms.identity.user(policy("kms:*"))
    key = kms.ask("CreateKey", maker, Alias=kms.identity.name()).KeyId
    uin = maker.principal.name
    assert kms.described(key).CreatorUin == int(uin)
    assert kms.described(key).ResourceId == f"creatorUin/{uin}/{key}"
    theirs = kms.identity.user(policy("kms:DescribeKey", resource=name(kms, key, uin)))
    owners = kms.identity.user(policy("kms:DescribeKey", resource=name(kms, key)))
    assert kms.ask("DescribeKey", theirs, KeyId=key).KeyMetadata.KeyId == key
    kms.refused(DENIED, "DescribeKey", owners, KeyId=key)


def test_a_functions_role_decrypts(kms: Kms) -> None:
    key, identity = kms.key(), kms.identity
    role = identity.role(
        trust(qcs=f"qcs::cam::uin/{identity.uin}:root"), policy("kms:Decrypt", resource=name(kms, key))
    )
    session = identity.assume(role, identity.user(policy("sts:AssumeRole")))
    assert kms.ask("Decrypt", session, CiphertextBlob=sealed(kms, key)).Plaintext == SECRET
    kms.refused(DENIED, "Encrypt", session, KeyId=key, Plaintext=SECRET)


def test_neither_journal_nor_refusal_nor_file_names_tells_a_secret(kms: Kms) -> None:
    key, secret = kms.key(), "planted-" + "s3cr3t" * 3
    plain = base64.b64encode(secret.encode()).decode()
    pairs = json.dumps({"why": secret})
    blob = kms.ask("Encrypt", KeyId=key, Plaintext=plain, EncryptionContext=pairs).CiphertextBlob
    bad = "InvalidParameterValue"
    said = [
        kms.refused(f"{bad}.InvalidCiphertext", "Decrypt", CiphertextBlob=blob, EncryptionContext='{"why": "no"}'),
        kms.refused(f"{bad}.InvalidPlaintext", "Encrypt", KeyId=key, Plaintext=plain + "!"),
        kms.refused(f"{bad}.InvalidKeyId", "Encrypt", KeyId=plain, Plaintext=plain),
        kms.refused("InvalidParameter", "Encrypt", KeyId=key, Plaintext=plain, EncryptionContext=secret),
    ]
    kms.ask("Decrypt", CiphertextBlob=blob, EncryptionContext=pairs)
    cloud, place = kms.identity.cloud, (kms.identity.uin, "ap-guangzhou")
    material = cloud.run(lambda one: next(one.store.collection(*place, "kms/material").scan(key)))[1]["material"]
    assert len(base64.b64decode(material)) == 32
    cloud.run(lambda one: one.journal.flush())
    journal = cloud.home.journal.read_text()
    lines = [line for line in map(json.loads, journal.splitlines()) if line["resource"] == key]
    assert {line["operation"] for line in lines} >= {"Encrypt", "Decrypt"}
    for text in (journal, *said):
        assert not [each for each in (secret, plain, blob, material) if each in text]
    files = [each for each in cloud.home.folder.iterdir() if each.is_file()]
    holding = [each for each in files if material.encode() in each.read_bytes()]
    assert holding and {oct(each.stat().st_mode & 0o777) for each in holding} == {"0o600"}
    assert not [each for each in files if secret.encode() in each.read_bytes()]
