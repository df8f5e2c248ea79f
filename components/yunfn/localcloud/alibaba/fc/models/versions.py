"""Versions: a function's code, configuration and layers frozen under a number that is never given again."""

from __future__ import annotations

from copy import deepcopy

from yunfn.localcloud.alibaba.fc.directory import fingerprint
from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument, VersionInUse, VersionPublishError
from yunfn.localcloud.alibaba.fc.models.functions import stored, version_holder
from yunfn.localcloud.alibaba.fc.packages import Packages
from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.alibaba.fc.state import Package, version_key
from yunfn.localcloud.store import Document


class Versions:
    """The versions of one account's and region's functions."""

    def __init__(self, scope: FcScope, packages: Packages) -> None:
        self._scope = scope
        self._packages = packages

    def publish(self, function: str, description: str) -> Document:
        """Freeze LATEST as the next version; its record.

        Raises FunctionNotFound, InvalidArgument, and VersionPublishError if neither code nor configuration
        changed since the last publish, whether or not that version still exists.
        """
        if len(description) > 256:
            raise InvalidArgument("description must not be longer than 256 characters")
        state = self._scope.state
        record = self._scope.function(function)
        content = fingerprint(record["configuration"], Package.of(record["code"]), stored_layers(record))
        content += record["configuration"]["description"]
        if content == record["published"]:
            raise VersionPublishError(function)
        number = record["lastVersion"] + 1
        now = self._scope.now()
        configuration = deepcopy(record["configuration"])
        configuration.pop("invocationRestriction", None)
        configuration |= {
            "description": description,
            "createdTime": now,
            "lastModifiedTime": now,
            "functionArn": self._scope.function_arn(function, str(number)),
        }
        version = {
            "document": {
                "versionId": str(number),
                "description": description,
                "createdTime": now,
                "lastModifiedTime": now,
            },
            "configuration": configuration,
            "code": record["code"],
            "layers": record["layers"],
        }
        self._packages.hold(stored(record), version_holder(self._scope, function, str(number)))
        state.functions.put(function, record | {"lastVersion": number, "published": content})
        state.versions.put(version_key(function, str(number)), version)
        self._scope.changed(function)
        return version

    def delete(self, function: str, version: str) -> None:
        """Remove a version. Raises FunctionNotFound, VersionNotFound, VersionInUse."""
        state = self._scope.state
        self._scope.function(function)
        record = self._scope.version(function, version)
        for alias, document in state.of_function(state.aliases, function):
            if version == document["versionId"] or version in document["additionalVersionWeight"]:
                raise VersionInUse(function, version, f"alias '{alias}'")
        for trigger, document in state.of_function(state.triggers, function):
            if version == document["qualifier"]:
                raise VersionInUse(function, version, f"trigger '{trigger}'")
        state.versions.delete(version_key(function, version))
        state.async_invoke.delete(f"{function}/{version}")
        self._packages.release(stored(record), version_holder(self._scope, function, version))
        self._scope.changed(function)


def stored_layers(record: Document) -> list[Package]:
    """The layer packages of a function's record."""
    return [Package(**layer) for layer in record["layers"]]
