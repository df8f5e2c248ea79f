"""Encrypting by the key management services of both clouds: limited in rate, repeated where that helps, discreet.

What KMS says when it refuses may hold what it was sent (a signature that is not right is told with all that was
signed): no error, and no line of progress, has the plaintext in any form.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import quote

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.late_imports import ONE_AT_A_TIME
from yunfn.provider.operations import Operation
from yunfn.provider.repeating import repeated
from yunfn.provider.session import Sessions
from yunfn.storage.tencent_refusals import passes

if TYPE_CHECKING:
    from yunfn.storage.tencent_session import TencentSession

#: The most that KMS encrypts at once, in bytes (KMS API documentation, Encrypt: 6 KB; Tencent's: 4 KB).
LARGEST: Final = {"alibaba": 6144, "tencent": 4096}

# What to do about a refusal, by its code (KMS API documentation, error codes of both clouds).
_REMEDIES: Final = {
    "Rejected.Disabled": 'enable the key (EnableKey; alicloud.kms.Key(status="Enabled"))',
    "ResourceUnavailable.CmkDisabled": "enable the key (EnableKey; tencentcloud.kms.Key(is_enabled=True))",
}

# Seconds that one answer may take.
_READ = 30


class Kms(Protocol):
    """KMS of one account and region; blocking."""

    account: str

    def encrypt(self, parameters: Mapping[str, str]) -> str:
        """What Encrypt answers as CiphertextBlob; raises CloudAnswerError, perhaps with what was sent in its text."""

    def passes(self, error: CloudAnswerError) -> bool:
        """Whether the same request may succeed in a moment."""


async def connected(operation: Operation, sessions: Sessions, cloud: str, region: str, account: str) -> Kms:
    """KMS of ``cloud`` (alibaba, tencent) in a region; raises AccountMismatchError, CloudAnswerError."""
    if cloud == "alibaba":
        session = await sessions.alibaba(operation, region, account)

        def connect() -> Kms:
            with ONE_AT_A_TIME:
                from yunfn.provider.alibaba_kms import AlibabaKms

            return AlibabaKms(session)

        return await operation.run(connect)
    return await operation.run(TencentKms, await sessions.tencent(operation, region, account))


async def encrypted(
    operation: Operation, kms: Kms, key: str, plaintext: str, context: Mapping[str, str] | None
) -> str:  # fmt: skip
    """The ciphertext of ``plaintext`` by the key ``key``, bound to the encryption context.

    Raises:
        CloudAnswerError: KMS refused; without the plaintext.
        OperationStoppedError: it was stopped, or its time was up; the text holds what was answered last.
    """
    sent = base64.b64encode(plaintext.encode()).decode()
    parameters = {"KeyId": key, "Plaintext": sent}
    if context:
        parameters["EncryptionContext"] = json.dumps(dict(context), sort_keys=True)
    limit = operation.limits.of(kms.account, "kms", "Encrypt")
    return await repeated(operation, limit, lambda: operation.run(_discreet, kms, parameters, plaintext), kms.passes)


def _discreet(kms: Kms, parameters: Mapping[str, str], plaintext: str) -> str:
    """Encrypt; an error is raised without what was sent, and without the errors that it came from."""
    try:
        return kms.encrypt(parameters)
    except CloudAnswerError as error:
        remedy = f"; {_REMEDIES[error.code]}" if error.code in _REMEDIES else ""
        refused = CloudAnswerError(without(str(error), plaintext) + remedy, code=error.code, status=error.status)
    except Exception as error:
        refused = CloudAnswerError(f"KMS Encrypt: {type(error).__name__}: {without(str(error), plaintext)}")
    raise refused


def without(text: str, plaintext: str) -> str:
    """``text`` with the plaintext hidden, as it is, in base64, and as a signature's text escapes it."""
    sent = base64.b64encode(plaintext.encode()).decode()
    forms = {plaintext, sent, json.dumps(plaintext)[1:-1]}
    for _ in range(3):
        forms |= {quote(form, safe="~") for form in forms}
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, "[secret]")
    return text


class TencentKms:
    """KMS of Tencent Cloud, API 2019-01-18."""

    def __init__(self, session: TencentSession) -> None:
        self.account = session.appid
        with ONE_AT_A_TIME:
            from yunfn.storage.tencent_client import TencentClient

        self._client = TencentClient(session, "kms", timeout=_READ)

    def encrypt(self, parameters: Mapping[str, str]) -> str:
        """See Kms."""
        return str(self._client.ask("Encrypt", parameters)["CiphertextBlob"])

    def passes(self, error: CloudAnswerError) -> bool:
        """See Kms."""
        return passes(error)
