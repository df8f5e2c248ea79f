"""``yunfn:cam:Role``: a role, read by its own name.

Upstream's sleeps five seconds after each creation and lists every role of the account for each read (TCP 1.81.90).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.cam import ACCOUNT, DOCUMENT, ROLE_GONE, DocumentResource, cam_api, same_document
from yunfn.provider.declaration import Declaration, Property, refreshed, with_defaults
from yunfn.provider.failures import PartialFailureError
from yunfn.provider.mark import described, mark_of, somebody_elses, split_mark
from yunfn.provider.operations import Operation
from yunfn.provider.pace import watched
from yunfn.provider.properties import Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions
from yunfn.provider.tencent_api import TencentApi

_PROPERTIES = (
    ACCOUNT,
    Property("roleName", "string", "Name of the role.", replaces=True),
    Property(DOCUMENT, "string", "Who may take the role, as JSON; compared as such."),
    Property("description", "string", "Text shown in the console.", required=False, default=""),
    Property("consoleLogin", "boolean", "Whether the role may log in to the console.", required=False, default=False),
    Property(
        "sessionDuration",
        "integer",
        "Seconds that its temporary keys may live at most.",
        required=False,
        default=7200,
        minimum=0,
        maximum=43200,
    ),
    Property(
        "tags", "map", "Tags of the role.", required=False, items=Property("tag", "string", "Value.", required=False)
    ),
)


class Role(DocumentResource):
    """Makes, changes and removes roles."""

    declaration = Declaration(
        token="yunfn:cam:Role",  # noqa: S106
        description="A role: who may take it; what it may do is attached to it.",
        inputs=_PROPERTIES,
        outputs=(
            *_PROPERTIES,
            Property("roleId", "string", "Its number."),
            Property("arn", "string", "Its six-segment name, as STS takes it."),
        ),
        identity=("account", "roleName"),
    )
    timeouts = Timeouts(create=180, update=180, delete=180, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        whole = with_defaults(self.declaration.inputs, inputs)
        api = await cam_api(operation, self._sessions, whole["account"])
        name, tags = whole["roleName"], _tag_list(whole.get("tags") or {})
        asked = {
            "RoleName": name,
            "PolicyDocument": whole[DOCUMENT],
            "Description": _described(operation, whole),
            "ConsoleLogin": int(whole["consoleLogin"]),
            "SessionDuration": int(whole["sessionDuration"]),
            **({"Tags": tags} if tags else {}),
        }
        try:
            await api.call(operation, "CreateRole", asked)
        except CloudAnswerError as error:
            if error.code != "InvalidParameter.RoleNameInUse":
                raise
            found = await _role(operation, api, name)
            if found is None or split_mark(str(found.get("Description") or ""))[1] != mark_of(operation.urn):
                raise CloudAnswerError(somebody_elses(operation.urn, f"the role {name}", name)) from error
            await _bring_about(operation, api, whole, found)
        # A role that was made may take a moment to be seen (TCP 1.81.90).
        found = await watched(operation, lambda: _role(operation, api, name), _unseen)
        assert found is not None
        return State(name, self.recorded({**whole, **_names(found)}))

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        api = await cam_api(operation, self._sessions, outputs.get("account"))
        found = await _role(operation, api, id)
        if found is None:
            return None
        told = same_document(Properties({"account": api.account, "roleName": id, **_told(found)}), inputs)
        return State(id, self.recorded({**told, **_names(found)}), refreshed(self.declaration.inputs, inputs, told))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource."""
        whole = with_defaults(self.declaration.inputs, inputs)
        api = await cam_api(operation, self._sessions, whole["account"])
        found = await _role(operation, api, id)
        if found is None:
            raise CloudAnswerError(f"{operation.name}: the role {id} is gone; pulumi refresh takes note of it")
        try:
            await _bring_about(operation, api, whole, found)
        except CloudAnswerError as error:
            # Some of its parts have a call each.
            now = await _role(operation, api, id)
            if now is None:
                raise
            recorded = self.recorded({**whole, **_told(now), **_names(now)})
            raise PartialFailureError(id, recorded, str(error)) from error
        return self.recorded({**whole, **_names(found)})

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        api = await cam_api(operation, self._sessions, outputs["account"])
        await api.find(operation, "DeleteRole", {"RoleName": id}, ROLE_GONE)


async def _role(operation: Operation, api: TencentApi, name: str) -> dict[str, Any] | None:
    answer = await api.find(operation, "GetRole", {"RoleName": name}, ROLE_GONE)
    found: dict[str, Any] | None = (answer or {}).get("RoleInfo")
    return found


def _unseen(found: Mapping[str, Any] | None) -> str | None:
    return None if found else "the role is not to be seen yet"


async def _bring_about(
    operation: Operation, api: TencentApi, whole: Mapping[str, Any], found: Mapping[str, Any]
) -> None:  # fmt: skip
    """Change what is not as wanted, one call for each part."""
    now, role = _told(found), {"RoleName": whole["roleName"]}
    description, login = _described(operation, whole), int(whole["consoleLogin"])
    duration = int(whole["sessionDuration"])
    if now[DOCUMENT] != whole[DOCUMENT]:
        await api.call(operation, "UpdateAssumeRolePolicy", {**role, "PolicyDocument": whole[DOCUMENT]})
    if found.get("Description") != description:
        await api.call(operation, "UpdateRoleDescription", {**role, "Description": description})
    if now["consoleLogin"] != bool(login):
        await api.call(operation, "UpdateRoleConsoleLogin", {**role, "ConsoleLogin": login})
    if now["sessionDuration"] != duration:
        await api.call(operation, "UpdateRoleSessionDuration", {**role, "SessionDuration": duration})
    wanted = whole.get("tags") or {}
    changed = {key: value for key, value in wanted.items() if now["tags"].get(key) != value}
    gone = [key for key in now["tags"] if key not in wanted]
    if changed:
        await api.call(operation, "TagRole", {**role, "Tags": _tag_list(changed)})
    if gone:
        await api.call(operation, "UntagRole", {**role, "TagKeys": gone})


def _told(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        DOCUMENT: found["PolicyDocument"],
        "description": split_mark(str(found.get("Description") or ""))[0],
        "consoleLogin": bool(found.get("ConsoleLogin")),
        # An account's older roles have none, which means the default (SDK: "0 to 43200").
        "sessionDuration": int(found.get("SessionDuration") or 7200),
        "tags": {each["Key"]: each.get("Value") or "" for each in found.get("Tags") or ()},
    }


def _names(found: Mapping[str, Any]) -> dict[str, Any]:
    return {"roleId": str(found["RoleId"]), "arn": str(found.get("RoleArn") or "")}


def _described(operation: Operation, whole: Mapping[str, Any]) -> str:
    return described(whole["description"], mark_of(operation.urn))


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
