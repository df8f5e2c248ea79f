"""What a role lets a service of the cloud do in an account's name: function credentials, triggers, log writing."""

from __future__ import annotations

from collections.abc import Callable

from yunfn.localcloud.alibaba.fc.dataplane.exceptions import RoleNotAssumable
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.alibaba.sts import StsService
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.keys import AccessKey, Principal
from yunfn.localcloud.rights import Right, right
from yunfn.localcloud.runner import RoleCredentials

# FCD "context": credentials are valid for 36 h; a call may last 24 h, so they are renewed while that much is left.
_VALID_SECONDS = 36 * 3600.0
_RENEWED_SECONDS = 24 * 3600.0
_FC = "fc.aliyuncs.com"


class Authority:
    """Assumes roles for services, remembers the keys, and asks the policies."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._keys: dict[tuple[str, str, str], AccessKey] = {}

    def reset(self) -> None:
        """Forget every key, after the store was cleared."""
        self._keys.clear()

    def assume(self, account: str, role: str, service: str, session: str) -> AccessKey:
        """Keys of ``role`` for ``service``; raises CloudError where the role is missing or does not trust it.

        A role that was deleted or stopped trusting is noticed at the next renewal, as in the cloud.
        """
        return self._assume(self._cloud.find(StsService).assume_for_service, account, role, service, session)

    def assume_for_account(self, account: str, role: str, principal: str, session: str) -> AccessKey:
        """As :meth:`assume`, for an account of the cloud's own (``acs:ram::<its id>:root``)."""
        return self._assume(self._cloud.find(StsService).assume_for_account, account, role, principal, session)

    def _assume(
        self, take: Callable[[str, str, str, str, float], AccessKey], account: str, role: str, who: str, session: str
    ) -> AccessKey:
        at = (account, role, who)
        key = self._keys.get(at)
        if key is None or key.expires - self._cloud.clock.time() < _RENEWED_SECONDS:
            key = self._keys[at] = take(account, role, who, session, _VALID_SECONDS)
        return key

    def right(self, principal: Principal, action: str, *resources: str) -> Right:
        """Whether the principal's policies allow ``action`` on what ``resources`` name, as the journal shows it."""
        return right(self._cloud.decide(principal, action, *resources), action, resources[0])

    def right_to_invoke(
        self, principal: Principal, region: str, account: str, function: str, qualifier: str
    ) -> Right:  # fmt: skip
        """Whether the principal may call the function by that qualifier; a right on the whole function covers each.

        A Deny on either wins.
        """
        resources = invocation_resources(region, account, function, qualifier)
        return self.right(principal, "fc:InvokeFunction", *resources)

    def function_principal(self, function: ResolvedFunction) -> Principal | None:
        """The function's role as a principal, or None for a function without one; raises RoleNotAssumable."""
        key = self._function_key(function)
        return key.principal if key else None

    def credentials(self, function: ResolvedFunction) -> RoleCredentials | None:
        """The credentials a call of the function is given, or None for a function without a role."""
        key = self._function_key(function)
        return RoleCredentials(key.id, key.secret, key.token) if key else None

    def _function_key(self, function: ResolvedFunction) -> AccessKey | None:
        role = function.configuration.get("role")
        if not role:
            return None
        try:
            return self.assume(function.account, str(role), _FC, function.name)
        except CloudError as error:
            raise RoleNotAssumable(function.name, str(role), error.message) from error


def invocation_resources(region: str, account: str, function: str, qualifier: str) -> tuple[str, str]:
    """The names a call is allowed on: by its qualifier, and the function as a whole: policies name either."""
    wide = f"acs:fc:{region}:{account}:functions/{function}"
    return f"{wide}/{qualifier}", wide
