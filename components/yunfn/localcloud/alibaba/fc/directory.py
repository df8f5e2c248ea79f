"""What runs when a function is called: qualifiers resolved to frozen code, triggers and domains found by host.

The data plane reads Function Compute's state through this and nothing else.
"""

from __future__ import annotations

import hashlib
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
    relevant = {name: value for name, value in configuration.items() if name not in _NOT_OF_THE_CODE}
    parts = [relevant, code.sha256 if code else "", [layer.sha256 for layer in layers]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class FunctionDirectory:
    """Finds functions, triggers, domains and provision configs in every account and region of the cloud.

    ``rng`` picks an alias's version by weight; give a seeded one for a repeatable choice.
    """

    def __init__(self, cloud: LocalCloud, rng: random.Random | None = None) -> None:
        self._cloud = cloud
        self._rng = rng or random.Random()  # noqa: S311 - shares traffic, guards nothing
        self._provisioned: dict[tuple[str, str, str, str], tuple[int, str]] = {}
        # Looked up for every request to a function's own host, so kept until something changes.
        self._trigger_hosts: dict[str, TriggerRecord] | None = None
        self._domains: dict[str, DomainRecord] | None = None
        cloud.events.subscribe(TriggerChanged, self._forget_triggers)
        cloud.events.subscribe(DomainChanged, self._forget_domains)

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

    def trigger_by_host(self, host: str) -> TriggerRecord | None:
        """The HTTP trigger whose internet or intranet URL has this host, or None."""
        if self._trigger_hosts is None:
            self._trigger_hosts = {name: record for record in self.triggers("http") for name in _hosts(record)}
        return self._trigger_hosts.get(host)

    def domain(self, host: str) -> DomainRecord | None:
        """The custom domain of that name, or None."""
        if self._domains is None:
            self._domains = {
                name: DomainRecord(account, region, name, document)
                for account, region in scopes(self._cloud.store)
                for name, document in self.state(account, region).domains.scan()
            }
        return self._domains.get(host)

    def provisions(self) -> Iterator[ProvisionRecord]:
        """Every provision config in every account and region."""
        for account, region in scopes(self._cloud.store):
            for key, document in self.state(account, region).provision.scan():
                function, qualifier = key.split("/", 1)
                yield ProvisionRecord(account, region, function, qualifier, document["target"], document)

    def report_provisioned(
        self, account: str, region: str, function: str, qualifier: str, current: int, error: str = ""
    ) -> None:
        """For the data plane: how many provisioned instances are ready now, and why not more, if it knows."""
        self._provisioned[account, region, function, qualifier] = (current, error)

    def provisioned(self, account: str, region: str, function: str, qualifier: str) -> tuple[int, str]:
        """The instances last reported ready for a qualifier, and the error that keeps it from more ("" for none)."""
        return self._provisioned.get((account, region, function, qualifier), (0, ""))

    def reset(self) -> None:
        """Drop what is held in memory, after the store was cleared."""
        self._provisioned.clear()
        self._trigger_hosts = None
        self._domains = None

    def _forget_triggers(self, event: TriggerChanged) -> None:
        self._trigger_hosts = None

    def _forget_domains(self, event: DomainChanged) -> None:
        self._domains = None

    def _version(self, state: FcState, function: str, qualifier: str) -> str:
        if qualifier == LATEST or (qualifier.isascii() and qualifier.isdigit()):
            return qualifier
        alias = state.aliases.get(f"{function}/{qualifier}")
        if alias is None:
            raise AliasNotFound(function, qualifier)
        drawn = self._rng.random()
        for version, weight in alias["additionalVersionWeight"].items():
            if drawn < weight:
                return str(version)
            drawn -= weight
        return str(alias["versionId"])


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
