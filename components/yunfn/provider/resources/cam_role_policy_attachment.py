"""``yunfn:cam:RolePolicyAttachment``: a policy that a role has, one's own by its number or a preset one by its name.

An attachment has nothing of its own to tell two resources of it apart: one that is there is taken as this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.cam import ACCOUNT, POLICY_GONE, ROLE_GONE, cam_api
from yunfn.provider.declaration import CheckFailure, Declaration, Difference, Property
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.operations import Operation
from yunfn.provider.pace import watched
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions
from yunfn.provider.tencent_api import TencentApi

_PAGE = 200
_KEPT = (
    ACCOUNT,
    Property("roleName", "string", "Name of the role.", replaces=True),
)


class RolePolicyAttachment(DeclaredResource):
    """Attaches policies to roles and detaches them."""

    declaration = Declaration(
        token="yunfn:cam:RolePolicyAttachment",  # noqa: S106
        description="A policy that a role has: policyId or policyName says which.",
        inputs=(
            *_KEPT,
            Property("policyId", "string", "Number of the policy.", required=False, replaces=True),
            Property(
                "policyName", "string", "Name of the policy; the way to preset ones.", required=False, replaces=True
            ),
        ),
        outputs=(
            *_KEPT,
            Property("policyId", "string", "Number of the policy."),
            Property("policyName", "string", "Name of the policy."),
        ),
        identity=("account", "roleName", "policyId", "policyName"),
    )
    timeouts = Timeouts(create=180, update=180, delete=180, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        failures, number = super().check(inputs), inputs.known("policyId")
        if ("policyId" in inputs) == ("policyName" in inputs):
            failures.append(CheckFailure("policyId", "exactly one of policyId and policyName must be given"))
        if isinstance(number, str) and not number.isdecimal():
            failures.append(CheckFailure("policyId", f"must be the policy's number, not {number!r}"))
        return failures

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """See Resource. The same policy by its name instead of its number is no change."""
        given = "policyId" if "policyId" in inputs else "policyName"
        before = {name: value for name, value in old_inputs.items() if name not in ("policyId", "policyName")}
        before[given] = old_inputs.get(given) or old_outputs.get(given)
        return super().diff(Properties(before), old_outputs, inputs)

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        """See Resource. What is not given of number and name is learned."""
        known = {**(old_outputs or {}), **inputs}
        return {each.name: known.get(each.name, UNKNOWN) for each in self.declaration.outputs}

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        api = await cam_api(operation, self._sessions, inputs["account"])
        await api.call(operation, "AttachRolePolicy", {"AttachRoleName": inputs["roleName"], **_policy(inputs)})
        found = await watched(operation, lambda: _attached(operation, api, inputs), _unseen)
        assert found is not None
        return _state(api, inputs["roleName"], found)

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        role, _, policy = id.partition("#")
        if not role or not policy:
            raise CloudAnswerError(
                f"{operation.name}: {id!r} cannot be imported: the id is <role>#<policy number or name>"
            )
        api = await cam_api(operation, self._sessions, outputs.get("account"))
        named = {"roleName": role, "policyId" if policy.isdecimal() else "policyName": policy}
        found = await _attached(operation, api, named)
        if found is None:
            return None
        state = _state(api, role, found)
        kept = dict(inputs) or {"account": api.account, **named}
        return State(state.id, state.outputs, kept)

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource. Nothing of it changes but how its policy is named."""
        return (await self.create(operation, inputs)).outputs

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        api = await cam_api(operation, self._sessions, outputs["account"])
        asked = {"DetachRoleName": outputs["roleName"], "PolicyId": int(outputs["policyId"])}
        await api.find(operation, "DetachRolePolicy", asked, ROLE_GONE | POLICY_GONE)


async def _attached(operation: Operation, api: TencentApi, where: Mapping[str, Any]) -> dict[str, Any] | None:
    """What CAM says of the attachment; None if the role is gone or has no such policy."""
    page, seen, total = 1, 0, 1
    while seen < total:
        asked = {"RoleName": where["roleName"], "Page": page, "Rp": _PAGE}
        answer = await api.find(operation, "ListAttachedRolePolicies", asked, ROLE_GONE)
        listed: list[dict[str, Any]] = (answer or {}).get("List") or []
        for each in listed:
            if where.get("policyId") in (None, str(each["PolicyId"])) and (
                where.get("policyName") in (None, each["PolicyName"])
            ):
                return each
        page, seen, total = page + 1, seen + len(listed), int((answer or {}).get("TotalNum") or 0) if listed else 0
    return None


def _unseen(found: Mapping[str, Any] | None) -> str | None:
    return None if found else "the attachment is not to be seen yet"


def _policy(inputs: Properties) -> dict[str, Any]:
    if "policyId" in inputs:
        return {"PolicyId": int(inputs["policyId"])}
    return {"PolicyName": inputs["policyName"]}


def _state(api: TencentApi, role: str, found: Mapping[str, Any]) -> State:
    number = str(found["PolicyId"])
    outputs = {"account": api.account, "roleName": role, "policyId": number, "policyName": found["PolicyName"]}
    return State(f"{role}#{number}", outputs)
