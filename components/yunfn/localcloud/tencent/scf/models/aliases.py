"""Aliases: names for a version, or for two that share the calls. ``$DEFAULT`` is always there."""

from __future__ import annotations

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.exceptions import AliasExists, AliasNotFound, DeleteAliasFailed, InvalidValue
from yunfn.localcloud.tencent.scf.models.versions import pointed
from yunfn.localcloud.tencent.scf.rules.alias import read_routing
from yunfn.localcloud.tencent.scf.rules.names import check_alias_name
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.state import DEFAULT, LATEST, function_key
from yunfn.runtimes import SCF_LIMITS


class Aliases:
    """The aliases of one region's functions."""

    def __init__(self, scope: ScfScope) -> None:
        self._scope = scope
        self._aliases = scope.state.aliases

    def create(self, namespace: str, function: str, name: str, sent: Parameters) -> None:
        """A new alias.

        Raises ResourceInUse.Alias (of ``$DEFAULT`` always), ResourceNotFound.FunctionVersion,
        InvalidParameterValue.Name, and what the rules of routing raise.
        """
        record = self._scope.writable(namespace, function)
        if name != DEFAULT:
            check_alias_name(name)
        if name == DEFAULT or self._aliases.get(self._key(namespace, function, name)) is not None:
            raise AliasExists(function, name)
        now = self._scope.now()
        document = {"Name": name, "Description": "", "AddTime": now}
        self._put(record, document, sent)

    def update(self, namespace: str, function: str, name: str, sent: Parameters) -> None:
        """Point an alias elsewhere: a RoutingConfig that is not sent is none. Raises ResourceNotFound.Alias too."""
        record = self._scope.writable(namespace, function)
        self._put(record, self.get(namespace, function, name), sent)

    def get(self, namespace: str, function: str, name: str) -> Document:
        """The document of an alias; raises ResourceNotFound.Function, ResourceNotFound.Alias."""
        record = self._scope.function(namespace, function)
        document = self._aliases.get(self._key(namespace, function, name))
        if document is None and name == DEFAULT:
            return _default(record)
        if document is None:
            raise AliasNotFound(function, name)
        return document

    def all(self, namespace: str, function: str, version: str = "") -> list[Document]:
        """The aliases of a function by name, of those that point at ``version`` if one is given."""
        record = self._scope.function(namespace, function)
        found = {DEFAULT: _default(record)} | dict(self._scope.state.of_function(self._aliases, namespace, function))
        return [found[name] for name in sorted(found) if not version or version in pointed(found[name])]

    def delete(self, namespace: str, function: str, name: str) -> None:
        """Remove an alias; raises ResourceNotFound.Alias, and FailedOperation.DeleteAlias of ``$DEFAULT`` or in use."""
        self._scope.writable(namespace, function)
        if name == DEFAULT:
            raise DeleteAliasFailed(f"the alias {DEFAULT} cannot be deleted")
        self.get(namespace, function, name)
        state = self._scope.state
        for _, trigger in state.of_function(state.triggers, namespace, function):
            if trigger["Qualifier"] == name:
                raise DeleteAliasFailed(f"the trigger {trigger['TriggerName']} is on the alias {name}")
        self._aliases.delete(self._key(namespace, function, name))
        self._scope.changed(namespace, function)

    def _put(self, record: Document, document: Document, sent: Parameters) -> None:
        namespace, function = record["configuration"]["Namespace"], record["configuration"]["FunctionName"]

        def check(version: str) -> None:
            if version != LATEST:
                self._scope.version(namespace, function, version)

        main = sent.text("FunctionVersion")
        check(main)
        routing = read_routing(sent.inner("RoutingConfig"), main, check)
        description = sent.text("Description", document["Description"])
        if len(description) > SCF_LIMITS.description:
            raise InvalidValue("Description", f"must not be longer than {SCF_LIMITS.description} characters")
        document |= {
            "FunctionVersion": main,
            "RoutingConfig": routing,
            "Description": description,
            "ModTime": self._scope.now(),
        }
        self._aliases.put(self._key(namespace, function, document["Name"]), document)
        self._scope.changed(namespace, function)

    def _key(self, namespace: str, function: str, name: str) -> str:
        return f"{function_key(namespace, function)}/{name}"


def _default(record: Document) -> Document:
    """``$DEFAULT`` as it is until it is changed for the first time."""
    made = record["configuration"]["AddTime"]
    return {
        "Name": DEFAULT,
        "FunctionVersion": LATEST,
        "RoutingConfig": None,
        "Description": "",
        "AddTime": made,
        "ModTime": made,
    }
