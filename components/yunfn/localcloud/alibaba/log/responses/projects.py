"""Projects, their tags and their policies."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from yunfn.localcloud.alibaba.log.exceptions import ParameterInvalid
from yunfn.localcloud.alibaba.log.models.projects import LogState
from yunfn.localcloud.alibaba.log.responses import Operation
from yunfn.localcloud.alibaba.log.responses.bodies import answer, raw_answer, read_object, read_texts
from yunfn.localcloud.alibaba.log.responses.paging import page
from yunfn.localcloud.call import Call

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_HIDDEN = ("tags", "policy")


class ProjectCalls:
    """Create, get, update, delete and list projects; their tags; their policy, which is kept, not applied."""

    def __init__(self, state: LogState) -> None:
        self._state = state

    def routes(self) -> Mapping[str, Operation]:
        """The operations by name."""
        return {
            "CreateProject": self._create,
            "GetProject": self._get,
            "UpdateProject": self._update,
            "DeleteProject": self._delete,
            "ListProject": self._list,
            "GetProjectPolicy": self._get_policy,
            "PutProjectPolicy": self._put_policy,
            "DeleteProjectPolicy": self._delete_policy,
            "TagResources": self._tag,
            "UntagResources": self._untag,
            "ListTagResources": self._list_tags,
        }

    async def _create(self, call: Call, names: Mapping[str, str]) -> Response:
        body = await read_object(call)
        name = str(body.get("projectName") or names.get("project", ""))
        call.resource = name
        call.require("log:CreateProject", _resource(call, name))
        if not _NAME.fullmatch(name):
            raise ParameterInvalid(
                f"The project name {name!r} is invalid: 3 to 63 lower-case letters, digits and hyphens, "
                "beginning and ending with a letter or digit."
            )
        now = str(self._state.now())
        document: dict[str, Any] = {
            "projectName": name,
            "description": _description(body),
            "status": "Normal",
            "region": call.region,
            "owner": call.account,
            "createTime": now,
            "lastModifyTime": now,
            "resourceGroupId": body.get("resourceGroupId") or "rg-default",
            "dataRedundancyType": body.get("dataRedundancyType") or "LRS",
            "tags": {},
            "policy": "",
        }
        self._state.create_project(call.account, call.region, document)
        return answer(call)

    async def _get(self, call: Call, names: Mapping[str, str]) -> Response:
        return answer(call, _shown(self._project(call, names["project"], "log:GetProject")))

    async def _update(self, call: Call, names: Mapping[str, str]) -> Response:
        project = self._project(call, names["project"], "log:UpdateProject")
        project["description"] = _description(await read_object(call))
        self._keep(call, project)
        return answer(call)

    async def _delete(self, call: Call, names: Mapping[str, str]) -> Response:
        self._project(call, names["project"], "log:DeleteProject")
        self._state.delete_project(call.account, call.region, names["project"])
        return answer(call)

    async def _list(self, call: Call, names: Mapping[str, str]) -> Response:
        call.require("log:ListProject", _resource(call, "*"))
        wanted = {name: call.param(name) or "" for name in ("projectName", "description", "resourceGroupId")}
        found = [
            _shown(one)
            for one in self._state.projects(call.account, call.region)
            if wanted["projectName"] in one["projectName"]
            and wanted["description"] in one["description"]
            and wanted["resourceGroupId"] in ("", one["resourceGroupId"])
        ]
        shown = page(call, found)
        return answer(call, {"count": len(shown), "total": len(found), "projects": shown})

    async def _get_policy(self, call: Call, names: Mapping[str, str]) -> Response:
        # No policy is an empty 200: a 404 here makes the provider's whole read fail.
        policy = self._project(call, names["project"], "log:GetProjectPolicy")["policy"]
        return raw_answer(call, policy.encode(), "application/json")

    async def _put_policy(self, call: Call, names: Mapping[str, str]) -> Response:
        project = self._project(call, names["project"], "log:PutProjectPolicy")
        await read_object(call)
        project["policy"] = (await call.body()).decode()
        self._keep(call, project)
        return answer(call)

    async def _delete_policy(self, call: Call, names: Mapping[str, str]) -> Response:
        project = self._project(call, names["project"], "log:DeleteProjectPolicy")
        project["policy"] = ""
        self._keep(call, project)
        return answer(call)

    async def _tag(self, call: Call, names: Mapping[str, str]) -> Response:
        body = await read_object(call)
        tags = body.get("tags")
        if not isinstance(tags, list) or not all(isinstance(one, dict) and one.get("key") for one in tags):
            raise ParameterInvalid("tags must be a list of objects with key and value")
        for owner, holder in self._tagged(
            call, body.get("resourceType"), read_texts(body, "resourceId"), "TagResources"
        ):
            holder["tags"].update({str(one["key"]): str(one.get("value", "")) for one in tags})
            self._keep_tagged(call, owner, holder)
        return answer(call)

    async def _untag(self, call: Call, names: Mapping[str, str]) -> Response:
        body = await read_object(call)
        keys = read_texts(body, "tags") if "tags" in body else []
        everything = body.get("all") is True
        wanted = read_texts(body, "resourceId")
        for owner, holder in self._tagged(call, body.get("resourceType"), wanted, "UntagResources"):
            holder["tags"] = {k: v for k, v in holder["tags"].items() if not everything and k not in keys}
            self._keep_tagged(call, owner, holder)
        return answer(call)

    async def _list_tags(self, call: Call, names: Mapping[str, str]) -> Response:
        wanted = read_texts({"resourceId": _json(call.param("resourceId") or "[]")}, "resourceId")
        filters = _json(call.param("tags") or "[]")
        kind = call.param("resourceType")
        found = []
        for name, (_, holder) in zip(wanted, self._tagged(call, kind, wanted, "ListTagResources"), strict=True):
            tags: dict[Any, str] = holder["tags"]
            if not all(isinstance(one, dict) and tags.get(one.get("key")) == one.get("value") for one in filters):
                continue
            found += [
                {"resourceType": kind, "resourceId": name, "tagKey": key, "tagValue": value}
                for key, value in sorted(tags.items())
            ]
        return answer(call, {"nextToken": "", "tagResources": found})

    def _tagged(self, call: Call, kind: Any, ids: list[str], operation: str) -> list[tuple[str | None, dict[str, Any]]]:
        """Projects, or logstores (named ``project#logstore``) with their project; raises what their lookup raises."""
        call.resource = " ".join(ids)
        wanted = str(kind or "").lower()
        if wanted == "project":
            return [(None, self._project(call, name, f"log:{operation}")) for name in ids]
        if wanted != "logstore":
            raise ParameterInvalid(f"resourceType {kind!r} is not supported: PROJECT or LOGSTORE")
        found: list[tuple[str | None, dict[str, Any]]] = []
        for one in ids:
            project, _, logstore = one.partition("#")
            call.require(f"log:{operation}", f"{_resource(call, project)}/logstore/{logstore}")
            found.append((project, self._state.logstore(call.account, call.region, project, logstore)))
        return found

    def _keep_tagged(self, call: Call, project: str | None, holder: dict[str, Any]) -> None:
        if project is None:
            self._keep(call, holder)
        else:
            self._state.put_logstore(call.account, call.region, project, holder)

    def _project(self, call: Call, name: str, action: str) -> dict[str, Any]:
        call.resource = call.resource or name
        call.require(action, _resource(call, name))
        return self._state.project(call.account, call.region, name)

    def _keep(self, call: Call, project: dict[str, Any]) -> None:
        self._state.put_project(call.account, call.region, project)


def _resource(call: Call, project: str) -> str:
    return f"acs:log:{call.region}:{call.account}:project/{project}"


def _shown(project: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in project.items() if name not in _HIDDEN}


def _description(body: Mapping[str, Any]) -> str:
    text = str(body.get("description") or "")
    if len(text) > 64 or any(one in text for one in "<>'\"\\"):
        raise ParameterInvalid("description must be at most 64 characters without <>'\"\\")
    return text


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ParameterInvalid(f"{text!r} is not JSON") from None
