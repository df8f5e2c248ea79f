"""The credentials that a function's execution role gives its calls."""

from __future__ import annotations

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.runner import RoleCredentials
from yunfn.localcloud.tencent.scf.dataplane.exceptions import RoleNotAssumable
from yunfn.localcloud.tencent.scf.directory import ResolvedFunction
from yunfn.localcloud.tencent.sts import StsService

# Keys are valid for two hours and a call lasts 15 minutes at most (SCFD "limits"), so they are renewed in time.
_VALID_SECONDS = 7200.0
_RENEWED_SECONDS = 1800.0
_SCF = "scf.qcloud.com"


class Authority:
    """Assumes execution roles and remembers the keys."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._keys: dict[str, AccessKey] = {}

    def reset(self) -> None:
        """Forget every key, after the store was cleared."""
        self._keys.clear()

    def credentials(self, function: ResolvedFunction) -> RoleCredentials | None:
        """The credentials a call of the function is given, or None for a function without a role.

        Raises RoleNotAssumable. A role that was deleted or stopped trusting is noticed at the next renewal.
        """
        role = str(function.configuration.get("Role") or "")
        if not role:
            return None
        key = self._keys.get(role)
        if key is None or key.expires - self._cloud.clock.time() < _RENEWED_SECONDS:
            try:
                key = self._cloud.find(StsService).assume_for_service(role, _SCF, function.name, _VALID_SECONDS)
            except CloudError as error:
                raise RoleNotAssumable(function.name, role, error.message) from error
            self._keys[role] = key
        return RoleCredentials(key.id, key.secret, key.token)
