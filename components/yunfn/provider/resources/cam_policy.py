"""``yunfn:cam:Policy``: a policy of one's own; a change of its document reaches whoever it is attached to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.cam import ACCOUNT, DOCUMENT, POLICY_GONE, DocumentResource, cam_api, same_document
from yunfn.provider.declaration import Declaration, Property, refreshed, with_defaults
from yunfn.provider.mark import described, mark_of, somebody_elses, split_mark
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions
from yunfn.provider.tencent_api import TencentApi

_PAGE = 200
# The type of a policy of Tencent's own (tencentcloud-sdk-python cam GetPolicyResponse).
_PRESET = 2
_PROPERTIES = (
    ACCOUNT,
    Property("policyName", "string", "Name of the policy.", replaces=True),
    Property(DOCUMENT, "string", "What it allows and denies, as JSON; compared as such."),
    Property("description", "string", "Text shown in the console.", required=False, default=""),
)


class Policy(DocumentResource):
    """Makes, changes and removes policies."""

    declaration = Declaration(
        token="yunfn:cam:Policy",  # noqa: S106
        description="A policy of one's own: what whoever it is attached to may do.",
        inputs=_PROPERTIES,
        outputs=(*_PROPERTIES, Property("policyId", "string", "Its number.")),
        identity=("account", "policyName"),
    )
    timeouts = Timeouts(create=180, update=180, delete=180, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        whole = with_defaults(self.declaration.inputs, inputs)
        api = await cam_api(operation, self._sessions, whole["account"])
        wanted = _parameters(operation, whole)
        try:
            answer = await api.call(operation, "CreatePolicy", {"PolicyName": whole["policyName"], **wanted})
            policy_id = str(answer["PolicyId"])
        except CloudAnswerError as error:
            if error.code != "FailedOperation.PolicyNameInUse":
                raise
            policy_id = await _own(operation, api, whole["policyName"], error)
            await api.call(operation, "UpdatePolicy", {"PolicyId": int(policy_id), **wanted})
        return State(policy_id, {**whole, "policyId": policy_id})

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        if not id.isdecimal():
            raise CloudAnswerError(f"{operation.name}: {id!r} cannot be imported: the id is the policy's number")
        api = await cam_api(operation, self._sessions, outputs.get("account"))
        found = await api.find(operation, "GetPolicy", {"PolicyId": int(id)}, POLICY_GONE)
        if found is None:
            return None
        if found.get("Type") == _PRESET:
            raise CloudAnswerError(
                f"{operation.name}: {id} is {found.get('PolicyName')}, a policy of Tencent Cloud's own"
            )
        told = Properties(
            {
                "account": api.account,
                "policyName": found["PolicyName"],
                DOCUMENT: found["PolicyDocument"],
                "description": split_mark(str(found.get("Description") or ""))[0],
            }
        )
        told = same_document(told, inputs)
        return State(id, {**told, "policyId": id}, refreshed(self.declaration.inputs, inputs, told))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource."""
        whole = with_defaults(self.declaration.inputs, inputs)
        api = await cam_api(operation, self._sessions, whole["account"])
        await api.call(operation, "UpdatePolicy", {"PolicyId": int(id), **_parameters(operation, whole)})
        return {**whole, "policyId": id}

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        api = await cam_api(operation, self._sessions, outputs["account"])
        await api.find(operation, "DeletePolicy", {"PolicyId": [int(id)]}, POLICY_GONE)


def _parameters(operation: Operation, whole: Mapping[str, Any]) -> dict[str, Any]:
    description = described(whole["description"], mark_of(operation.urn))
    return {"PolicyDocument": whole[DOCUMENT], "Description": description}


async def _own(operation: Operation, api: TencentApi, name: str, refusal: CloudAnswerError) -> str:
    """The number of the policy that is there already, if it bears this resource's mark."""
    page, seen, total = 1, 0, 1
    while seen < total:
        asked = {"Rp": _PAGE, "Page": page, "Scope": "Local", "Keyword": name}
        answer = await api.call(operation, "ListPolicies", asked)
        listed = answer.get("List") or []
        for each in listed:
            if each.get("PolicyName") != name:
                continue
            if split_mark(str(each.get("Description") or ""))[1] == mark_of(operation.urn):
                return str(each["PolicyId"])
            raise CloudAnswerError(
                somebody_elses(operation.urn, f"the policy {name}", str(each["PolicyId"]))
            ) from refusal
        page, seen, total = page + 1, seen + len(listed), int(answer.get("TotalNum") or 0) if listed else 0
    raise refusal
