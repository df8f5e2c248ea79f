"""What runs when a function is called: qualifiers resolved to frozen code, triggers and domains found by host.

The data plane reads Function Compute's state through this and nothing else.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from yunfn.localcloud.alibaba.fc.events import DomainChanged, TriggerChanged
from yunfn.localcloud.alibaba.fc.exceptions import AliasNotFound, FunctionNotFound, VersionNotFound
from yunfn.localcloud.alibaba.fc.state import LATEST, FcState, Package, scopes, version_key
from yunfn.localcloud.invocation.directory import Directory
from yunfn.localcloud.invocation.directory import fingerprint as digest
from yunfn.localcloud.store import Document

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

# What may change without the running instances having to: names and times of the record itself.
_NOT_OF_THE_CODE = frozenset(
    {"createdTime", "description", "invocationRestriction", "lastModifiedTime", "lastUpdateStatus", "state", "tags"}
)


@dataclass(frozen=True, slots=True)
class ResolvedFunction:
    """What one invocation runs.

    ``qualifier`` is as the caller gave it (LATEST if not at all), ``version`` the version it means now ("LATEST" or
    a number as text). ``configuration`` is the function document in the API's camelCase names; ``code`` and
    ``layers`` are zip files to read, layers in the order configured (the first wins). ``reserved_concurrency`` is in
    instances. ``fingerprint`` (hex) differs whenever instances started before must not serve any more.
    """

    account: str
    region: str
    name: str
    qualifier: str
    version: str
    configuration: dict[str, Any]
    code: Path | None
    layers: tuple[Path, ...]
    reserved_concurrency: int | None
    async_config: dict[str, Any] | None
    fingerprint: str


@dataclass(frozen=True, slots=True)
class TriggerRecord:
    """A trigger: ``configuration`` is its triggerConfig parsed, ``document`` what GetTrigger answers."""

    account: str
    region: str
    function: str
    name: str
    qualifier: str
    trigger_type: str
    configuration: dict[str, Any]
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """A custom domain: ``document`` is what GetCustomDomain answers (routeConfig.routes and so on)."""

    account: str
    region: str
    domain: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProvisionRecord:
    """A provision config: ``target`` instances are to be ready; ``document`` what was put."""

    account: str
    region: str
    function: str
    qualifier: str
    target: int
    document: dict[str, Any]


def fingerprint(configuration: Document, code: Package | None, layers: list[Package]) -> str:
    """A digest (hex) over all that decides how a function's instances behave."""
    return digest(configuration, _NOT_OF_THE_CODE, code.sha256 if code else None, [layer.sha256 for layer in layers])


class FunctionDirectory(Directory[TriggerRecord, DomainRecord]):
    """Finds functions, triggers, domains and provision configs in every account and region of the cloud.

    ``rng`` picks an alias's version by weight; give a seeded one for a repeatable choice.
    """

    def __init__(self, cloud: LocalCloud, rng: random.Random | None = None) -> None:
        super().__init__(cloud, rng, TriggerChanged, DomainChanged)

    def state(self, account: str, region: str) -> FcState:
        """The collections of one account and region."""
        return FcState(self._cloud.store, account, region)

    def resolve(self, account: str, region: str, name: str, qualifier: str = LATEST) -> ResolvedFunction:
        """What a call of ``name`` by ``qualifier`` (LATEST, a version's number, an alias) runs.

        An alias with an additional version picks by weight, anew each call. Raises FunctionNotFound,
        VersionNotFound, AliasNotFound.
        """
        qualifier = qualifier or LATEST
        state = self.state(account, region)
        function = state.functions.get(name)
        if function is None:
            raise FunctionNotFound(name)
        version = self._version(state, name, qualifier)
        record = function if version == LATEST else state.versions.get(version_key(name, version))
        if record is None:
            raise VersionNotFound(name, version)
        configuration = dict(record["configuration"])
        restriction = function["configuration"].get("invocationRestriction")
        if restriction:
            configuration["invocationRestriction"] = restriction
        code = Package.of(record["code"])
        layers = [Package(**layer) for layer in record["layers"]]
        concurrency = state.concurrency.get(name)
        return ResolvedFunction(
            account=account,
            region=region,
            name=name,
            qualifier=qualifier,
            version=version,
            configuration=configuration,
            code=self._cloud.blobs.path(code.blob) if code else None,
            layers=tuple(self._cloud.blobs.path(layer.blob) for layer in layers),
            reserved_concurrency=concurrency["reservedConcurrency"] if concurrency else None,
            async_config=state.async_invoke.get(f"{name}/{qualifier}"),
            fingerprint=fingerprint(record["configuration"], code, layers),
        )

    def triggers(self, trigger_type: str) -> Iterator[TriggerRecord]:
        """Every trigger of one type (``timer``, ``oss``, ``http`` …) in every account and region."""
        for account, region in scopes(self._cloud.store):
            for key, document in self.state(account, region).triggers.scan():
                if document["triggerType"] == trigger_type:
                    yield _trigger(account, region, key.split("/", 1)[0], document)

    def trigger(self, account: str, region: str, function: str, name: str) -> TriggerRecord | None:
        """One trigger, or None."""
        document = self.state(account, region).triggers.get(f"{function}/{name}")
        return None if document is None else _trigger(account, region, function, document)

    def provisions(self) -> Iterator[ProvisionRecord]:
        """Every provision config in every account and region."""
        for account, region in scopes(self._cloud.store):
            for key, document in self.state(account, region).provision.scan():
                function, qualifier = key.split("/", 1)
                yield ProvisionRecord(account, region, function, qualifier, document["target"], document)

    def _hosts(self) -> Iterator[tuple[str, TriggerRecord]]:
        return ((host, record) for record in self.triggers("http") for host in _hosts(record))

    def _named_domains(self) -> Iterator[tuple[str, DomainRecord]]:
        for account, region in scopes(self._cloud.store):
            for name, document in self.state(account, region).domains.scan():
                yield name, DomainRecord(account, region, name, document)

    def _version(self, state: FcState, function: str, qualifier: str) -> str:
        if qualifier == LATEST or (qualifier.isascii() and qualifier.isdigit()):
            return qualifier
        alias = state.aliases.get(f"{function}/{qualifier}")
        if alias is None:
            raise AliasNotFound(function, qualifier)
        drawn = self._drawn(alias["additionalVersionWeight"].items())
        return str(alias["versionId"]) if drawn is None else drawn


def _hosts(record: TriggerRecord) -> list[str]:
    urls = record.document["httpTrigger"]
    return [str(urlsplit(urls[kind]).hostname) for kind in ("urlInternet", "urlIntranet") if urls.get(kind)]


def _trigger(account: str, region: str, function: str, document: Document) -> TriggerRecord:
    configuration = json.loads(document.get("triggerConfig") or "{}")
    return TriggerRecord(
        account=account,
        region=region,
        function=function,
        name=document["triggerName"],
        qualifier=document.get("qualifier") or LATEST,
        trigger_type=document["triggerType"],
        configuration=configuration,
        document=document,
    )
