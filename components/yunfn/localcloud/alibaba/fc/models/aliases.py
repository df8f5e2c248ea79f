"""Aliases: names that point at a version, and by weight at one more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.fc.exceptions import (
    AdditionalVersionContainsMajorVersion,
    AliasAlreadyExists,
    InvalidArgument,
    ProvisionConfigExist,
)
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.rules.names import check_alias_name
from yunfn.localcloud.alibaba.fc.scope import FcScope
from yunfn.localcloud.alibaba.fc.state import LATEST
from yunfn.localcloud.store import Document


class Aliases:
    """The aliases of one account's and region's functions."""

    def __init__(self, scope: FcScope) -> None:
        self._scope = scope
        self._aliases = scope.state.aliases

    def create(self, function: str, body: Mapping[str, Any]) -> Document:
        """A new alias; its document. Raises FunctionNotFound, AliasAlreadyExists and what :meth:`update` raises."""
        fields = Fields(body)
        self._scope.function(function)
        name = fields.required("aliasName")
        check_alias_name(name)
        now = self._scope.now()
        document = {
            "aliasName": name,
            "versionId": fields.required("versionId"),
            "description": fields.text("description") or "",
            "additionalVersionWeight": _weights(fields) or {},
            "createdTime": now,
            "lastModifiedTime": now,
        }
        self._check(function, document)
        if not self._aliases.insert(f"{function}/{name}", document):
            raise AliasAlreadyExists(function, name)
        self._scope.changed(function)
        return document

    def update(self, function: str, name: str, body: Mapping[str, Any]) -> Document:
        """Change what ``body`` holds; the document.

        Raises FunctionNotFound, AliasNotFound, VersionNotFound (a version it would point at is not there),
        InvalidArgument (more than one additional version, a weight outside 0–1),
        AdditionalVersionContainsMajorVersion.
        """
        fields = Fields(body)
        self._scope.function(function)
        document = self._scope.alias(function, name)
        weights = _weights(fields)
        if weights is not None:
            document["additionalVersionWeight"] = weights
        document["versionId"] = fields.text("versionId") or document["versionId"]
        description = fields.text("description")
        if description is not None:
            document["description"] = description
        self._check(function, document)
        document["lastModifiedTime"] = self._scope.now()
        self._aliases.put(f"{function}/{name}", document)
        self._scope.changed(function)
        return document

    def delete(self, function: str, name: str) -> None:
        """Remove an alias; triggers on it stay and fail (user guide "manage aliases").

        Raises FunctionNotFound, AliasNotFound, ProvisionConfigExist.
        """
        self._scope.function(function)
        self._scope.alias(function, name)
        provision = self._scope.state.provision.get(f"{function}/{name}")
        if provision is not None and provision["target"]:
            raise ProvisionConfigExist(function, name)
        for collection in (self._aliases, self._scope.state.provision, self._scope.state.async_invoke):
            collection.delete(f"{function}/{name}")
        self._scope.changed(function)

    def _check(self, function: str, document: Document) -> None:
        main = document["versionId"]
        weights: dict[str, float] = document["additionalVersionWeight"]
        if len(document["description"]) > 256:
            raise InvalidArgument("description must not be longer than 256 characters")
        if main in weights:
            raise AdditionalVersionContainsMajorVersion(weights, main)
        for version in (main, *weights):
            # FCD "CreateAlias" takes LATEST as the main version too.
            if version != LATEST:
                self._scope.version(function, version)


def _weights(fields: Fields) -> dict[str, float] | None:
    block = fields.block("additionalVersionWeight")
    if block is None:
        return None
    if len(block) > 1:
        raise InvalidArgument(f"additionalVersionWeight takes at most one version, got {len(block)}")
    inner = fields.inner("additionalVersionWeight")
    weights = {}
    for version in block:
        weight = inner.number(version, 0.0, 1.0)
        if weight is None:
            raise InvalidArgument(f"{inner.name(version)} must be a number")
        weights[version] = weight
    return weights
