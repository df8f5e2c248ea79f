"""A trigger's call by the trigger's role: what it takes to be let through, and the journal's lines about it."""

from __future__ import annotations

from collections.abc import Sequence

from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority, invocation_resources
from yunfn.localcloud.alibaba.fc.directory import FunctionDirectory, ResolvedFunction, TriggerRecord
from yunfn.localcloud.alibaba.sts.exceptions import RoleAccessDenied
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import AccessDeniedError, CloudError
from yunfn.localcloud.invocation.unfired import note_unfired
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.rights import Right, distrusted


class TriggerCaller:
    """Calls by the roles of triggers of one source.

    ``trusted`` is whom their roles must trust: a service (``oss.aliyuncs.com``) or an account of the cloud's own
    (``acs:ram::<its id>:root``). ``session`` names the sessions, ``status`` is what the journal shows of a call that
    is let through: 202 where it is queued, 200 where it is made at once.
    """

    def __init__(
        self,
        cloud: LocalCloud,
        directory: FunctionDirectory,
        authority: Authority,
        *,
        trusted: str,
        session: str,
        status: int,
    ) -> None:
        self._cloud = cloud
        self._directory = directory
        self._authority = authority
        self._trusted = trusted
        self._kind = "RAM" if trusted.startswith("acs:") else "Service"
        self._session = session
        self._status = status

    def principal(self, record: TriggerRecord, request_id: str) -> Principal | None:
        """Whom the trigger calls as, or None, and the journal says why, where its role cannot be taken."""
        role = str(record.document.get("invocationRole") or "")
        assume = self._authority.assume_for_account if self._kind == "RAM" else self._authority.assume
        try:
            if not role:
                raise AccessDeniedError(
                    f"trigger '{record.name}' without invocationRole", "fc:InvokeFunction", _narrow(record)
                )
            return assume(record.account, role, self._trusted, self._session).principal
        except CloudError as error:
            rights = [distrusted(role, self._kind, self._trusted)] if isinstance(error, RoleAccessDenied) else []
            self._note_unfired(record, error, role or self._trusted, request_id, rights)
            return None

    def function(self, record: TriggerRecord, principal: Principal, request_id: str) -> ResolvedFunction | None:
        """What the trigger calls, or None, and the journal says why, where its role may not or nothing is there."""
        right = self._authority.right_to_invoke(
            principal, record.region, record.account, record.function, record.qualifier
        )
        try:
            if not right["allowed"]:
                raise AccessDeniedError(principal.arn, "fc:InvokeFunction", _narrow(record))
            function = self._directory.resolve(record.account, record.region, record.function, record.qualifier)
        except CloudError as error:
            self._note_unfired(record, error, principal.arn, request_id, [right])
            return None
        # Nothing else shows that the role's right is used.
        self._cloud.journal.record(
            time=self._cloud.clock.now(),
            service="fc",
            operation="FireTrigger",
            resource=_resource(record),
            status=self._status,
            ms=0.0,
            region=record.region,
            principal=principal.arn,
            request_id=request_id,
            rights=[right],
        )
        return function

    def _note_unfired(
        self, record: TriggerRecord, error: CloudError, caller: str, request_id: str, rights: Sequence[Right]
    ) -> None:
        note_unfired(
            self._cloud,
            error,
            service="fc",
            resource=_resource(record),
            region=record.region,
            caller=caller,
            request_id=request_id,
            denied=f"fc:InvokeFunction {_narrow(record)}" if error.status == 403 else "",
            rights=rights,
        )


def _resource(record: TriggerRecord) -> str:
    return f"functions/{record.function}/{record.qualifier}"


def _narrow(record: TriggerRecord) -> str:
    return invocation_resources(record.region, record.account, record.function, record.qualifier)[0]
