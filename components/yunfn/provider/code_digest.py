"""SHA-256 of code as SCF tells it (CodeSha256): hexadecimal, or base64 as other clouds write it."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

_HEXADECIMAL: Final = re.compile(r"[0-9a-fA-F]{64}")


def hexadecimal(told: str) -> str:
    """The digest in lower case hexadecimal; the text as it is if it is no SHA-256."""
    if _HEXADECIMAL.fullmatch(told):
        return told.lower()
    try:
        digest = base64.b64decode(told, validate=True)
    except (binascii.Error, ValueError):
        return told
    return digest.hex() if len(digest) == 32 else told
