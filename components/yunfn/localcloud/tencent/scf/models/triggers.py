"""Triggers: what calls a function, each on one qualifier of it."""

from __future__ import annotations

import json
import secrets
import string
from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import MissingParameter, Parameters
from yunfn.localcloud.tencent.scf.events import TriggerChanged
from yunfn.localcloud.tencent.scf.exceptions import (
    InvalidValue,
    LimitExceeded,
    QualifierNotFound,
    TriggerExists,
    TriggerNotFound,
    UnsupportedTrigger,
    UrlUsed,
)
from yunfn.localcloud.tencent.scf.rules.choices import OPEN_CLOSE, chosen
from yunfn.localcloud.tencent.scf.rules.names import is_version
from yunfn.localcloud.tencent.scf.rules.trigger import (
    SWITCHABLE,
    UPDATABLE,
    bucket_of,
    overlap,
    read_description,
)
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.siblings import check_event_bucket
from yunfn.localcloud.tencent.scf.state import DEFAULT, LATEST, function_key
from yunfn.runtimes import SCF_LIMITS

_LETTERS = string.ascii_lowercase + string.digits
_HOST_LETTERS = 10


class Triggers:
    """The triggers of one region's functions."""

    def __init__(self, scope: ScfScope) -> None:
        self._scope = scope
        self._triggers = scope.state.triggers

    def create(self, namespace: str, function: str, qualifier: str, sent: Parameters) -> Document:
        """A new trigger; its document.

        Raises ResourceNotFound.Qualifier, ResourceInUse.Trigger (a qualifier has one http trigger),
        LimitExceeded.Trigger (10 of one type), and what the rules of its type raise.
        """
        self._scope.writable(namespace, function)
        self.check_qualifier(namespace, function, qualifier)
        name, kind = sent.text("TriggerName"), sent.text("Type")
        configuration = read_description(kind, name, sent.text("TriggerDesc"))
        if kind != "timer" and sent.text("CustomArgument", ""):
            raise InvalidValue("CustomArgument", "is for timers only")
        key = _key(namespace, function, qualifier, kind, name, configuration)
        siblings = [each for each in self.of(namespace, function) if each["Type"] == kind]
        same = [each for each in siblings if each["Qualifier"] == qualifier]
        if self._triggers.get(key) is not None or (kind == "http" and same):
            raise TriggerExists(function, qualifier, name)
        if len(siblings) >= SCF_LIMITS.triggers_of_a_type:
            raise LimitExceeded("Trigger", f"{function} has {SCF_LIMITS.triggers_of_a_type} of type {kind} already")
        resource = ""
        if kind == "cos":
            self._check_bucket(key, name, configuration)
        if kind == "http":
            letters = "".join(secrets.choice(_LETTERS) for _ in range(_HOST_LETTERS))
            resource = f"{self._scope.cloud.tencent.app_id}-{letters}"
            self._address(configuration, resource)
        now = self._scope.now()
        document: Document = {
            "AddTime": now,
            "AvailableStatus": "Available",
            "BindStatus": "",
            "CustomArgument": sent.text("CustomArgument", ""),
            "Description": self._description(sent, ""),
            "Enable": 0 if chosen(sent, "Enable", OPEN_CLOSE) == "CLOSE" else 1,
            "ModTime": now,
            "Qualifier": qualifier,
            "ResourceId": resource,
            "TriggerAttribute": "",
            "TriggerDesc": _json(configuration),
            "TriggerName": name,
            "Type": kind,
        }
        self._put(key, namespace, function, document)
        return document

    def update(self, namespace: str, function: str, qualifier: str, sent: Parameters) -> None:
        """Change a timer, ckafka or http trigger; raises ResourceNotFound.Trigger, UnsupportedOperation.Trigger."""
        self._scope.writable(namespace, function)
        name, kind = sent.text("TriggerName"), sent.text("Type")
        if kind not in UPDATABLE:
            raise UnsupportedTrigger(f"a trigger of type {kind} cannot be updated: delete it and create another")
        key, document = self._find(namespace, function, qualifier, sent)
        if "TriggerDesc" in sent:
            configuration = read_description(kind, name, sent.text("TriggerDesc"))
            if kind == "http":
                self._address(configuration, document["ResourceId"])
            document["TriggerDesc"] = _json(configuration)
        if "CustomArgument" in sent:
            if kind != "timer" and sent.text("CustomArgument"):
                raise InvalidValue("CustomArgument", "is for timers only")
            document["CustomArgument"] = sent.text("CustomArgument")
        document["Description"] = self._description(sent, document["Description"])
        self._switch(document, sent)
        self._put(key, namespace, function, document | {"ModTime": self._scope.now()})

    def switch(self, namespace: str, function: str, qualifier: str, sent: Parameters) -> None:
        """Switch a timer, cos or ckafka trigger on or off; raises as :meth:`update` does."""
        self._scope.writable(namespace, function)
        if (kind := sent.text("Type")) not in SWITCHABLE:
            raise UnsupportedTrigger(f"a trigger of type {kind} cannot be switched")
        key, document = self._find(namespace, function, qualifier, sent)
        sent.text("Enable")
        self._switch(document, sent)
        self._put(key, namespace, function, document | {"ModTime": self._scope.now()})

    def delete(self, namespace: str, function: str, qualifier: str, sent: Parameters) -> None:
        """Remove a trigger; raises ResourceNotFound.Trigger, and UrlUsed while a custom domain leads to its URL."""
        self._scope.writable(namespace, function)
        key, document = self._find(namespace, function, qualifier, sent)
        if document["Type"] == "http" and (domains := self.domains(namespace, function, qualifier)):
            raise UrlUsed(document["TriggerName"], domains[0])
        self._triggers.delete(key)
        self._tell(namespace, function, document)

    def of(self, namespace: str, function: str) -> list[Document]:
        """The documents of a function's triggers; raises ResourceNotFound.Function."""
        self._scope.function(namespace, function)
        return [document for _, document in self._scope.state.of_function(self._triggers, namespace, function)]

    def domains(self, namespace: str, function: str, qualifier: str) -> list[str]:
        """The custom domains that lead to a function's qualifier."""
        wanted = (namespace, function, qualifier)
        return [
            name
            for name, document in self._scope.state.domains.scan()
            if any(wanted == _end(each) for each in document["EndpointsConfig"])
        ]

    def check_qualifier(self, namespace: str, function: str, qualifier: str) -> None:
        """Raise ResourceNotFound.Qualifier unless it is ``$LATEST``, ``$DEFAULT``, a version or an alias."""
        if qualifier in (LATEST, DEFAULT):
            return
        if is_version(qualifier):
            found = (f"{int(qualifier):010d}", self._scope.state.versions)
        else:
            found = (qualifier, self._scope.state.aliases)
        if found[1].get(f"{function_key(namespace, function)}/{found[0]}") is None:
            raise QualifierNotFound(function, qualifier)

    def _find(self, namespace: str, function: str, qualifier: str, sent: Parameters) -> tuple[str, Document]:
        """The key and document of the trigger that a request names; of COS's also by its TriggerDesc."""
        name, kind = sent.text("TriggerName"), sent.text("Type")
        configuration: dict[str, Any] = {}
        if kind == "cos":
            if not sent.text("TriggerDesc", ""):
                raise MissingParameter("TriggerDesc")
            configuration = read_description(kind, name, sent.text("TriggerDesc"))
        key = _key(namespace, function, qualifier, kind, name, configuration)
        document = self._triggers.get(key)
        if document is None:
            raise TriggerNotFound(function, qualifier, name)
        return key, document

    def _switch(self, document: Document, sent: Parameters) -> None:
        if word := chosen(sent, "Enable", OPEN_CLOSE):
            document["Enable"] = 1 if word == "OPEN" else 0

    def _description(self, sent: Parameters, default: str) -> str:
        text = sent.text("Description", default)
        if len(text) > SCF_LIMITS.description:
            raise InvalidValue("Description", f"must not be longer than {SCF_LIMITS.description} characters")
        return text

    def _address(self, configuration: dict[str, Any], resource: str) -> None:
        """Add the addresses of a function URL, of those networks that it is open to."""
        net, region = configuration["NetConfig"], self._scope.region
        net["ExtranetUrl"] = f"https://{resource}.{region}.tencentscf.com" if net["EnableExtranet"] else ""
        net["IntranetUrl"] = f"https://{resource}-{region}-in.scf.tencentcs.com" if net["EnableIntranet"] else ""

    def _check_bucket(self, key: str, name: str, configuration: dict[str, Any]) -> None:
        bucket, region = bucket_of(name)
        if region != self._scope.region:
            raise InvalidValue("TriggerName", f"the bucket's region {region} is not the function's")
        check_event_bucket(self._scope, bucket)
        for other, document in self._triggers.scan():
            if (
                other != key
                and (document["Type"], document["TriggerName"]) == ("cos", name)
                and overlap(configuration, json.loads(document["TriggerDesc"]))
            ):
                raise InvalidValue(
                    "CosNotifyRuleConflict", f"{bucket} has an overlapping rule: {document['TriggerDesc']}"
                )

    def _put(self, key: str, namespace: str, function: str, document: Document) -> None:
        self._triggers.put(key, document)
        self._tell(namespace, function, document)

    def _tell(self, namespace: str, function: str, document: Document) -> None:
        self._scope.cloud.events.publish(
            TriggerChanged(self._scope.region, namespace, function, document["TriggerName"], document["Type"])
        )


def _key(namespace: str, function: str, qualifier: str, kind: str, name: str, configuration: dict[str, Any]) -> str:
    """Where a trigger is kept; several of a bucket have one name, so its rule belongs to it."""
    rule = f"/{_json(configuration)}" if kind == "cos" else ""
    return f"{function_key(namespace, function)}/{qualifier}/{kind}/{name}{rule}"


def _json(configuration: dict[str, Any]) -> str:
    return json.dumps(configuration, ensure_ascii=False, separators=(",", ":"))


def _end(endpoint: Document) -> tuple[str, str, str]:
    return endpoint["Namespace"], endpoint["FunctionName"], endpoint["Qualifier"]
