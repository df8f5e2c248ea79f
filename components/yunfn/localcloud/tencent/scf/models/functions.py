"""Functions: their code and configuration as of ``$LATEST``."""

from __future__ import annotations

import secrets
import string
from typing import Any

from yunfn.localcloud.codestore.packages import Holder
from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.code import Taken, take_code
from yunfn.localcloud.tencent.scf.events import ProvisionChanged, TriggerChanged
from yunfn.localcloud.tencent.scf.exceptions import FunctionExists, InvalidValue, LimitExceeded, MissingPart
from yunfn.localcloud.tencent.scf.models.function_document import configure, defaults
from yunfn.localcloud.tencent.scf.models.layer_use import UsedLayers, check_unzipped, resolve_layers, sent_layers
from yunfn.localcloud.tencent.scf.packages import Packages
from yunfn.localcloud.tencent.scf.rules.choices import TRUE_FALSE, chosen
from yunfn.localcloud.tencent.scf.rules.function import check_function
from yunfn.localcloud.tencent.scf.rules.names import check_function_name
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.siblings import check_log_topic, forget_tags, missing_role, tag
from yunfn.localcloud.tencent.scf.state import Package, function_key
from yunfn.localcloud.tencent.scf.transitions import (
    ACTIVE,
    CREATE_FAILED,
    CREATING,
    UPDATE_FAILED,
    UPDATING,
    Reason,
    Transition,
    deleting,
)
from yunfn.runtimes import SCF_LIMITS

_LETTERS = string.ascii_lowercase + string.digits
_TOP_LEVEL_CODE = ("ZipFile", "CosBucketName", "CosObjectName", "CosBucketRegion")


class Functions:
    """The functions of one region."""

    def __init__(self, scope: ScfScope, packages: Packages) -> None:
        self._scope = scope
        self._packages = packages
        self._functions = scope.state.functions

    async def create(self, namespace: str, name: str, sent: Parameters) -> None:
        """A new function, Creating for a moment.

        What SCF checks at once is refused; what it finds out afterwards (no such object, broken zip, no such role)
        ends in CreateFailed.
        """
        check_function_name(namespace, name)
        self._check_free(namespace, name)
        configuration = _new_configuration(sent)
        check_function(configuration)
        self._check_logs(configuration, sent)
        names = sent_layers(sent) or []
        resolve_layers(self._scope, configuration["Runtime"], names)
        if not sent.inner("Code").parameters:
            raise MissingPart("Code", "is required")
        tags = _tags(sent)
        taken = await take_code(self._scope, self._packages, sent.inner("Code"))
        try:
            # Others were answered while the code was fetched.
            self._check_free(namespace, name)
            layers = resolve_layers(self._scope, configuration["Runtime"], names)
            check_unzipped(taken.package, layers)
            tag(self._scope, _resource(namespace, name), tags)
        except BaseException:
            self._discard(taken)
            raise
        now = self._scope.now()
        configuration |= {
            "FunctionName": name,
            "Namespace": namespace,
            "FunctionId": "lam-" + "".join(secrets.choice(_LETTERS) for _ in range(8)),
            "AddTime": now,
            "ModTime": now,
            "ImageConfig": taken.image,
        }
        failure = taken.failure or missing_role(self._scope, configuration["Role"])
        record = _content(configuration, taken.package, layers) | {
            "lastVersion": 0,
            "transition": self._transition(CREATING, CREATE_FAILED, failure),
        }
        self._packages.hold([*taken.packages, *layers.packages], self._holder(namespace, name))
        self._functions.put(function_key(namespace, name), record)
        self._scope.changed(namespace, name)

    async def update_code(self, namespace: str, name: str, sent: Parameters) -> None:
        """Other code, handler or image for a function; Updating for a moment, UpdateFailed if there is none to get."""
        self._scope.writable(namespace, name)
        code = sent.inner("Code").parameters or {
            key: sent.parameters[key] for key in _TOP_LEVEL_CODE if key in sent.parameters
        }
        taken = await take_code(self._scope, self._packages, Parameters(code))
        try:
            record = self._scope.writable(namespace, name)
            configuration = configure(record["configuration"], _only(sent, "Handler", "InstallDependency"))
            if bool(taken.image) != bool(configuration["ImageConfig"]) and not taken.failure:
                raise InvalidValue("Code", "a function with an image keeps one, any other its zip")
            configuration["ImageConfig"] = taken.image
            check_function(configuration)
            layers = _used(record)
            check_unzipped(taken.package, layers)
        except BaseException:
            self._discard(taken)
            raise
        self._change(record, configuration, taken.package, layers, taken.failure)

    def update_configuration(self, namespace: str, name: str, sent: Parameters) -> None:
        """Merge what was sent into a function's configuration; Updating for a moment."""
        record = self._scope.writable(namespace, name)
        if "Runtime" in sent and sent.text("Runtime") != record["configuration"]["Runtime"]:
            raise InvalidValue("Runtime", "of a function cannot be changed")
        configuration = configure(record["configuration"], sent)
        check_function(configuration)
        self._check_logs(configuration, sent)
        names = sent_layers(sent)
        layers = _used(record)
        if names is not None:
            layers = resolve_layers(self._scope, configuration["Runtime"], names)
            check_unzipped(Package.of(record["code"]), layers)
        failure = missing_role(self._scope, configuration["Role"]) if "Role" in sent else None
        self._change(record, configuration, Package.of(record["code"]), layers, failure)

    def delete(self, namespace: str, name: str) -> None:
        """Remove a function with its versions, aliases, triggers and settings; Deleting for a moment."""
        scope, state = self._scope, self._scope.state
        record = scope.function(namespace, name)
        if Transition.of(record).status != CREATE_FAILED:
            record = scope.writable(namespace, name)
        key = function_key(namespace, name)
        for own, version in state.of_function(state.versions, namespace, name):
            state.versions.delete(f"{key}/{own}")
            self._packages.release(stored(version), version_holder(scope, namespace, name, str(int(own))))
        for own, trigger in state.of_function(state.triggers, namespace, name):
            state.triggers.delete(f"{key}/{own}")
            scope.cloud.events.publish(
                TriggerChanged(scope.region, namespace, name, trigger["TriggerName"], trigger["Type"])
            )
        for own, _ in state.of_function(state.aliases, namespace, name):
            state.aliases.delete(f"{key}/{own}")
        for own, _ in state.of_function(state.provisioned, namespace, name):
            state.provisioned.delete(f"{key}/{own}")
            scope.cloud.events.publish(ProvisionChanged(scope.region, namespace, name, own))
        state.reserved.delete(key)
        state.event_invoke.delete(key)
        forget_tags(scope, _resource(namespace, name))
        gone = {"transition": deleting(scope.cloud.transition_seconds).document()}
        self._functions.put(key, record | {"code": None, "layers": []} | gone)
        self._packages.release(stored(record), self._holder(namespace, name))
        scope.changed(namespace, name)

    def _change(
        self,
        record: Document,
        configuration: Document,
        code: Package | None,
        layers: UsedLayers,
        failure: Reason | None,
    ) -> None:
        """Put what changed in place, or keep the old where it failed."""
        namespace, name = configuration["Namespace"], configuration["FunctionName"]
        holder, key = self._holder(namespace, name), function_key(namespace, name)
        transition = {"transition": self._transition(UPDATING, UPDATE_FAILED, failure)}
        if failure is not None:
            if code is not None and code not in stored(record):
                self._packages.discard(code)
            self._functions.put(key, record | transition)
        else:
            configuration["ModTime"] = self._scope.now()
            changed = record | _content(configuration, code, layers) | transition
            self._packages.hold(stored(changed), holder)
            self._functions.put(key, changed)
            kept = {package.blob for package in stored(changed)}
            self._packages.release([package for package in stored(record) if package.blob not in kept], holder)
        self._scope.changed(namespace, name)

    def _check_free(self, namespace: str, name: str) -> None:
        self._scope.namespace(namespace)
        if self._scope.find_function(namespace, name) is not None:
            raise FunctionExists(namespace, name)
        if len(self._scope.functions(namespace)) >= SCF_LIMITS.functions_per_namespace:
            raise LimitExceeded(
                "Function", f"the namespace {namespace} has {SCF_LIMITS.functions_per_namespace} already"
            )

    def _check_logs(self, configuration: Document, sent: Parameters) -> None:
        if sent.text("ClsTopicId", ""):
            check_log_topic(self._scope, configuration["ClsLogsetId"], configuration["ClsTopicId"])

    def _transition(self, phase: str, failed: str, failure: Reason | None) -> Document:
        seconds = self._scope.cloud.transition_seconds
        outcome, reasons = (failed, [failure]) if failure else (ACTIVE, [])
        return Transition.begin(phase, seconds, outcome, reasons).document()

    def _discard(self, taken: Taken) -> None:
        for package in taken.packages:
            self._packages.discard(package)

    def _holder(self, namespace: str, name: str) -> Holder:
        return Holder(self._scope.account, self._scope.region, "function", function_key(namespace, name))


