"""Functions: their code and configuration as of LATEST."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.fc.code import take_code
from yunfn.localcloud.alibaba.fc.exceptions import (
    FunctionAlreadyExists,
    FunctionNotEmpty,
    InvalidArgument,
    ProvisionConfigExist,
)
from yunfn.localcloud.alibaba.fc.models.function_document import configure
from yunfn.localcloud.alibaba.fc.models.layer_use import resolve_layers
from yunfn.localcloud.alibaba.fc.packages import Packages
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.rules.function import check_function
from yunfn.localcloud.alibaba.fc.rules.names import check_name
from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.alibaba.fc.siblings import check_log_target
from yunfn.localcloud.alibaba.fc.state import Package, version_key
from yunfn.localcloud.codestore.packages import Holder
from yunfn.localcloud.store import Document
from yunfn.runtimes import FC_LIMITS


class Functions:
    """The functions of one account and region."""

    def __init__(self, scope: FcScope, packages: Packages) -> None:
        self._scope = scope
        self._packages = packages
        self._functions = scope.state.functions

    async def create(self, body: Mapping[str, Any], tags: dict[str, str]) -> Document:
        """A new function; its record. Raises InvalidArgument, FunctionAlreadyExists, LayerVersionNotFound."""
        fields = Fields(body)
        name = fields.required("functionName")
        check_name("functionName", name)
        if self._functions.get(name) is not None:
            raise FunctionAlreadyExists(name)
        follows = body.get("cpu") is None
        configuration = configure({}, body, cpu_follows=follows)
        arns = fields.texts("layers") or []
        self._check(configuration, arns)
        if "code" not in fields:
            raise InvalidArgument("code is required")
        code = await take_code(self._scope, self._packages, fields.inner("code"), FC_LIMITS.oss_code_mb)
        try:
            layers = resolve_layers(self._scope, configuration["runtime"], arns)
        except BaseException:
            self._packages.discard(code)
            raise
        now = self._scope.now()
        configuration |= {
            "functionName": name,
            "functionArn": self._scope.function_arn(name),
            "functionId": str(uuid.uuid4()),
            "createdTime": now,
            "lastModifiedTime": now,
            "state": "Active",
            "lastUpdateStatus": "Successful",
        }
        record = _record(configuration, code, layers) | {
            "cpuFollows": follows,
            "lastVersion": 0,
            "published": "",
            "tags": tags,
        }
        if not self._functions.insert(name, record):
            self._packages.discard(code)
            raise FunctionAlreadyExists(name)
        self._packages.hold([code, *layers], self._holder(name))
        self._scope.changed(name)
        return record

    async def update(self, name: str, body: Mapping[str, Any]) -> Document:
        """Merge ``body`` into a function; its record. Raises FunctionNotFound and what :meth:`create` raises."""
        fields = Fields(body)
        self._scope.function(name)
        code = None
        if "code" in fields:
            code = await take_code(self._scope, self._packages, fields.inner("code"), FC_LIMITS.oss_code_mb)
        try:
            record, old = self._changed(name, body, fields, code)
        except BaseException:
            if code is not None:
                self._packages.discard(code)
            raise
        holder = self._holder(name)
        kept = [Package.of(record["code"]), *(Package(**layer) for layer in record["layers"])]
        blobs = {package.blob for package in kept if package}
        self._packages.hold([package for package in kept if package], holder)
        self._functions.put(name, record)
        self._packages.release([package for package in old if package.blob not in blobs], holder)
        self._scope.changed(name)
        return record

    def delete(self, name: str) -> None:
        """Remove a function with its versions, aliases and settings.

        Raises FunctionNotFound; FunctionNotEmpty while it has triggers (error table of API 2023-03-30);
        ProvisionConfigExist while provisioned instances are asked for (Serverless Devs' fc3 waits on it). No
        document refuses a function for its versions or aliases: they go with it.
        """
        state = self._scope.state
        record = self._scope.function(name)
        if state.of_function(state.triggers, name):
            raise FunctionNotEmpty(name)
        for qualifier, provision in state.of_function(state.provision, name):
            if provision["target"]:
                raise ProvisionConfigExist(name, qualifier)
        for key, version in state.of_function(state.versions, name):
            state.versions.delete(f"{name}/{key}")
            self._packages.release(stored(version), version_holder(self._scope, name, key))
        for collection in (state.aliases, state.async_invoke, state.provision, state.vpc_bindings):
            for key, _ in state.of_function(collection, name):
                collection.delete(f"{name}/{key}")
        state.concurrency.delete(name)
        self._functions.delete(name)
        self._packages.release(stored(record), self._holder(name))
        self._scope.changed(name)

    def amend(self, name: str, changes: Mapping[str, Any]) -> Document:
        """Set fields of the document that no rule guards (resource group, restriction); the record."""
        record = self._scope.function(name)
        record["configuration"] |= changes
        self._functions.put(name, record)
        self._scope.changed(name)
        return record

    def _changed(
        self, name: str, body: Mapping[str, Any], fields: Fields, code: Package | None
    ) -> tuple[Document, list[Package]]:
        record = self._scope.function(name)
        old = stored(record)
        follows = record["cpuFollows"] and body.get("cpu") is None
        configuration = configure(record["configuration"], body, cpu_follows=follows)
        arns = fields.texts("layers")
        if arns is None:
            arns = [layer["arn"] for layer in record["layers"]]
        layers = self._check(configuration, arns)
        configuration["lastModifiedTime"] = self._scope.now()
        changed = _record(configuration, code or Package.of(record["code"]), layers)
        return record | changed | {"cpuFollows": follows}, old

    def _check(self, configuration: Document, layers: list[str]) -> list[Package]:
        check_function(configuration, self._scope.account)
        log = configuration.get("logConfig")
        if log:
            check_log_target(self._scope, log["project"], log["logstore"])
        return resolve_layers(self._scope, configuration["runtime"], layers)

    def _holder(self, name: str) -> Holder:
        return Holder(self._scope.account, self._scope.region, "function", name)


def stored(record: Document) -> list[Package]:
    """The packages of a function's or version's record: the code, then the layers."""
    code = Package.of(record["code"])
    layers = [Package(**layer) for layer in record["layers"]]
    return [code, *layers] if code else layers


def version_holder(scope: FcScope, function: str, version: str) -> Holder:
    """The holder that stands for a published version."""
    return Holder(scope.account, scope.region, "version", version_key(function, version))


def _record(configuration: Document, code: Package | None, layers: list[Package]) -> Document:
    configuration["layers"] = [{"arn": layer.arn, "size": layer.size} for layer in layers]
    if code is not None:
        configuration |= {"codeSize": code.size, "codeChecksum": code.checksum}
    return {
        "configuration": configuration,
        "code": code.document() if code else None,
        "layers": [layer.document() for layer in layers],
    }
