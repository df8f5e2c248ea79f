"""The encryption context: pairs of texts that do not go into the ciphertext but must be told again to decrypt it."""

from __future__ import annotations

import json


def canonical_context(text: str, limit: int) -> bytes:
    """One form for all contexts of the same pairs, whatever their order; raises ValueError for what is no context.

    It is a JSON object whose values are all texts, at most ``limit`` characters long (Alibaba Cloud KMS,
    "EncryptionContext": 8,192; Tencent's API: 1,024). None at all and an empty one are the same.
    """
    if not text:
        return b""
    if len(text) > limit:
        raise ValueError(f"longer than {limit} characters")
    try:
        found = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ValueError("not an object of texts")
    if not found:
        return b""
    return json.dumps(found, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
