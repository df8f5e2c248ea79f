"""What becomes of keys: enabled, disabled, archived, rotated, deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.keystore import Key, KeyState
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue, Operation
from yunfn.localcloud.tencent.kms.exceptions import (
    CmkNotPendingDelete,
    CmkShouldBeDisabled,
    CmkStateNotSupport,
    InvalidPendingWindow,
)
from yunfn.localcloud.tencent.kms.keyring import KmsKeys, state_name
from yunfn.localcloud.tencent.kms.responses.keys import named_keys

_DAY = 86400
# ScheduleKeyDeletion and EnableKeyRotation: their parameters in the SDK.
_WINDOW = range(7, 31)
_ROTATION, _ROTATION_DEFAULT = range(7, 366), 365
_IN_USE = (KeyState.ENABLED, KeyState.DISABLED)


class StateCalls:
    """Changes of keys' states. One that a key is in already is no error: the tencentcloud provider sets it always."""

    def __init__(self, keys: KmsKeys) -> None:
        self._keys = keys

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "EnableKey": self._enable,
            "EnableKeys": self._enable_many,
            "DisableKey": self._disable,
            "DisableKeys": self._disable_many,
            "ArchiveKey": self._archive,
            "CancelKeyArchive": self._cancel_archive,
            "ScheduleKeyDeletion": self._schedule_deletion,
            "CancelKeyDeletion": self._cancel_deletion,
            "EnableKeyRotation": self._enable_rotation,
            "DisableKeyRotation": self._disable_rotation,
            "GetKeyRotationStatus": self._rotation_status,
        }

    async def _enable(self, request: ApiRequest) -> dict[str, Any]:
        return self._to(request, [self._keys.named(request)], KeyState.ENABLED, _IN_USE)

    async def _enable_many(self, request: ApiRequest) -> dict[str, Any]:
        return self._to(request, named_keys(self._keys, request), KeyState.ENABLED, _IN_USE)

    async def _disable(self, request: ApiRequest) -> dict[str, Any]:
        return self._to(request, [self._keys.named(request)], KeyState.DISABLED, _IN_USE)

    async def _disable_many(self, request: ApiRequest) -> dict[str, Any]:
        return self._to(request, named_keys(self._keys, request), KeyState.DISABLED, _IN_USE)

    async def _archive(self, request: ApiRequest) -> dict[str, Any]:
        allowed = (*_IN_USE, KeyState.ARCHIVED)
        return self._to(request, [self._keys.named(request)], KeyState.ARCHIVED, allowed)

    async def _cancel_archive(self, request: ApiRequest) -> dict[str, Any]:
        return self._to(request, [self._keys.named(request)], KeyState.ENABLED, (KeyState.ARCHIVED,))

    async def _schedule_deletion(self, request: ApiRequest) -> dict[str, Any]:
        key = self._keys.named(request)
        days = request.integer("PendingWindowInDays")
        if days not in _WINDOW:
            raise InvalidPendingWindow
        if key.state is KeyState.ENABLED:
            raise CmkShouldBeDisabled
        if key.state is KeyState.PENDING_DELETION:
            raise CmkStateNotSupport(state_name(key))
        key.state, key.deletion = KeyState.PENDING_DELETION, request.cloud.clock.time() + days * _DAY
        self._keys.save(request, key)
        return {"KeyId": key.id, "DeletionDate": int(key.deletion)}

    async def _cancel_deletion(self, request: ApiRequest) -> dict[str, Any]:
        key = self._keys.named(request)
        if key.state is not KeyState.PENDING_DELETION:
            raise CmkNotPendingDelete
        # "After the cancellation the key is disabled" (from memory of the console's guide).
        key.state, key.deletion = KeyState.DISABLED, 0.0
        self._keys.save(request, key)
        return {"KeyId": key.id}

    async def _enable_rotation(self, request: ApiRequest) -> dict[str, Any]:
        key = self._keys.named(request)
        days = request.integer("RotateDays", _ROTATION_DEFAULT)
        if days not in _ROTATION:
            raise InvalidParameterValue("RotateDays", "must be between 7 and 365")
        # The provider enables it for keys that it has disabled before.
        if key.state not in _IN_USE:
            raise CmkStateNotSupport(state_name(key))
        key.period = float(days * _DAY)
        key.next_rotation = request.cloud.clock.time() + key.period
        self._keys.save(request, key)
        return {}

    async def _disable_rotation(self, request: ApiRequest) -> dict[str, Any]:
        key = self._keys.named(request)
        key.period = key.next_rotation = 0.0
        self._keys.save(request, key)
        return {}

    async def _rotation_status(self, request: ApiRequest) -> dict[str, Any]:
        return {"KeyRotationEnabled": bool(self._keys.named(request).period)}

    def _to(
        self, request: ApiRequest, keys: list[Key], state: KeyState, allowed: tuple[KeyState, ...]
    ) -> dict[str, Any]:
        """Bring all the keys to a state, or none: all must be in one of those from which it can be reached."""
        for key in keys:
            if key.state not in allowed:
                raise CmkStateNotSupport(state_name(key))
        for key in keys:
            key.state = state
            self._keys.save(request, key)
        return {}
