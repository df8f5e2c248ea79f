"""The fingerprint of a function version: one short text over everything that publishing freezes.

It stands in the version's description, and another fingerprint is another version. Function Compute refuses to publish
when nothing changed (FCD "versions"), so the fingerprint must change with code and configuration and with nothing else.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pulumi

# Raised when the canonical form changes.
_FORMAT = "yunfn-version 1"
_LENGTH = 32
# Cost of the slow hash (RFC 7914): some 25 ms and 8 MB, per function and only where an environment is secret.
_SCRYPT = {"n": 2**13, "r": 8, "p": 1}


def fingerprint(frozen: Mapping[str, Any]) -> str:
    """Digest the values that a version freezes; what is unset (None or empty) is as if not named."""
    text = json.dumps([_FORMAT, _canonical(frozen)], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def version_fingerprint(
    frozen: Mapping[str, Any], environment: pulumi.Output[Mapping[str, str] | None], salt: str
) -> pulumi.Output[str]:
    """Answer the fingerprint of the version to publish.

    ``frozen`` are all frozen inputs but the environment. A secret environment goes in through a slow, salted
    hash, so that neither the version's description nor the state gives a cheap way to try guesses at it.
    """
    settings = pulumi.Output.from_input(dict(frozen))
    is_secret: pulumi.Output[bool] = pulumi.Output.from_input(asyncio.ensure_future(environment.is_secret()))

    def draw(values: list[Any]) -> str:
        known, variables, hidden = values
        seen = _hidden(variables, salt) if hidden and variables else variables
        return fingerprint({**known, "environment": seen})

    drawn: pulumi.Output[str] = pulumi.Output.all(settings, environment, is_secret).apply(draw)
    return pulumi.Output.unsecret(drawn)


def _hidden(variables: Mapping[str, str], salt: str) -> str:
    text = json.dumps(_canonical(variables), sort_keys=True, separators=(",", ":"))
    return hashlib.scrypt(text.encode(), salt=salt.encode(), dklen=32, **_SCRYPT).hex()


def _canonical(value: Any) -> Any:
    """Drop what is unset and write numbers in one form, so that 1 and 1.0, None and {} are the same."""
    if isinstance(value, Mapping):
        items = {str(key): _canonical(each) for key, each in value.items()}
        return {key: each for key, each in items.items() if each not in (None, {}, [], "")}
    if isinstance(value, (list, tuple)):
        return [_canonical(each) for each in value]
    if isinstance(value, float) and value == int(value):
        return int(value)
    return str(value) if isinstance(value, (float, Decimal)) else value
