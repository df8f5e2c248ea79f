"""``yunfn:kms:Ciphertext``: a text, encrypted by a key of KMS once, and again only when text, key or context changes.

KMS answers another ciphertext at each call and keeps none. What was answered stands in the state and stays there as it
is: a refresh asks nothing, and neither does a preview or a delete. An update encrypts again; one that was interrupted
simply does so once more. Rotating the key changes nothing: KMS goes on decrypting by the version that it was.

The plaintext is an input only, always secret; the outputs are not, and may stand anywhere.
"""

from __future__ import annotations

import hashlib
from typing import Any

from yunfn.exceptions import CloudAnswerError
from yunfn.provider import kms
from yunfn.provider.declaration import CheckFailure, Declaration, Property
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.operations import Operation
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions

_KEPT = (
    Property("cloud", "string", "Whose KMS: alibaba or tencent.", allowed=("alibaba", "tencent")),
    Property(
        "account",
        "string",
        "Account id that the key belongs to, on Tencent Cloud its APPID; credentials of another are refused.",
    ),
    Property("region", "string", "Region of the key, such as cn-shanghai."),
    Property("keyId", "string", "Id of the key."),
    Property(
        "encryptionContext",
        "map",
        "What must be told to decrypt it, beside the right to; it is written down where calls are audited.",
        required=False,
        items=Property("value", "string", "A value.", empty=True),
    ),
)


class Ciphertext(DeclaredResource):
    """Encrypts, and remembers what came of it."""

    declaration = Declaration(
        token="yunfn:kms:Ciphertext",  # noqa: S106
        description=(
            "A text encrypted by a key of KMS. It is encrypted again only when text, key or context changes; "
            "refreshing asks nothing, and deleting neither."
        ),
        inputs=(
            *_KEPT,
            Property(
                "plaintext",
                "string",
                "The text: at most 6144 bytes of UTF-8, on Tencent Cloud 4096. Always a secret.",
                secret=True,
            ),
        ),
        outputs=(*_KEPT, Property("ciphertext", "string", "What KMS made of it, for its API Decrypt.")),
    )
    timeouts = Timeouts(create=120, update=120, delete=60)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource. What is said of the plaintext never shows it."""
        failures = super().check(inputs)
        plaintext, largest = inputs.known("plaintext"), kms.LARGEST.get(inputs.known("cloud"))
        if isinstance(plaintext, str) and largest is not None and (size := len(plaintext.encode())) > largest:
            failures.append(CheckFailure("plaintext", f"KMS encrypts at most {largest} bytes, not {size}"))
        return failures

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        """See Resource. Asked only where something changes: then it is encrypted again."""
        return {**_kept(inputs), "ciphertext": UNKNOWN}

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        outputs = await self.update(operation, "", Properties({}), inputs)
        digest = hashlib.sha256(outputs["ciphertext"].encode()).hexdigest()[:16]
        return State(f"{inputs['cloud']}:{inputs['region']}:{inputs['keyId']}:{digest}", outputs)

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource. There is nothing in the cloud to look at."""
        if not outputs:
            raise CloudAnswerError(
                f"{operation.name}: a ciphertext cannot be imported: KMS keeps none, and its plaintext would have to "
                "be decrypted. Declare it without import; it is encrypted anew"
            )
        return State(id, dict(outputs), dict(inputs))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource."""
        service = await kms.connected(
            operation, self._sessions, inputs["cloud"], inputs["region"], inputs["account"]
        )  # fmt: skip
        ciphertext = await kms.encrypted(
            operation, service, inputs["keyId"], inputs["plaintext"], inputs.get("encryptionContext")
        )
        return {**_kept(inputs), "ciphertext": ciphertext}

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource. There is nothing to remove."""


def _kept(inputs: Properties) -> dict[str, Any]:
    return {each.name: inputs.get(each.name) for each in _KEPT}
