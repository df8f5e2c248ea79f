"""What is remembered of calls: GetFunctionLogs and GetRequestStatus answer from it.

A call is one record a try, kept for seven days (SCFD "log delivery": default delivery) in the cloud's store.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from yunfn.localcloud.store import Collection, Store

_KIND = "scf/calls"
_KEPT_SECONDS = 7 * 86400.0
# SCFD "log delivery": what one request may print; and what of a value is remembered.
_LOG_CHARACTERS = 1 << 20
_VALUE_CHARACTERS = 1 << 20


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One try of one call.

    ``start`` is in epoch seconds of the cloud's clock, ``memory_mb`` in MB; ``status`` is the function's status code
    (200 for success), ``value`` what it returned, or its error body, as JSON text.
    """

    namespace: str
    function: str
    version: str
    qualifier: str
    request_id: str
    retry: int
    start: float
    duration_ms: float
    billed_ms: int
    memory_mb: float
    status: int
    value: str
    log: str

    @property
    def key(self) -> str:
        """Its key in the collection of its region."""
        return f"{self.namespace}/{self.function}/{self.request_id}/{self.retry:04d}"


class CallRecords:
    """The records of every region of the account."""

    def __init__(self, store: Store, account: str) -> None:
        self._store = store
        self._account = account
        self._under_way: dict[tuple[str, str, str, str], float] = {}

    def begin(self, region: str, namespace: str, function: str, request_id: str, now: float) -> None:
        """A call begins to run."""
        self._under_way[region, namespace, function, request_id] = now

    def end(self, region: str, namespace: str, function: str, request_id: str) -> None:
        """A call has ended, however."""
        self._under_way.pop((region, namespace, function, request_id), None)

    def began(self, region: str, namespace: str, function: str, request_id: str) -> float | None:
        """When a call that is under way began, or None."""
        return self._under_way.get((region, namespace, function, request_id))

    def add(self, region: str, record: CallRecord) -> None:
        """Keep a record."""
        document = asdict(record)
        document["log"] = record.log[-_LOG_CHARACTERS:]
        document["value"] = record.value[:_VALUE_CHARACTERS]
        self._calls(region).put(record.key, document)

    def of_function(self, region: str, namespace: str, function: str, request_id: str = "") -> Iterator[CallRecord]:
        """The records of a function, or of one of its calls; the tries of a call in their order."""
        prefix = f"{namespace}/{function}/" + (f"{request_id}/" if request_id else "")
        for _, document in self._calls(region).scan(prefix=prefix):
            yield CallRecord(**document)

    def forget(self, region: str, namespace: str, function: str) -> None:
        """Drop a function's records, once it is gone."""
        calls = self._calls(region)
        for key in [key for key, _ in calls.scan(prefix=f"{namespace}/{function}/")]:
            calls.delete(key)

    def prune(self, now: float) -> None:
        """Forget what is older than seven days."""
        for account, region, kind, _ in self._store.kinds(_KIND):
            if account == self._account and kind == _KIND:
                calls = self._calls(region)
                for key, document in list(calls.scan()):
                    if document["start"] < now - _KEPT_SECONDS:
                        calls.delete(key)

    def reset(self) -> None:
        """Drop what is held in memory, after the store was cleared."""
        self._under_way.clear()

    def _calls(self, region: str) -> Collection:
        return self._store.collection(self._account, region, _KIND)
