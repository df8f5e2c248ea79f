"""Asynchronous calls as they are kept: queued, running, retried, finished; they outlive the cloud's process.

Names and states are the SDK's (alibabacloud-fc20230330 ``AsyncTask``, ``AsyncTaskEvent``). A call is found by its task
id (the caller's own, or else its request id) and by its request id.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.runner import HttpRequest
from yunfn.localcloud.store import Collection, Document, Store

# States that are over; the others are taken up again when the cloud starts.
FINAL = frozenset({"Succeeded", "Failed", "Stopped", "Expired", "Invalid"})
# Finished calls are kept this long (seconds), as long as the cloud keeps them: 7 days (FCD "asynchronous tasks").
KEPT_SECONDS = 7 * 86400.0


@dataclass(slots=True)
class AsyncTask:
    """One asynchronous call; times are epoch seconds of the cloud's clock, ``payload`` base64.

    ``retries`` counts tries after the first that a function error caused, ``throttled`` those that found no room;
    ``due`` is when the next try may begin; ``caller`` whom it is made for (an ARN, or the service that fired it).
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

    def document(self, *, with_payload: bool = True) -> Document:
        """The task as GetAsyncTask answers it; times in milliseconds."""
        shown: Document = {
            "alreadyRetriedTimes": self.retries,
            "destinationStatus": self.destination_status,
            "durationMs": self.duration_ms or 0,
            "endTime": int((self.ended or 0) * 1000),
            "events": self.events,
            "functionArn": f"acs:fc:{self.region}:{self.account}:functions/{self.function}",
            "instanceId": self.instance_id,
            "qualifier": self.qualifier,
            "requestId": self.request_id,
            "returnPayload": self.answer or "",
            "startedTime": int((self.started or self.enqueued) * 1000),
            "status": self.status,
            "taskErrorMessage": self.error_message,
            "taskId": self.task_id,
        }
        if with_payload:
            shown["taskPayload"] = self.body.decode("utf-8", "replace")
        return shown


def new_task(
    function: ResolvedFunction,
    *,
    request_id: str,
    payload: bytes,
    now: float,
    caller: str,
    task_id: str = "",
    http: HttpRequest | None = None,
) -> AsyncTask:
    """A task to be queued for ``function``; ``task_id`` is the caller's own, "" for none."""
    task = AsyncTask(
        account=function.account,
        region=function.region,
        function=function.name,
        qualifier=function.qualifier,
        task_id=task_id or request_id,
        request_id=request_id,
        stateful=bool((function.async_config or {}).get("asyncTask")),
        caller=caller,
        payload=base64.b64encode(http.body if http else payload).decode(),
        http={"method": http.method, "path": http.path, "headers": http.headers} if http else None,
        enqueued=now,
        due=now,
    )
    task.turn("Enqueued", now)
    return task


class AsyncTasks:
    """The tasks of every account and region, in the cloud's store."""

    def __init__(self, store: Store) -> None:
        self._store = store

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

    def of_function(self, account: str, region: str, function: str, prefix: str = "") -> Iterator[AsyncTask]:
        """The function's tasks whose id starts with ``prefix``."""
        for _, document in self._tasks(account, region).scan(prefix=f"{function}/{prefix}"):
            yield AsyncTask(**document)

    def pending(self) -> Iterator[AsyncTask]:
        """Every task that is not over."""
        for account, region in self._scopes("fc/async-pending"):
            for key, _ in self._pending(account, region).scan():
                task = self.get(account, region, key)
                if task is not None:
                    yield task

    def prune(self, now: float) -> None:
        """Forget tasks that have been over for seven days."""
        for account, region in self._scopes("fc/async-tasks"):
            tasks = self._tasks(account, region)
            for key, document in tasks.scan():
                if document["status"] in FINAL and (document["ended"] or now) < now - KEPT_SECONDS:
                    tasks.delete(key)
                    self._requests(account, region).delete(document["request_id"])

    def _scopes(self, kind: str) -> list[tuple[str, str]]:
        return [(account, region) for account, region, name, _ in self._store.kinds(kind) if name == kind]

    def _tasks(self, account: str, region: str) -> Collection:
        return self._store.collection(account, region, "fc/async-tasks")

    def _requests(self, account: str, region: str) -> Collection:
        return self._store.collection(account, region, "fc/async-requests")

    def _pending(self, account: str, region: str) -> Collection:
        return self._store.collection(account, region, "fc/async-pending")
