"""Asynchronous calls as they are kept: queued, running, retried, finished; they outlive the cloud's process.

Names and states are those of Function Compute's SDK (alibabacloud-fc20230330 ``AsyncTask``, ``AsyncTaskEvent``); the
other cloud translates them. A call is found by its task id (the caller's own, or else its request id) and by its
request id.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from yunfn.localcloud.runner import HttpRequest
from yunfn.localcloud.store import Collection, Store

# States that are over; the others are taken up again when the cloud starts.
FINAL = frozenset({"Succeeded", "Failed", "Stopped", "Expired", "Invalid"})
# Finished calls are kept this long (seconds), as long as the cloud keeps them: 7 days (FCD "asynchronous tasks").
KEPT_SECONDS = 7 * 86400.0


@dataclass(slots=True)
class AsyncTask:
    """One asynchronous call; times are epoch seconds of the cloud's clock, ``payload`` base64.

    ``retries`` counts tries after the first that a function error caused, ``throttled`` those that found no room;
    ``due`` is when the next try may begin; ``caller`` whom it is made for (an ARN, or the service that fired it),
    ``source`` what kind of thing called ("timer"), where the cloud tells it.
    """

    account: str
    region: str
    function: str
    qualifier: str
    task_id: str
    request_id: str
    stateful: bool
    caller: str
    payload: str
    enqueued: float
    due: float
    status: str = "Enqueued"
    retries: int = 0
    throttled: int = 0
    http: dict[str, Any] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    started: float | None = None
    ended: float | None = None
    duration_ms: int | None = None
    instance_id: str = ""
    error_message: str = ""
    answer: str | None = None
    destination_status: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        """Its key in the collection of its account and region."""
        return f"{self.function}/{self.task_id}"

    @property
    def body(self) -> bytes:
        """The payload's bytes."""
        return base64.b64decode(self.payload)

    @property
    def request(self) -> HttpRequest | None:
        """The raw HTTP request to repeat, for a custom runtime behind an HTTP trigger."""
        if self.http is None:
            return None
        headers = [(name, value) for name, value in self.http["headers"]]
        return HttpRequest(self.http["method"], self.http["path"], headers, self.body)

    def turn(self, status: str, now: float, detail: str = "") -> None:
        """Become ``status``; the change is kept among the events."""
        self.status = status
        event = {"eventId": len(self.events) + 1, "status": status, "timestamp": int(now * 1000), "eventDetail": detail}
        self.events.append(event)


class AsyncTasks:
    """The tasks of every account and region, in the cloud's store, of one ``service`` ("fc")."""

    def __init__(self, store: Store, service: str) -> None:
        self._store = store
        self._service = service

    def add(self, task: AsyncTask) -> bool:
        """Keep a new task; False, and nothing kept, if its id is taken."""
        if not self._tasks(task.account, task.region).insert(task.key, asdict(task)):
            return False
        self._requests(task.account, task.region).put(task.request_id, {"key": task.key})
        self._pending(task.account, task.region).put(task.key, {"due": task.due})
        return True

    def save(self, task: AsyncTask) -> None:
        """Keep the task as it is now."""
        self._tasks(task.account, task.region).put(task.key, asdict(task))
        pending = self._pending(task.account, task.region)
        if task.status in FINAL:
            pending.delete(task.key)
        else:
            pending.put(task.key, {"due": task.due})

    def get(self, account: str, region: str, key: str) -> AsyncTask | None:
        """The task of that key, or None."""
        document = self._tasks(account, region).get(key)
        return AsyncTask(**document) if document else None

    def find(self, account: str, region: str, function: str, task_or_request_id: str) -> AsyncTask | None:
        """The function's task by its id or by its request id, or None."""
        found = self.get(account, region, f"{function}/{task_or_request_id}")
        if found is None and (request := self._requests(account, region).get(task_or_request_id)):
            found = self.get(account, region, request["key"])
        return found if found and found.function == function else None

    def by_request(self, account: str, region: str, request_id: str) -> AsyncTask | None:
        """The task of that request id, whichever function's it is, or None."""
        request = self._requests(account, region).get(request_id)
        return self.get(account, region, request["key"]) if request else None

    def of_function(self, account: str, region: str, function: str, prefix: str = "") -> Iterator[AsyncTask]:
        """The function's tasks whose id starts with ``prefix``."""
        for _, document in self._tasks(account, region).scan(prefix=f"{function}/{prefix}"):
            yield AsyncTask(**document)

    def pending(self) -> Iterator[AsyncTask]:
        """Every task that is not over."""
        for account, region in self._scopes(f"{self._service}/async-pending"):
            for key, _ in self._pending(account, region).scan():
                task = self.get(account, region, key)
                if task is not None:
                    yield task

    def prune(self, now: float) -> None:
        """Forget tasks that have been over for seven days."""
        for account, region in self._scopes(f"{self._service}/async-tasks"):
            tasks = self._tasks(account, region)
            for key, document in tasks.scan():
                if document["status"] in FINAL and (document["ended"] or now) < now - KEPT_SECONDS:
                    tasks.delete(key)
                    self._requests(account, region).delete(document["request_id"])

    def forget(self, account: str, region: str, function: str) -> None:
        """Drop a function's tasks, queued ones too, once it is gone."""
        for task in list(self.of_function(account, region, function)):
            self._tasks(account, region).delete(task.key)
            self._requests(account, region).delete(task.request_id)
            self._pending(account, region).delete(task.key)

    def _scopes(self, kind: str) -> list[tuple[str, str]]:
        return [(account, region) for account, region, name, _ in self._store.kinds(kind) if name == kind]

    def _tasks(self, account: str, region: str) -> Collection:
        return self._store.collection(account, region, f"{self._service}/async-tasks")

    def _requests(self, account: str, region: str) -> Collection:
        return self._store.collection(account, region, f"{self._service}/async-requests")

    def _pending(self, account: str, region: str) -> Collection:
        return self._store.collection(account, region, f"{self._service}/async-pending")
