"""Reserved concurrency, provisioned instances and asynchronous settings of functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.fc.events import ProvisionChanged
from yunfn.localcloud.alibaba.fc.exceptions import AsyncConfigNotExists, ConcurrencyConfigNotFound, InvalidArgument
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.rules.scaling import check_async, check_concurrency, check_provision
from yunfn.localcloud.alibaba.fc.scope import FcScope, is_version
from yunfn.localcloud.alibaba.fc.state import LATEST
from yunfn.localcloud.store import Collection, Document

_ASYNC_FIELDS = ("asyncTask", "destinationConfig", "maxAsyncEventAgeInSeconds", "maxAsyncRetryAttempts")
_PROVISION_FIELDS = ("alwaysAllocateCPU", "alwaysAllocateGPU", "scheduledActions", "targetTrackingPolicies")


class Scaling:
    """How one account's and region's functions scale and are called asynchronously."""

    def __init__(self, scope: FcScope) -> None:
        self._scope = scope
        self._concurrency = scope.state.concurrency
        self._provision = scope.state.provision
        self._async = scope.state.async_invoke

    def put_concurrency(self, function: str, body: Mapping[str, Any]) -> Document:
        """Reserve instances for a function; the document. Raises FunctionNotFound, InvalidArgument."""
        self._scope.function(function)
        reserved = check_concurrency(Fields(body))
        document = {"functionArn": self._scope.function_arn(function), "reservedConcurrency": reserved}
        self._concurrency.put(function, document)
        self._scope.changed(function)
        return document

    def concurrency(self, function: str) -> Document:
        """The reserved concurrency; raises FunctionNotFound, ConcurrencyConfigNotFound."""
        self._scope.function(function)
        document = self._concurrency.get(function)
        if document is None:
            raise ConcurrencyConfigNotFound(function)
        return document

    def delete_concurrency(self, function: str) -> None:
        """Give reserved instances back; deleting none is no error. Raises FunctionNotFound."""
        self._scope.function(function)
        if self._concurrency.delete(function):
            self._scope.changed(function)

    def put_provision(self, function: str, qualifier: str, body: dict[str, Any]) -> Document:
        """Ask for ready instances of an alias or LATEST; the document.

        What is not sent stays as it was put before: the alicloud provider updates with changed fields only. What was
        never sent is not told, or that provider plans to remove it (terraform-provider-alicloud 1.285.0).

        Raises FunctionNotFound, AliasNotFound, InvalidArgument (a version: elasticity goes with aliases, user guide
        "manage versions").
        """
        self._scope.check_qualifier(function, qualifier)
        if is_version(qualifier):
            raise InvalidArgument(f"qualifier '{qualifier}' is a version: provision configs take an alias or LATEST")
        old = self._provision.get(f"{function}/{qualifier}") or {"scheduledActions": [], "targetTrackingPolicies": []}
        document: Document = old | {name: body[name] for name in _PROVISION_FIELDS if body.get(name) is not None}
        target = check_provision(document, body)
        document |= {
            "functionArn": self._scope.function_arn(function, qualifier),
            "target": target,
            "defaultTarget": target,
        }
        self._provision.put(f"{function}/{qualifier}", document)
        self._tell(function, qualifier)
        return document

    def provision(self, function: str, qualifier: str | None) -> tuple[str, Document]:
        """The qualifier and provision config asked for; one that asks for nothing where there is none.

        Raises FunctionNotFound. Without a qualifier: LATEST's, else the only one there is, as the alicloud provider
        asks without it for whatever it put (terraform-provider-alicloud 1.285.0).
        """
        self._scope.function(function)
        found = self._find(self._provision, function, qualifier)
        if found is not None:
            return found
        name = qualifier or LATEST
        return name, {"functionArn": self._scope.function_arn(function, name), "target": 0, "defaultTarget": 0}

    def delete_provision(self, function: str, qualifier: str) -> None:
        """Ask for no ready instances; deleting none is no error. Raises FunctionNotFound."""
        self._scope.function(function)
        if self._provision.delete(f"{function}/{qualifier}"):
            self._tell(function, qualifier)

    def put_async(self, function: str, qualifier: str, body: dict[str, Any]) -> Document:
        """Set or change the settings for asynchronous calls of a qualifier; the document.

        What is not sent stays as it was, as with :meth:`put_provision`.
        Raises FunctionNotFound, VersionNotFound, AliasNotFound, InvalidArgument.
        """
        self._scope.check_qualifier(function, qualifier)
        check_async(body)
        now = self._scope.now()
        old = self._async.get(f"{function}/{qualifier}") or {}
        document = (
            old
            | {name: body[name] for name in _ASYNC_FIELDS if body.get(name) is not None}
            | {
                "functionArn": self._scope.function_arn(function, qualifier),
                "createdTime": old.get("createdTime", now),
                "lastModifiedTime": now,
            }
        )
        self._async.put(f"{function}/{qualifier}", document)
        self._scope.changed(function)
        return document

    def async_invoke(self, function: str, qualifier: str | None) -> Document:
        """The settings for asynchronous calls; without a qualifier as :meth:`provision`.

        Raises FunctionNotFound, AsyncConfigNotExists.
        """
        self._scope.function(function)
        found = self._find(self._async, function, qualifier)
        if found is None:
            raise AsyncConfigNotExists(function, qualifier or LATEST)
        return found[1]

    def delete_async(self, function: str, qualifier: str) -> None:
        """Forget the settings for asynchronous calls; deleting none is no error. Raises FunctionNotFound."""
        self._scope.function(function)
        if self._async.delete(f"{function}/{qualifier}"):
            self._scope.changed(function)

    def _find(self, collection: Collection, function: str, qualifier: str | None) -> tuple[str, Document] | None:
        document = collection.get(f"{function}/{qualifier or LATEST}")
        if document is not None:
            return qualifier or LATEST, document
        others = [] if qualifier else self._scope.state.of_function(collection, function)
        return others[0] if len(others) == 1 else None

    def _tell(self, function: str, qualifier: str) -> None:
        self._scope.cloud.events.publish(ProvisionChanged(self._scope.account, self._scope.region, function, qualifier))
