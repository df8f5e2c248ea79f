"""Namespaces: what functions lie in; ``default`` is always there."""

from __future__ import annotations

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.scf.exceptions import InvalidValue, LimitExceeded, NamespaceInUse
from yunfn.localcloud.tencent.scf.rules.names import check_namespace_name
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.state import DEFAULT_NAMESPACE
from yunfn.runtimes import SCF_LIMITS

# Made with the account, before anything else of it.
_DEFAULT = {
    "Name": DEFAULT_NAMESPACE,
    "Description": "",
    "Type": "default",
    "AddTime": "2018-04-16 00:00:00",
    "ModTime": "2018-04-16 00:00:00",
}


class Namespaces:
    """The namespaces of one region."""

    def __init__(self, scope: ScfScope) -> None:
        self._scope = scope
        self._namespaces = scope.state.namespaces

    def all(self) -> list[Document]:
        """Every namespace, ``default`` included, by name."""
        found = {DEFAULT_NAMESPACE: dict(_DEFAULT)} | dict(self._namespaces.scan())
        return [found[name] for name in sorted(found)]

    def create(self, name: str, description: str) -> None:
        """A new namespace; raises ResourceInUse.Namespace, LimitExceeded.Namespace, InvalidParameterValue."""
        check_namespace_name(name)
        self._check_description(description)
        if name == DEFAULT_NAMESPACE or self._namespaces.get(name) is not None:
            raise NamespaceInUse(f"the namespace {name} exists already")
        if len(self.all()) >= SCF_LIMITS.namespaces_per_region:
            raise LimitExceeded("Namespace", f"the region has {SCF_LIMITS.namespaces_per_region} already")
        now = self._scope.now()
        self._namespaces.put(
            name, _DEFAULT | {"Name": name, "Description": description, "AddTime": now, "ModTime": now}
        )

    def update(self, name: str, description: str) -> None:
        """Describe a namespace anew; raises ResourceNotFound.Namespace."""
        self._scope.namespace(name)
        self._check_description(description)
        document = self._namespaces.get(name) or dict(_DEFAULT)
        self._namespaces.put(name, document | {"Description": description, "ModTime": self._scope.now()})

    def delete(self, name: str) -> None:
        """Remove an empty namespace; raises ResourceNotFound.Namespace, ResourceInUse.Namespace for one that is not."""
        if name == DEFAULT_NAMESPACE:
            raise InvalidValue("DefaultNamespace", "the namespace default cannot be deleted")
        self._scope.namespace(name)
        if functions := self._scope.functions(name):
            first = functions[0]["configuration"]["FunctionName"]
            raise NamespaceInUse(f"the namespace {name} has {len(functions)} functions, {first} among them")
        self._namespaces.delete(name)

    def _check_description(self, description: str) -> None:
        if len(description) > SCF_LIMITS.description:
            raise InvalidValue("Description", f"must not be longer than {SCF_LIMITS.description} characters")
