"""Reserved and provisioned concurrency, and asynchronous settings of functions."""

from __future__ import annotations

from typing import Any

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.directory import FunctionDirectory, provision_target
from yunfn.localcloud.tencent.scf.events import ProvisionChanged
from yunfn.localcloud.tencent.scf.exceptions import (
    FunctionVersionStatusNotActive,
    InvalidValue,
    LimitExceeded,
    ProvisionedExceedReserved,
    ProvisionedInProgress,
)
from yunfn.localcloud.tencent.scf.rules.choices import chosen
from yunfn.localcloud.tencent.scf.rules.cron import is_cron
from yunfn.localcloud.tencent.scf.rules.limits import CONCURRENCY_MB, UNPROVISIONED_INSTANCES, UNRESERVED_MB
from yunfn.localcloud.tencent.scf.rules.names import is_version
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.state import function_key
from yunfn.localcloud.tencent.scf.transitions import ACTIVE, Transition
from yunfn.runtimes import SCF_LIMITS

_TRACKING = "ConcurrencyUtilizationTracking"
_TYPES = ("Default", _TRACKING)


class Scaling:
    """How one region's functions scale and are called asynchronously."""

    def __init__(self, scope: ScfScope, directory: FunctionDirectory) -> None:
        self._scope = scope
        self._state = scope.state
        self._directory = directory

    def put_reserved(self, namespace: str, function: str, memory: int) -> None:
        """Reserve concurrency (MB) for a function; 0 stops all calls. Raises LimitExceeded, InvalidParameterValue."""
        self._scope.writable(namespace, function)
        key = function_key(namespace, function)
        if memory < 0:
            raise InvalidValue("ReservedConcurrencyMem", f"{memory} must be 0 or more")
        others = sum(each["ReservedConcurrencyMem"] for other, each in self._state.reserved.scan() if other != key)
        if others + memory > CONCURRENCY_MB - UNRESERVED_MB:
            raise LimitExceeded(
                "FunctionReservedConcurrencyMemory",
                f"{others + memory} MB are more than {CONCURRENCY_MB - UNRESERVED_MB}",
            )
        self._state.reserved.put(key, {"ReservedConcurrencyMem": memory})
        self._scope.changed(namespace, function)

    def reserved(self, namespace: str, function: str) -> int | None:
        """The concurrency reserved for a function in MB, None where there is none."""
        self._scope.function(namespace, function)
        document = self._state.reserved.get(function_key(namespace, function))
        return document["ReservedConcurrencyMem"] if document else None

    def delete_reserved(self, namespace: str, function: str) -> None:
        """Reserve nothing any more; no error where nothing was."""
        self._scope.writable(namespace, function)
        self._state.reserved.delete(function_key(namespace, function))
        self._scope.changed(namespace, function)

    def put_provisioned(self, namespace: str, function: str, version: str, sent: Parameters) -> None:
        """Keep instances of a version ready.

        Raises InvalidParameterValue, ResourceNotFound.FunctionVersion, LimitExceeded, and FailedOperation of
        FunctionVersionStatusNotActive, ProvisionedInProgress, ProvisionedExceedReserved.
        """
        record = self._scope.writable(namespace, function)
        if not is_version(version):
            raise InvalidValue("Qualifier", f"{version!r} is no published version, and only those are provisioned")
        status = Transition.of(self._scope.version(namespace, function, version)).status
        if status != ACTIVE:
            raise FunctionVersionStatusNotActive(function, version, status)
        document = _read_provision(sent)
        key = f"{function_key(namespace, function)}/{version}"
        current = self._state.provisioned.get(key)
        if current is not None and self._progress(namespace, function, version, current)[0] == "InProgress":
            raise ProvisionedInProgress(function, version)
        self._check_total(record, version, document)
        self._state.provisioned.put(key, document)
        self._tell(namespace, function, version)

    def provisioned(self, namespace: str, function: str, version: str = "") -> list[dict[str, Any]]:
        """What is provisioned of a function's versions, or of one: VersionProvisionedConcurrencyInfo."""
        self._scope.function(namespace, function)
        found = []
        for own, document in self._state.of_function(self._state.provisioned, namespace, function):
            if version in ("", own):
                status, ready, reason = self._progress(namespace, function, own, document)
                found.append(
                    {
                        "AllocatedProvisionedConcurrencyNum": provision_target(document),
                        "AvailableProvisionedConcurrencyNum": ready,
                        "Status": status,
                        "StatusReason": reason,
                        "Qualifier": own,
                        "TriggerActions": document["TriggerActions"],
                    }
                )
        return found

    def unallocated(self, namespace: str, function: str) -> int:
        """The instances of a function that may still be provisioned."""
        record = self._scope.function(namespace, function)
        return max(self._most(record) - self._total(namespace, function), 0)

    def delete_provisioned(self, namespace: str, function: str, version: str) -> None:
        """Keep no instances ready any more; no error where none were."""
        self._scope.writable(namespace, function)
        if self._state.provisioned.delete(f"{function_key(namespace, function)}/{version}"):
            self._tell(namespace, function, version)

    def update_event_invoke(self, namespace: str, function: str, sent: Parameters) -> None:
        """Set how asynchronous calls are retried: what is not sent stays. Raises LimitExceeded of RetryNum, MsgTTL."""
        self._scope.writable(namespace, function)
        key = function_key(namespace, function)
        document = self._state.async_trigger_config(key)
        if retries := [each.integer("RetryNum") for each in sent.inners("RetryConfig")]:
            _within("RetryNum", retries[0], SCF_LIMITS.async_retries)
            document["RetryConfig"] = [{"RetryNum": retries[0]}]
        if "MsgTTL" in sent:
            document["MsgTTL"] = _within("MsgTTL", sent.integer("MsgTTL"), SCF_LIMITS.async_age_s)
        self._state.event_invoke.put(key, document)
        self._scope.changed(namespace, function)

    def event_invoke(self, namespace: str, function: str) -> Document:
        """How asynchronous calls of a function are retried: AsyncTriggerConfig."""
        self._scope.function(namespace, function)
        return self._state.async_trigger_config(function_key(namespace, function))

    def _progress(self, namespace: str, function: str, version: str, document: Document) -> tuple[str, int, str]:
        ready, error = self._directory.provisioned((self._scope.region, namespace, function), version)
        target = provision_target(document)
        status = "Done" if ready >= target else "Failed" if error else "InProgress"
        return status, min(ready, target), error

    def _check_total(self, record: Document, version: str, document: Document) -> None:
        configuration = record["configuration"]
        namespace, function = configuration["Namespace"], configuration["FunctionName"]
        total = self._total(namespace, function, without=version) + provision_target(document)
        if total > self._most(record):
            raise LimitExceeded(
                "FunctionTotalProvisionedConcurrencyNum", f"{total} instances are more than {self._most(record)}"
            )
        reserved = self.reserved(namespace, function)
        if reserved is not None and total * configuration["MemorySize"] > reserved:
            raise ProvisionedExceedReserved(function, total * configuration["MemorySize"], reserved)

    def _total(self, namespace: str, function: str, without: str = "") -> int:
        found = self._state.of_function(self._state.provisioned, namespace, function)
        return sum(provision_target(document) for own, document in found if own != without)

    def _most(self, record: Document) -> int:
        return int(CONCURRENCY_MB // record["configuration"]["MemorySize"] - UNPROVISIONED_INSTANCES)

    def _tell(self, namespace: str, function: str, version: str) -> None:
        self._scope.cloud.events.publish(ProvisionChanged(self._scope.region, namespace, function, version))


def _read_provision(sent: Parameters) -> Document:
    kind = chosen(sent, "ProvisionedType", _TYPES) or "Default"
    number = sent.integer("VersionProvisionedConcurrencyNum")
    if number < 0:
        raise InvalidValue("VersionProvisionedConcurrencyNum", f"{number} must be 0 or more")
    document: Document = {
        "VersionProvisionedConcurrencyNum": number,
        "ProvisionedType": kind,
        "TriggerActions": [_read_action(each) for each in sent.inners("TriggerActions")],
    }
    names = [action["TriggerName"] for action in document["TriggerActions"]]
    if len(set(names)) < len(names):
        raise InvalidValue("ProvisionTriggerNameDuplicate", "two TriggerActions have the same name")
    if kind == _TRACKING:
        target, low, high = sent.number("TrackingTarget"), sent.integer("MinCapacity"), sent.integer("MaxCapacity")
        if not 0 < target < 1 or not 1 <= low <= high:
            raise InvalidValue("TrackingTarget", "must be between 0 and 1, MinCapacity 1 to MaxCapacity")
        document |= {"TrackingTarget": target, "MinCapacity": low, "MaxCapacity": high}
    return document


def _read_action(sent: Parameters) -> Document:
    cron = sent.text("TriggerCronConfig")
    if not is_cron(cron):
        raise InvalidValue("TriggerCronConfig", f"{cron!r} is no cron expression of seven fields")
    number = sent.integer("TriggerProvisionedConcurrencyNum")
    if number < 0:
        raise InvalidValue("TriggerProvisionedConcurrencyNum", f"{number} must be 0 or more")
    return {
        "TriggerName": sent.text("TriggerName"),
        "TriggerProvisionedConcurrencyNum": number,
        "TriggerCronConfig": cron,
        "ProvisionedType": sent.text("ProvisionedType", "Default"),
    }


def _within(kind: str, value: int, limits: tuple[int, int]) -> int:
    low, high = limits
    if not low <= value <= high:
        raise LimitExceeded(kind, f"{value} must be {low} to {high}")
    return value
