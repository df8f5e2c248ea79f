"""Projects and logstores as documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yunfn.localcloud.alibaba.log.exceptions import (
    LogStoreAlreadyExist,
    LogStoreNotExist,
    ProjectAlreadyExist,
    ProjectNotExist,
)
from yunfn.localcloud.alibaba.log.models.entries import EntryStore, LogEntry
from yunfn.localcloud.clock import Clock
from yunfn.localcloud.store import Collection, Document, Store

_KEYSPACE = 2**128


class LogState:
    """All of SLS's state: projects by region, their logstores, and the logs."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.entries = EntryStore(store, clock)
        self._turn = 0

    def now(self) -> int:
        """The cloud's time in whole seconds since the epoch."""
        return int(self._clock.time())

    def create_project(self, account: str, region: str, document: Document) -> None:
        """Keep a new project; raises ProjectAlreadyExist if anybody anywhere has one of that name."""
        name = document["projectName"]
        if not self._names().insert(name, {"account": account, "region": region}):
            raise ProjectAlreadyExist(name)
        self._projects(account, region).put(name, document)

    def project(self, account: str, region: str, name: str) -> Document:
        """A project; raises ProjectNotExist."""
        found = self._projects(account, region).get(name)
        if found is None:
            raise ProjectNotExist(name)
        return found

    def projects(self, account: str, region: str) -> Iterator[Document]:
        """The region's projects by name."""
        for _, document in self._projects(account, region).scan():
            yield document

    def put_project(self, account: str, region: str, document: Document) -> None:
        """Keep a changed project."""
        document["lastModifyTime"] = str(self.now())
        self._projects(account, region).put(document["projectName"], document)

    def delete_project(self, account: str, region: str, name: str) -> None:
        """Remove a project with all it holds; raises ProjectNotExist."""
        self.project(account, region, name)
        for logstore in list(self.logstores(account, region, name)):
            self.delete_logstore(account, region, name, logstore["logstoreName"])
        self._projects(account, region).delete(name)
        self._names().delete(name)

    def create_logstore(self, account: str, region: str, project: str, document: Document) -> None:
        """Keep a new logstore; raises ProjectNotExist or LogStoreAlreadyExist."""
        self.project(account, region, project)
        if not self._logstores(account, region, project).insert(document["logstoreName"], document):
            raise LogStoreAlreadyExist(document["logstoreName"])

    def logstore(self, account: str, region: str, project: str, name: str) -> Document:
        """A logstore; raises ProjectNotExist or LogStoreNotExist."""
        found = self._logstores(account, region, project).get(name)
        if found is None:
            self.project(account, region, project)
            raise LogStoreNotExist(name)
        return found

    def logstores(self, account: str, region: str, project: str) -> Iterator[Document]:
        """A project's logstores by name; raises ProjectNotExist."""
        self.project(account, region, project)
        for _, document in self._logstores(account, region, project).scan():
            yield document

    def put_logstore(self, account: str, region: str, project: str, document: Document) -> None:
        """Keep a changed logstore."""
        document["lastModifyTime"] = self.now()
        self._logstores(account, region, project).put(document["logstoreName"], document)

    def delete_logstore(self, account: str, region: str, project: str, name: str) -> None:
        """Remove a logstore with index and logs; raises LogStoreNotExist."""
        self.logstore(account, region, project, name)
        self.entries.clear(account, region, project, name)
        self._logstores(account, region, project).delete(name)

    def append(
        self, account: str, region: str, project: str, logstore: str, entries: Sequence[LogEntry], hash_key: str = ""
    ) -> None:
        """Store logs in the shard of ``hash_key`` or, without one, in each shard by turns.

        Raises ProjectNotExist or LogStoreNotExist.
        """
        document = self.logstore(account, region, project, logstore)
        if document["appendMeta"]:
            meta = {"__client_ip__": "127.0.0.1", "__receive_time__": str(self.now())}
            entries = [LogEntry(one.time, one.contents, one.topic, one.source, {**one.tags, **meta}) for one in entries]
        count = document["shardCount"]
        if hash_key:
            shard = int(hash_key, 16) * count // _KEYSPACE
        else:
            self._turn += 1
            shard = self._turn % count
        self.entries.append(
            account, region, project, logstore, entries,
            shard=shard, indexed=document.get("index") is not None, days=document["ttl"],
        )  # fmt: skip

    def _names(self) -> Collection:
        return self._store.collection("", "", "log/project-names")

    def _projects(self, account: str, region: str) -> Collection:
        return self._store.collection(account, region, "log/projects")

    def _logstores(self, account: str, region: str, project: str) -> Collection:
        return self._store.collection(account, region, f"log/logstores/{project}")


def shards(logstore: Document) -> list[dict[str, Any]]:
    """A logstore's shards: equal parts of the keyspace of MD5, each with its first key and the one past its last."""
    count = logstore["shardCount"]
    edges = [f"{_KEYSPACE * one // count:032x}" for one in range(count)] + ["f" * 32]
    return [
        {
            "shardID": one,
            "status": "readwrite",
            "inclusiveBeginKey": edges[one],
            "exclusiveEndKey": edges[one + 1],
            "createTime": logstore["createTime"],
        }
        for one in range(count)
    ]