def stored(record: Document) -> list[Package]:
    """The packages of a function's or version's record: the code, then the layers."""
    code = Package.of(record["code"])
    layers = [Package(**layer) for layer in record["layers"]]
    return [code, *layers] if code else layers


def version_holder(scope: ScfScope, namespace: str, function: str, version: str) -> Holder:
    """The holder that stands for a published version."""
    return Holder(scope.account, scope.region, "version", f"{function_key(namespace, function)}/{version}")


def _new_configuration(sent: Parameters) -> Document:
    image = bool(sent.inner("Code").inner("ImageConfig").parameters)
    base = defaults(image=image)
    base["Type"] = chosen(sent, "Type", ("Event", "HTTP")) or "Event"
    base["Runtime"] = sent.text("Runtime", "") or base["Runtime"]
    base["ProtocolType"] = chosen(sent, "ProtocolType", ("WS",)) or ""
    for name in ("AutoDeployClsTopicIndex", "AutoCreateClsTopic"):
        chosen(sent, name, TRUE_FALSE)
    # Stands for the image that is to come, for the rules; the image itself is read with the code.
    base["ImageConfig"] = {} if image else None
    return configure(base, sent)


def _content(configuration: Document, code: Package | None, layers: UsedLayers) -> Document:
    return {
        "configuration": configuration | {"Layers": layers.names, "CodeSize": code.size if code else 0},
        "code": code.document() if code else None,
        "layers": [layer.document() for layer in layers.packages],
    }


def _used(record: Document) -> UsedLayers:
    return UsedLayers(record["configuration"]["Layers"], [Package(**layer) for layer in record["layers"]])


def _only(sent: Parameters, *names: str) -> Parameters:
    return Parameters({name: sent.parameters[name] for name in names if name in sent})


def _tags(sent: Parameters) -> dict[str, str]:
    return {each.text("Key"): each.text("Value", "") for each in sent.inners("Tags")}


def _resource(namespace: str, name: str) -> str:
    return f"namespace/{namespace}/function/{name}"


def function_tags_resource(configuration: dict[str, Any]) -> str:
    """What the tag service calls a function."""
    return _resource(configuration["Namespace"], configuration["FunctionName"])
