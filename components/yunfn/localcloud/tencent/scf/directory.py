"""What runs when a function is called: qualifiers resolved to frozen code, triggers and domains found by host.

The data plane reads SCF's state through this and nothing else.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from yunfn.localcloud.invocation.directory import Directory
from yunfn.localcloud.invocation.directory import fingerprint as digest
from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.scf.events import DomainChanged, TriggerChanged
from yunfn.localcloud.tencent.scf.exceptions import FunctionNotFound, FunctionStatusError, QualifierNotFound
from yunfn.localcloud.tencent.scf.state import (
    DEFAULT,
    LATEST,
    Package,
    ScfState,
    function_key,
    regions,
    version_key,
)
from yunfn.localcloud.tencent.scf.transitions import ACTIVE, CREATE_FAILED, CREATING, DELETING, Transition

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

# What may change without the running instances having to: names and times of the record itself.
_NOT_OF_THE_CODE = frozenset({"AddTime", "Description", "ModTime", "Tags"})
# Nothing runs in these; while it is Updating or Publishing, a function can be called.
_NOT_RUNNING = frozenset({CREATING, CREATE_FAILED, DELETING})
_HEADER = "invoke.headers."
_RANGE = re.compile(r"([(\[])\s*(-?\d+)\s*,\s*(-?\d+)\s*([)\]])")


@dataclass(frozen=True, slots=True)
class ResolvedFunction:
    """What one invocation runs.

    ``qualifier`` is as the caller gave it, ``version`` the version it means now ("$LATEST" or a number as text).
    ``configuration`` is in GetFunction's names and shapes (MemorySize in MB, Timeout in seconds, Environment.Variables
    as a list of Key and Value …); ``code`` and ``layers`` are zip files to read, layers in the order configured (the
    last wins). ``reserved_mb`` is the function's reserved concurrency in MB. ``event_invoke`` is AsyncTriggerConfig
    (RetryConfig[0].RetryNum, MsgTTL in seconds), always whole. ``fingerprint`` (hex) differs whenever instances
    started before must not serve any more.
    """

    region: str
    namespace: str
    name: str
    qualifier: str
    version: str
    configuration: dict[str, Any]
    code: Path | None
    layers: tuple[Path, ...]
    reserved_mb: int | None
    event_invoke: dict[str, Any]
    fingerprint: str
    function_id: str


@dataclass(frozen=True, slots=True)
class TriggerRecord:
    """A trigger: ``configuration`` is its TriggerDesc parsed, ``document`` what ListTriggers answers.

    ``{"cron": …}`` for a timer; AuthType, NetConfig and CorsConfig for http; event and filter for cos.
    """

    region: str
    namespace: str
    function: str
    name: str
    qualifier: str
    trigger_type: str
    configuration: dict[str, Any]
    enabled: bool
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DomainRecord:
    """A custom domain: ``document`` is what GetCustomDomain answers (EndpointsConfig, CertConfig and so on)."""

    region: str
    domain: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProvisionRecord:
    """Provisioned concurrency of a version: ``target`` instances are to be ready; ``document`` what was put."""

    region: str
    namespace: str
    function: str
    qualifier: str
    target: int
    document: dict[str, Any]


def fingerprint(configuration: Document, code: Package | None, layers: list[Package]) -> str:
    """A digest (hex) over all that decides how a function's instances behave."""
    return digest(configuration, _NOT_OF_THE_CODE, code.sha256 if code else None, [layer.sha256 for layer in layers])


def provision_target(document: Document) -> int:
    """The instances that provisioned concurrency asks for: its number, or the least where it follows the load."""
    if document["ProvisionedType"] == "ConcurrencyUtilizationTracking":
        return int(document["MinCapacity"])
    return int(document["VersionProvisionedConcurrencyNum"])


