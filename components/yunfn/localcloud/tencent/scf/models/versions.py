"""Versions: a function's code, configuration and layers frozen under a number that is never given again."""

from __future__ import annotations

from copy import deepcopy

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.scf.events import ProvisionChanged, TriggerChanged
from yunfn.localcloud.tencent.scf.exceptions import AliasBind, FunctionStatusError, InvalidValue, QualifierNotFound
from yunfn.localcloud.tencent.scf.models.functions import stored, version_holder
from yunfn.localcloud.tencent.scf.packages import Packages
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.state import function_key, version_key
from yunfn.localcloud.tencent.scf.transitions import PUBLISHING, UPDATE_FAILED, Transition
from yunfn.runtimes import SCF_LIMITS


class Versions:
    """The versions of one region's functions."""

    def __init__(self, scope: ScfScope, packages: Packages) -> None:
        self._scope = scope
        self._packages = packages

    def publish(self, namespace: str, function: str, description: str) -> Document:
        """Freeze ``$LATEST`` as the next version; its record. Function and version are Publishing for a moment.

        Raises ResourceNotFound.Function, FailedOperation.FunctionStatusError. What did not change since the last
        version can be published again.
        """
        record = self._scope.writable(namespace, function)
        if (status := Transition.of(record).status) == UPDATE_FAILED:
            raise FunctionStatusError(function, status)
        return self.publish_anyway(namespace, function, description)

    def publish_anyway(self, namespace: str, function: str, description: str) -> Document:
        """As :meth:`publish`, for what an update with Publish TRUE has just put in place."""
        if len(description) > SCF_LIMITS.description:
            raise InvalidValue("Description", f"must not be longer than {SCF_LIMITS.description} characters")
        scope = self._scope
        record = scope.function(namespace, function)
        number = str(record["lastVersion"] + 1)
        now = scope.now()
        transition = Transition.begin(PUBLISHING, scope.cloud.transition_seconds).document()
        version = {
            "configuration": deepcopy(record["configuration"])
            | {"Description": description, "AddTime": now, "ModTime": now},
            "code": record["code"],
            "layers": record["layers"],
            "transition": transition,
        }
        self._packages.hold(stored(record), version_holder(scope, namespace, function, number))
        scope.state.versions.put(version_key(namespace, function, number), version)
        scope.state.functions.put(
            function_key(namespace, function), record | {"lastVersion": int(number), "transition": transition}
        )
        scope.changed(namespace, function)
        return version | {"version": number}

    def all(self, namespace: str, function: str) -> list[tuple[str, Document]]:
        """Every version's number and record, oldest first; raises ResourceNotFound.Function."""
        self._scope.function(namespace, function)
        state = self._scope.state
        return [(str(int(key)), record) for key, record in state.of_function(state.versions, namespace, function)]

    def delete(self, namespace: str, function: str, version: str) -> None:
        """Remove a version with the triggers and provisioned instances on it.

        Raises ResourceNotFound.Function, ResourceNotFound.Qualifier, UnsupportedOperation.AliasBind.
        """
        scope, state = self._scope, self._scope.state
        scope.writable(namespace, function)
        key = version_key(namespace, function, version)
        record = state.versions.get(key)
        if record is None:
            raise QualifierNotFound(function, version)
        if Transition.of(record).under_way:
            raise FunctionStatusError(f"{function}:{version}", Transition.of(record).status)
        for _, alias in state.of_function(state.aliases, namespace, function):
            if version in pointed(alias):
                raise AliasBind(function, version, alias["Name"])
        own = function_key(namespace, function)
        for name, trigger in state.of_function(state.triggers, namespace, function):
            if trigger["Qualifier"] == version:
                state.triggers.delete(f"{own}/{name}")
                scope.cloud.events.publish(
                    TriggerChanged(scope.region, namespace, function, trigger["TriggerName"], trigger["Type"])
                )
        if state.provisioned.delete(f"{own}/{version}"):
            scope.cloud.events.publish(ProvisionChanged(scope.region, namespace, function, version))
        state.versions.delete(key)
        self._packages.release(stored(record), version_holder(scope, namespace, function, version))
        scope.changed(namespace, function)


def pointed(alias: Document) -> set[str]:
    """The versions that an alias points at."""
    routing = alias["RoutingConfig"] or {}
    extra = [*(routing.get("AdditionalVersionWeights") or []), *(routing.get("AddtionVersionMatchs") or [])]
    return {alias["FunctionVersion"], *(each["Version"] for each in extra)}
