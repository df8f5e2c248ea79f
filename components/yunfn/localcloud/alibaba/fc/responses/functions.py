"""Functions on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.models.functions import Functions
from yunfn.localcloud.alibaba.fc.models.tags import read_tags
from yunfn.localcloud.alibaba.fc.request import FcRequest, done, gone
from yunfn.localcloud.alibaba.fc.rights import require_pass_role
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.scope import is_version
from yunfn.localcloud.alibaba.fc.state import LATEST, Package
from yunfn.localcloud.store import Document


async def create_function(request: FcRequest) -> Response:
    """CreateFunction. The alicloud provider writes ``Tags`` where the SDK writes ``tags``."""
    require_pass_role(request.call, Fields(request.body).text("role"))
    record = await _functions(request).create(request.body, read_tags(_tags(request.body)))
    return done(request.call, function_document(record))


async def get_function(request: FcRequest) -> Response:
    """GetFunction, of LATEST or of what ``qualifier`` means."""
    return done(request.call, function_document(_qualified(request)))


async def update_function(request: FcRequest) -> Response:
    """UpdateFunction: what is sent is changed, the rest stays."""
    require_pass_role(request.call, Fields(request.body).text("role"))
    record = await _functions(request).update(request.path["function"], request.body)
    return done(request.call, function_document(record))


async def delete_function(request: FcRequest) -> Response:
    """DeleteFunction."""
    _functions(request).delete(request.path["function"])
    return gone(request.call)


async def list_functions(request: FcRequest) -> Response:
    """ListFunctions, by name's prefix and other filters."""
    call = request.call
    prefix = call.param("prefix") or ""
    wanted = {name: call.param(name) for name in ("functionName", "runtime", "description", "resourceGroupId")}
    tags = read_tags(request.json_list("tags"))

    def after(token: str) -> Iterable[tuple[str, Document]]:
        if call.param("fcVersion") == "v2":
            return
        for name, record in request.scope.state.functions.scan(prefix=prefix, after=token):
            configuration = record["configuration"]
            if all(not value or configuration.get(field) == value for field, value in wanted.items()) and (
                tags.items() <= record["tags"].items()
            ):
                yield name, function_document(record)

    functions, token = request.page(after)
    return done(call, {"functions": functions, "nextToken": token})


async def get_function_code(request: FcRequest) -> Response:
    """GetFunctionCode: where the code can be fetched, and its CRC-64."""
    record = _qualified(request)
    package = Package.of(record["code"])
    if package is None:
        raise InvalidArgument(f"function '{request.path['function']}' has no code package")
    return done(request.call, {"url": request.links.make(request.call, package), "checksum": package.checksum})


async def disable(request: FcRequest) -> Response:
    """DisableFunctionInvocation."""
    fields = Fields(request.body)
    fields.flag("abortOngoingRequest")
    return _restrict(request, disabled=True, reason=fields.text("reason") or "")


async def enable(request: FcRequest) -> Response:
    """EnableFunctionInvocation."""
    return _restrict(request, disabled=False, reason="")


def function_document(record: Document) -> Document:
    """What a function's or version's record looks like on the wire."""
    document: Document = dict(record["configuration"])
    if record.get("tags"):
        document["tags"] = [{"Key": key, "Value": value} for key, value in record["tags"].items()]
    return document


def _restrict(request: FcRequest, *, disabled: bool, reason: str) -> Response:
    restriction: dict[str, Any] = {"disable": disabled, "lastModifiedTime": request.scope.now()}
    if reason:
        restriction["reason"] = reason
    _functions(request).amend(request.path["function"], {"invocationRestriction": restriction})
    return done(request.call, {"success": True})


def _qualified(request: FcRequest) -> Document:
    name, qualifier = request.path["function"], request.qualifier or LATEST
    record = request.scope.function(name)
    if qualifier != LATEST and not is_version(qualifier):
        qualifier = request.scope.alias(name, qualifier)["versionId"]
    return record if qualifier == LATEST else request.scope.version(name, qualifier)


def _functions(request: FcRequest) -> Functions:
    return Functions(request.scope, request.packages)


def _tags(body: dict[str, Any]) -> list[Any]:
    tags = body.get("tags") or body.get("Tags") or []
    if not isinstance(tags, list):
        raise InvalidArgument("tags must be a list")
    return tags