class FunctionDirectory(Directory[TriggerRecord, DomainRecord]):
    """Finds functions, triggers, domains and provisioned concurrency in every region of the cloud.

    ``rng`` picks an alias's version by weight; give a seeded one for a repeatable choice.
    """

    def __init__(self, cloud: LocalCloud, rng: random.Random | None = None) -> None:
        super().__init__(cloud, rng, TriggerChanged, DomainChanged)

    def state(self, region: str) -> ScfState:
        """The collections of one region."""
        return ScfState(self._cloud.store, self._cloud.tencent.uin, region)

    def resolve(
        self,
        region: str,
        namespace: str,
        name: str,
        qualifier: str = LATEST,
        headers: Mapping[str, str] | None = None,
    ) -> ResolvedFunction:
        """What a call of ``name`` by ``qualifier`` ($LATEST, a version's number, an alias, $DEFAULT) runs.

        An alias that matches one of ``headers`` (of the request, or of a RoutingKey) takes that version, else one by
        weight, anew each call. Raises FunctionNotFound, QualifierNotFound, and FunctionStatusError while there is
        nothing to run yet, or any more.
        """
        qualifier = qualifier or LATEST
        state = self.state(region)
        function = self._function(state, namespace, name)
        version = self._version(state, namespace, name, qualifier, headers or {})
        record = self._record(state, function, namespace, name, version)
        if (status := Transition.of(function).status) in _NOT_RUNNING:
            raise FunctionStatusError(name, status)
        if version != LATEST and (status := Transition.of(record).status) != ACTIVE:
            raise FunctionStatusError(f"{name}:{version}", status)
        code = Package.of(record["code"])
        layers = [Package(**layer) for layer in record["layers"]]
        key = function_key(namespace, name)
        reserved = state.reserved.get(key)
        return ResolvedFunction(
            region=region,
            namespace=namespace,
            name=name,
            qualifier=qualifier,
            version=version,
            configuration=dict(record["configuration"]),
            code=self._cloud.blobs.path(code.blob) if code else None,
            layers=tuple(self._cloud.blobs.path(layer.blob) for layer in layers),
            reserved_mb=reserved["ReservedConcurrencyMem"] if reserved else None,
            event_invoke=state.async_trigger_config(key),
            fingerprint=fingerprint(record["configuration"], code, layers),
            function_id=function["configuration"]["FunctionId"],
        )

    def status(self, region: str, namespace: str, name: str, qualifier: str = LATEST) -> str:
        """The state now (Active, Updating …) of a function or of its version; raises as :meth:`resolve` does."""
        state = self.state(region)
        function = self._function(state, namespace, name)
        version = self._version(state, namespace, name, qualifier, {})
        return Transition.of(self._record(state, function, namespace, name, version)).status

    def triggers(self, trigger_type: str) -> Iterator[TriggerRecord]:
        """Every trigger of one type (``timer``, ``cos``, ``http`` …) in every region, those switched off too."""
        for region in regions(self._cloud.store, self._cloud.tencent.uin):
            for key, document in self.state(region).triggers.scan():
                if document["Type"] == trigger_type:
                    yield _trigger(region, key, document)

    def trigger(
        self, region: str, namespace: str, function: str, qualifier: str, trigger_type: str, name: str
    ) -> TriggerRecord | None:
        """One trigger of a type whose names are unique on a qualifier (all but ``cos``), or None."""
        key = f"{function_key(namespace, function)}/{qualifier}/{trigger_type}/{name}"
        document = self.state(region).triggers.get(key)
        return None if document is None else _trigger(region, key, document)

    def provisions(self) -> Iterator[ProvisionRecord]:
        """All provisioned concurrency in every region."""
        for region in regions(self._cloud.store, self._cloud.tencent.uin):
            for key, document in self.state(region).provisioned.scan():
                namespace, function, qualifier = key.split("/", 2)
                yield ProvisionRecord(region, namespace, function, qualifier, provision_target(document), document)

    def _hosts(self) -> Iterator[tuple[str, TriggerRecord]]:
        return ((host, record) for record in self.triggers("http") for host in _hosts(record))

    def _named_domains(self) -> Iterator[tuple[str, DomainRecord]]:
        for region in regions(self._cloud.store, self._cloud.tencent.uin):
            for name, document in self.state(region).domains.scan():
                yield name, DomainRecord(region, name, document)

    def _function(self, state: ScfState, namespace: str, name: str) -> Document:
        function = state.functions.get(function_key(namespace, name))
        if function is None or Transition.of(function).gone:
            raise FunctionNotFound(namespace, name)
        return function

    def _record(self, state: ScfState, function: Document, namespace: str, name: str, version: str) -> Document:
        if version == LATEST:
            return function
        record = state.versions.get(version_key(namespace, name, version))
        if record is None:
            raise QualifierNotFound(name, version)
        return record

    def _version(
        self, state: ScfState, namespace: str, function: str, qualifier: str, headers: Mapping[str, str]
    ) -> str:
        if qualifier == LATEST or (qualifier.isascii() and qualifier.isdigit()):
            return qualifier
        alias = state.aliases.get(f"{function_key(namespace, function)}/{qualifier}")
        if alias is None:
            if qualifier == DEFAULT:
                return LATEST
            raise QualifierNotFound(function, qualifier)
        routing = alias["RoutingConfig"] or {}
        for match in routing.get("AddtionVersionMatchs") or []:
            if _matches(match, headers):
                return str(match["Version"])
        weights = routing.get("AdditionalVersionWeights") or []
        drawn = self._drawn((str(each["Version"]), each["Weight"]) for each in weights)
        return str(alias["FunctionVersion"]) if drawn is None else drawn


def _matches(match: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """Whether a header is the literal of an ``exact`` match, or an integer within the interval of a ``range``."""
    wanted = match["Key"].removeprefix(_HEADER).lower()
    value = next((value for name, value in headers.items() if name.lower() == wanted), None)
    if value is None:
        return False
    if match["Method"] == "exact":
        return value == match["Expression"]
    interval = _RANGE.fullmatch(match["Expression"].strip())
    try:
        number = int(value)
    except ValueError:
        return False
    if interval is None:
        return False
    low, high = int(interval[2]), int(interval[3])
    return (low < number or (interval[1] == "[" and number == low)) and (
        number < high or (interval[4] == "]" and number == high)
    )


def _hosts(record: TriggerRecord) -> list[str]:
    net = record.configuration.get("NetConfig") or {}
    return [str(urlsplit(net[kind]).hostname) for kind in ("ExtranetUrl", "IntranetUrl") if net.get(kind)]


def _trigger(region: str, key: str, document: Document) -> TriggerRecord:
    namespace, function, _ = key.split("/", 2)
    return TriggerRecord(
        region=region,
        namespace=namespace,
        function=function,
        name=document["TriggerName"],
        qualifier=document["Qualifier"],
        trigger_type=document["Type"],
        configuration=json.loads(document["TriggerDesc"]),
        enabled=document["Enable"] == 1,
        document=document,
    )
