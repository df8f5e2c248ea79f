"""Encrypt and decrypt by tencentcloud-sdk-python-kms, unmodified, through the proxy."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from .conftest import Kms

BAD = "InvalidParameterValue.InvalidCiphertext"


def text(value: bytes) -> str:
    return base64.b64encode(value).decode()


SECRET = text(b"correct horse battery staple")


def sealed(kms: Kms, key: str, **more: Any) -> str:
    return str(kms.ask("Encrypt", KeyId=key, Plaintext=SECRET, **more).CiphertextBlob)


def test_what_was_encrypted_comes_back(kms: Kms) -> None:
    key = kms.key()
    blob = sealed(kms, key)
    assert base64.b64decode(SECRET) not in base64.b64decode(blob)
    opened = kms.ask("Decrypt", CiphertextBlob=blob)
    assert (opened.KeyId, opened.Plaintext) == (key, SECRET)
    assert sealed(kms, key) != blob


def test_the_context_must_be_told_again_in_any_order(kms: Kms) -> None:
    pairs = {"function": "hello", "variable": "TOKEN"}
    blob = sealed(kms, kms.key(), EncryptionContext=json.dumps(pairs))
    turned = json.dumps(dict(reversed(pairs.items())))
    assert kms.ask("Decrypt", CiphertextBlob=blob, EncryptionContext=turned).Plaintext == SECRET
    for other in ({}, {"function": "hello"}, {**pairs, "function": "other"}):
        message = kms.refused(BAD, "Decrypt", CiphertextBlob=blob, EncryptionContext=json.dumps(other))
        assert "EncryptionContext is another one" in message


@pytest.mark.parametrize("pairs", ["[]", '{"a": 1}', "a", json.dumps({"a": "x" * 1024})])
def test_a_context_is_a_small_object_of_texts(kms: Kms, pairs: str) -> None:
    kms.refused("InvalidParameter", "Encrypt", KeyId=kms.key(), Plaintext=SECRET, EncryptionContext=pairs)


def test_a_changed_ciphertext_is_refused(kms: Kms) -> None:
    mine, other = kms.key(), kms.key()
    blob = base64.b64decode(sealed(kms, mine))
    changed = blob[:-1] + bytes([blob[-1] ^ 1])
    for each in (changed, blob[:30], b"x" * 100, b"", blob.replace(mine.encode(), other.encode())):
        assert each != blob
        kms.refused(BAD, "Decrypt", CiphertextBlob=text(each))
    kms.refused(BAD, "Decrypt", CiphertextBlob="no base64!")
    gone = blob.replace(mine.encode(), b"0" * len(mine))
    kms.refused("ResourceUnavailable.CmkNotFound", "Decrypt", CiphertextBlob=text(gone))


def test_a_plaintext_has_at_most_4096_bytes(kms: Kms) -> None:
    key, longest = kms.key(), text(b"x" * 4096)
    blob = kms.ask("Encrypt", KeyId=key, Plaintext=longest).CiphertextBlob
    assert kms.ask("Decrypt", CiphertextBlob=blob).Plaintext == longest
    for bad in (text(b"x" * 4097), "é", ""):
        kms.refused("InvalidParameterValue.InvalidPlaintext", "Encrypt", KeyId=key, Plaintext=bad)
    kms.refused("MissingParameter", "Encrypt", KeyId=key)


def test_a_data_key_is_random_and_decrypts(kms: Kms) -> None:
    key = kms.key()
    many: list[tuple[dict[str, Any], int]] = [
        ({"KeySpec": "AES_256"}, 32),
        ({"KeySpec": "AES_128"}, 16),
        ({"KeySpec": "AES_128", "NumberOfBytes": 1024}, 1024),
    ]
    for given, size in many:
        made = kms.ask("GenerateDataKey", KeyId=key, **given)
        assert len(base64.b64decode(made.Plaintext)) == size
        assert kms.ask("Decrypt", CiphertextBlob=made.CiphertextBlob).Plaintext == made.Plaintext
    bad: list[dict[str, Any]] = [{}, {"KeySpec": "AES_512"}, {"NumberOfBytes": 0}, {"NumberOfBytes": 1025}]
    for given in bad:
        kms.refused("InvalidParameter", "GenerateDataKey", KeyId=key, **given)
    kms.refused("UnsupportedOperation", "GenerateDataKey", KeyId=key, KeySpec="AES_256", IsHostedByKms=1)
    kms.refused("UnsupportedOperation", "GenerateDataKey", KeyId=key, KeySpec="AES_256", EncryptionPublicKey="PEM")


def test_re_encrypt_does_nothing_for_the_same_version_of_the_same_key(kms: Kms) -> None:
    old, new = kms.key(), kms.key()
    blob = sealed(kms, old)
    same = kms.ask("ReEncrypt", CiphertextBlob=blob)
    assert (same.ReEncrypted, same.CiphertextBlob, same.KeyId) == (False, blob, old)
    moved = kms.ask("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=new, DestinationEncryptionContext='{"a": "b"}')
    assert (moved.ReEncrypted, moved.KeyId, moved.SourceKeyId) == (True, new, old)
    opened = kms.ask("Decrypt", CiphertextBlob=moved.CiphertextBlob, EncryptionContext='{"a": "b"}')
    assert opened.Plaintext == SECRET
    kms.ask("EnableKeyRotation", KeyId=old, RotateDays=7)
    kms.later(8)
    again = kms.ask("ReEncrypt", CiphertextBlob=blob)
    assert (again.ReEncrypted, again.KeyId) == (True, old)
    assert again.CiphertextBlob != blob
    for each in (blob, again.CiphertextBlob):
        assert kms.ask("Decrypt", CiphertextBlob=each).Plaintext == SECRET
