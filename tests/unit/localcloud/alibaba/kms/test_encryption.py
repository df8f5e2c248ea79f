"""Encrypt and decrypt by aliyun-python-sdk-kms, unmodified, through the proxy."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from .conftest import Kms

# aliyun-python-sdk-core 2.16.1 carries an old urllib3 of its own.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\..*deprecated:DeprecationWarning")


def text(value: bytes) -> str:
    return base64.b64encode(value).decode()


SECRET = text(b"correct horse battery staple")


def test_what_was_encrypted_comes_back(kms: Kms) -> None:
    key = kms.key()
    sealed = kms.ask("Encrypt", KeyId=key, Plaintext=SECRET)
    assert sealed["KeyId"] == key
    blob = base64.b64decode(sealed["CiphertextBlob"])
    assert base64.b64decode(SECRET) not in blob
    opened = kms.ask("Decrypt", CiphertextBlob=sealed["CiphertextBlob"])
    assert opened == {"KeyId": key, "KeyVersionId": sealed["KeyVersionId"], "Plaintext": SECRET}
    # A fresh nonce each time: nothing tells that two secrets are the same.
    assert kms.ask("Encrypt", KeyId=key, Plaintext=SECRET)["CiphertextBlob"] != sealed["CiphertextBlob"]


def test_the_context_must_be_told_again_in_any_order(kms: Kms) -> None:
    key, pairs = kms.key(), {"function": "hello", "variable": "TOKEN"}
    sealed = kms.ask("Encrypt", KeyId=key, Plaintext=SECRET, EncryptionContext=json.dumps(pairs))["CiphertextBlob"]
    turned = json.dumps(dict(reversed(pairs.items())))
    assert kms.ask("Decrypt", CiphertextBlob=sealed, EncryptionContext=turned)["Plaintext"] == SECRET
    for other in ({}, {"function": "hello"}, {**pairs, "function": "other"}, {**pairs, "more": ""}):
        message = kms.refused(
            400, "InvalidParameter", "Decrypt", CiphertextBlob=sealed, EncryptionContext=json.dumps(other)
        )
        assert "EncryptionContext is another one" in message
    bare = kms.ask("Encrypt", KeyId=key, Plaintext=SECRET)["CiphertextBlob"]
    kms.refused(400, "InvalidParameter", "Decrypt", CiphertextBlob=bare, EncryptionContext='{"function": "hello"}')


@pytest.mark.parametrize("pairs", ['[{"a": "b"}]', '{"a": 1}', '{"a": ["b"]}', "a", '{"a": "\\ud800"}', "[" * 7000])
def test_a_context_is_an_object_of_texts(kms: Kms, pairs: str) -> None:
    message = kms.refused(
        400, "InvalidParameter", "Encrypt", KeyId=kms.key(), Plaintext=SECRET, EncryptionContext=pairs
    )
    assert "EncryptionContext" in message


def test_a_changed_ciphertext_is_refused(kms: Kms) -> None:
    sealed = base64.b64decode(kms.ask("Encrypt", KeyId=kms.key(), Plaintext=SECRET)["CiphertextBlob"])
    for at in (len(sealed) - 1, len(sealed) - 20, len(sealed) - 50):
        changed = bytearray(sealed)
        changed[at] ^= 1
        assert "was changed" in kms.refused(400, "InvalidParameter", "Decrypt", CiphertextBlob=text(bytes(changed)))
    for nothing in (b"", sealed[:30], sealed[:4], b"x" * 100, sealed[:4] + b"\xff" * 40):
        kms.refused(400, "InvalidParameter" if nothing else "MissingParameter", "Decrypt", CiphertextBlob=text(nothing))
    kms.refused(400, "InvalidParameter", "Decrypt", CiphertextBlob="no base64!")


def test_a_ciphertext_cannot_name_another_key(kms: Kms) -> None:
    mine, other = kms.key(), kms.key()
    sealed = base64.b64decode(kms.ask("Encrypt", KeyId=mine, Plaintext=SECRET)["CiphertextBlob"])
    swapped = sealed.replace(mine.encode(), other.encode())
    assert swapped != sealed
    kms.refused(400, "InvalidParameter", "Decrypt", CiphertextBlob=text(swapped))
    gone = sealed.replace(mine.encode(), b"key-" + b"x" * (len(mine) - 4))
    kms.refused(404, "Forbidden.KeyNotFound", "Decrypt", CiphertextBlob=text(gone))


def test_a_plaintext_has_at_most_6144_bytes(kms: Kms) -> None:
    key = kms.key()
    longest = text(b"x" * 6144)
    sealed = kms.ask("Encrypt", KeyId=key, Plaintext=longest)["CiphertextBlob"]
    assert kms.ask("Decrypt", CiphertextBlob=sealed)["Plaintext"] == longest
    assert "6144" in kms.refused(400, "InvalidParameter", "Encrypt", KeyId=key, Plaintext=text(b"x" * 6145))
    kms.refused(400, "InvalidParameter", "Encrypt", KeyId=key, Plaintext="é")
    assert "Plaintext" in kms.refused(400, "MissingParameter", "Encrypt", KeyId=key, Plaintext="")


def test_a_data_key_is_random_and_decrypts(kms: Kms) -> None:
    key = kms.key()
    many: list[tuple[dict[str, Any], int]] = [
        ({}, 32),
        ({"KeySpec": "AES_128"}, 16),
        ({"KeySpec": "AES_128", "NumberOfBytes": 1024}, 1024),
    ]
    for given, size in many:
        made = kms.ask("GenerateDataKey", KeyId=key, **given)
        assert len(base64.b64decode(made["Plaintext"])) == size
        assert kms.ask("Decrypt", CiphertextBlob=made["CiphertextBlob"])["Plaintext"] == made["Plaintext"]
    assert kms.ask("GenerateDataKey", KeyId=key)["Plaintext"] != kms.ask("GenerateDataKey", KeyId=key)["Plaintext"]
    bare = kms.ask("GenerateDataKeyWithoutPlaintext", KeyId=key, NumberOfBytes=8)
    assert "Plaintext" not in bare
    assert len(base64.b64decode(kms.ask("Decrypt", CiphertextBlob=bare["CiphertextBlob"])["Plaintext"])) == 8
    bad: list[dict[str, Any]] = [{"NumberOfBytes": 0}, {"NumberOfBytes": 1025}, {"KeySpec": "AES_512"}]
    for given in bad:
        kms.refused(400, "InvalidParameter", "GenerateDataKey", KeyId=key, **given)


def test_re_encrypt_moves_to_another_key_and_context(kms: Kms) -> None:
    old, new = kms.key(), kms.key()
    sealed = kms.ask("Encrypt", KeyId=old, Plaintext=SECRET, EncryptionContext='{"a": "1"}')["CiphertextBlob"]
    contexts = {"SourceEncryptionContext": '{"a": "1"}', "DestinationEncryptionContext": '{"b": "2"}'}
    moved = kms.ask("ReEncrypt", CiphertextBlob=sealed, DestinationKeyId=new, **contexts)
    assert moved["KeyId"] == new
    opened = kms.ask("Decrypt", CiphertextBlob=moved["CiphertextBlob"], EncryptionContext='{"b": "2"}')
    assert (opened["KeyId"], opened["Plaintext"]) == (new, SECRET)
    kms.refused(400, "InvalidParameter", "ReEncrypt", CiphertextBlob=sealed, DestinationKeyId=new)


def test_a_dry_run_tells_that_it_would_have_been_done(kms: Kms) -> None:
    key = kms.key()
    kms.refused(400, "DryRunOperationError", "Encrypt", KeyId=key, Plaintext=SECRET, DryRun="true")
    kms.ask("DisableKey", KeyId=key)
    kms.refused(409, "Rejected.Disabled", "Encrypt", KeyId=key, Plaintext=SECRET, DryRun="true")


def test_keys_are_regional(kms: Kms) -> None:
    key, there = kms.key(), Kms(kms.cloud, region="cn-hangzhou")
    sealed = kms.ask("Encrypt", KeyId=key, Plaintext=SECRET)["CiphertextBlob"]
    there.refused(404, "Forbidden.KeyNotFound", "DescribeKey", KeyId=key)
    there.refused(404, "Forbidden.KeyNotFound", "Decrypt", CiphertextBlob=sealed)
    there.refused(404, "Forbidden.KeyNotFound", "DescribeKey", KeyId=kms.described(key)["Arn"])
    assert kms.described(kms.described(key)["Arn"])["KeyId"] == key
