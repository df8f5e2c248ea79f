"""Where SLS is found, and which path is which operation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_REGION = r"(?P<region>[a-z]{2}(?:-[a-z0-9]+)+?)(?:-intranet|-share|-internal)?"
HOSTS = (
    re.compile(rf"{_REGION}\.log\.aliyuncs\.com"),
    re.compile(rf"(?P<project>[a-z0-9][a-z0-9-]*)\.{_REGION}\.log\.aliyuncs\.com"),
)

_LOGSTORE = r"/logstores/(?P<logstore>[^/]+)"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: method, path, whether a project is in the host, and the query's ``type`` if that decides."""

    operation: str
    method: str
    path: re.Pattern[str]
    project: bool | None
    kind: str | None = None


def _route(operation: str, method: str, path: str, project: bool | None = True, kind: str | None = None) -> Route:
    return Route(operation, method, re.compile(path), project, kind)


# The first that fits wins. ``project`` None: SDKs send it to either host (terraform-provider-alicloud 1.285.0 and
# aliyun-log-python-sdk 0.9.52).
ROUTES = (
    _route("CreateProject", "POST", "/", None),
    _route("ListProject", "GET", "/", False),
    _route("GetProject", "GET", "/"),
    _route("UpdateProject", "PUT", "/"),
    _route("DeleteProject", "DELETE", "/"),
    _route("GetProjectPolicy", "GET", "/policy"),
    _route("PutProjectPolicy", "(PUT|POST)", "/policy"),
    _route("DeleteProjectPolicy", "DELETE", "/policy"),
    _route("TagResources", "POST", "/tag", None),
    _route("UntagResources", "POST", "/untag", None),
    _route("ListTagResources", "GET", "/tags", None),
    _route("ListLogStores", "GET", "/logstores"),
    _route("CreateLogStore", "POST", "/logstores"),
    _route("GetLogs", "GET", _LOGSTORE, kind="log"),
    _route("GetHistograms", "GET", _LOGSTORE, kind="histogram"),
    _route("GetLogStore", "GET", _LOGSTORE, kind=""),
    _route("UpdateLogStore", "PUT", _LOGSTORE),
    _route("DeleteLogStore", "DELETE", _LOGSTORE),
    _route("PutLogs", "POST", _LOGSTORE + r"(/shards/(?P<mode>lb|route))?"),
    _route("GetLogsV2", "POST", _LOGSTORE + "/logs"),
    _route("GetLogStoreMeteringMode", "GET", _LOGSTORE + "/meteringmode"),
    _route("UpdateLogStoreMeteringMode", "PUT", _LOGSTORE + "/meteringmode"),
    _route("GetIndex", "GET", _LOGSTORE + "/index"),
    _route("CreateIndex", "POST", _LOGSTORE + "/index"),
    _route("UpdateIndex", "PUT", _LOGSTORE + "/index"),
    _route("DeleteIndex", "DELETE", _LOGSTORE + "/index"),
    _route("ListShards", "GET", _LOGSTORE + "/shards"),
    _route("GetCursor", "GET", _LOGSTORE + r"/shards/(?P<shard>\d+)", kind="cursor"),
    _route("PullLogs", "GET", _LOGSTORE + r"/shards/(?P<shard>\d+)", kind="log"),
)


def find_route(method: str, path: str, has_project: bool, kind: str) -> tuple[str, Mapping[str, str]] | None:
    """The operation a request asks for and the names in its path, or None."""
    for route in ROUTES:
        if (
            re.fullmatch(route.method, method)
            and route.project in (None, has_project)
            and (route.kind is None or route.kind == kind)
            and (found := route.path.fullmatch(path))
        ):
            return route.operation, {name: value for name, value in found.groupdict().items() if value is not None}
    return None
