"""One call of KMS: its parameters by KMS's rules, and the key it names with the right to use it."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from yunfn.localcloud.alibaba.kms.exceptions import (
    AliasNotFound,
    AliasUnsupported,
    InvalidParameter,
    KeyDisabled,
    KeyNotFound,
    KeyPendingDeletion,
    MissingParameter,
    StateModifiedFailed,
)
from yunfn.localcloud.alibaba.kms.state import KmsState
from yunfn.localcloud.alibaba.pop import Parameters
from yunfn.localcloud.call import Call
from yunfn.localcloud.keystore import Key, KeyState, Place, canonical_context

_ALIAS = "alias/"
_LONGEST_CONTEXT = 8192
_LARGEST_PAGE = 100


class KmsRequest:
    """A call and its parameters; nothing of them is in an error's text but names."""

    def __init__(self, call: Call, parameters: Parameters, state: KmsState) -> None:
        self.call = call
        self.parameters = parameters
        self.state = state
        self.place = Place(call.account, call.region)

    @property
    def now(self) -> float:
        """The cloud's time, in seconds since the epoch."""
        return self.call.cloud.clock.time()

    def arn(self, name: str) -> str:
        """The full name of ``key``, ``key/<id>``, ``alias`` or ``alias/<name>`` (KMS, "Resource types")."""
        return f"acs:kms:{self.place.region}:{self.place.account}:{name}"

    def require(self, name: str, action: str = "") -> None:
        """Raise AccessDeniedError unless the caller may do the operation (or ``kms:<action>``) on a resource."""
        self.call.require(f"kms:{action or self.call.operation}", self.arn(name))

    def text(self, name: str) -> str:
        """A parameter that must be there; raises MissingParameter."""
        value = self.parameters.get(name, "")
        if not value:
            raise MissingParameter(name)
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:
        """``true`` or ``false``; raises MissingParameter without a default, InvalidParameter."""
        value = self.parameters.get(name, "").lower()
        if not value and default is not None:
            return default
        if not value:
            raise MissingParameter(name)
        if value not in ("true", "false"):
            raise InvalidParameter(name, "it is true or false")
        return value == "true"

    def number(self, name: str, lowest: int, highest: int, default: int | None = None) -> int:
        """A whole number in a range; raises MissingParameter without a default, InvalidParameter."""
        value = self.parameters.get(name, "")
        if not value and default is not None:
            return default
        if not re.fullmatch(r"\d{1,9}", value or self.text(name)) or not lowest <= int(value) <= highest:
            raise InvalidParameter(name, f"it is {lowest} to {highest}")
        return int(value)

    def choice(self, name: str, *allowed: str) -> str:
        """One of the allowed values, the first where none is given; raises InvalidParameter."""
        value = self.parameters.get(name, "") or allowed[0]
        if value not in allowed:
            raise InvalidParameter(name, f"it is one of {', '.join(allowed)}")
        return value

    def array(self, name: str) -> list[Any]:
        """A JSON array, empty where none is given; raises InvalidParameter."""
        value = self.parameters.get(name, "")
        try:
            found = json.loads(value) if value else []
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, list):
            raise InvalidParameter(name, "it is a JSON array")
        return found

    def base64(self, name: str) -> bytes:
        """Bytes sent in base64; raises MissingParameter, InvalidParameter."""
        try:
            return base64.b64decode(self.text(name), validate=True)
        except (binascii.Error, ValueError):
            raise InvalidParameter(name, "it is base64") from None

    def context(self, name: str = "EncryptionContext") -> bytes:
        """The encryption context in one form for all of the same pairs; raises InvalidParameter."""
        try:
            return canonical_context(self.parameters.get(name, ""), _LONGEST_CONTEXT)
        except ValueError:
            rule = f"it is a JSON object of texts, at most {_LONGEST_CONTEXT} characters long"
            raise InvalidParameter(name, rule) from None

    def page(self, items: list[Any]) -> tuple[list[Any], dict[str, int]]:
        """The items of the page asked for, and the answer's paging fields; raises InvalidParameter."""
        number = self.number("PageNumber", 1, 10**6, 1)
        size = self.number("PageSize", 1, _LARGEST_PAGE, 10)
        shown = items[(number - 1) * size : number * size]
        return shown, {"TotalCount": len(items), "PageNumber": number, "PageSize": size}

    def key(self, *, parameter: str = "KeyId", action: str = "", aliases: bool = False) -> Key:
        """The key that a parameter names, which the caller may use so.

        Takes an id, the key's full name, and with ``aliases`` an alias. Raises MissingParameter, AccessDeniedError,
        AliasUnsupported, AliasNotFound, KeyNotFound.
        """
        given = self.text(parameter)
        self.call.resource = given
        if given.startswith("acs:"):
            prefix = self.arn("")
            if not given.startswith(prefix):
                raise KeyNotFound
            given = given.removeprefix(prefix).removeprefix("key/")
        if given.startswith(_ALIAS):
            if not aliases:
                raise AliasUnsupported
            meant = self.state.alias(self.place, given)
            if meant is None:
                self.require(given, action)
                raise AliasNotFound
            given = meant
        return self.key_by_id(given, action)

    def key_by_id(self, key_id: str, action: str = "") -> Key:
        """The key of that id, which the caller may use so; raises AccessDeniedError, KeyNotFound."""
        self.call.resource = key_id
        self.require(f"key/{key_id}", action)
        found = self.state.keys.find(self.place, key_id)
        if found is None:
            raise KeyNotFound
        return found

    def save(self, key: Key) -> None:
        """Keep a key that was changed."""
        self.state.keys.put(self.place, key)


def check_stays(key: Key) -> None:
    """Raise StateModifiedFailed for a key that waits for its deletion: its state is changed by a cancellation only.

    "Impact of CMK states on API call" says so of EnableKey, DisableKey, ScheduleKeyDeletion and CreateAlias.
    """
    if key.state is KeyState.PENDING_DELETION:
        raise StateModifiedFailed("the key waits for its deletion")


def check_not_leaving(key: Key) -> None:
    """Raise KeyPendingDeletion for a key that waits for its deletion ("Impact of CMK states on API call").

    The page says so of UpdateAlias and of what encrypts; of other changes it is believed.
    """
    if key.state is KeyState.PENDING_DELETION:
        raise KeyPendingDeletion


def check_usable(key: Key) -> None:
    """Raise KeyPendingDeletion or KeyDisabled for a key that may not encrypt or decrypt now."""
    check_not_leaving(key)
    if key.state is not KeyState.ENABLED:
        raise KeyDisabled
