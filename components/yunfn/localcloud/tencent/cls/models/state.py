"""Logsets and topics as documents; an index is a part of its topic's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.store import Collection, Document, Store
from yunfn.localcloud.tencent.api.times import china_time
from yunfn.localcloud.tencent.cls.exceptions import (
    LogsetConflict,
    LogsetNotEmpty,
    LogsetNotExist,
    TooManyLogsets,
    TooManyTopics,
    TopicConflict,
    TopicNotExist,
)
from yunfn.localcloud.tencent.cls.models.entries import ClsEntry, EntryStore

# CLS documentation, "Specifications and limits": logsets per region, topics per logset.
_LOGSETS, _TOPICS = 50, 500


class ClsState:
    """All of CLS's state in one account."""

    def __init__(self, store: Store, clock: Clock, account: str) -> None:
        self._store = store
        self._clock = clock
        self._account = account
        self.entries = EntryStore(store, clock, account)

    def moment(self) -> str:
        """The cloud's time as CLS writes it: ``YYYY-MM-DD HH:MM:SS``."""
        return china_time(self._clock.now())

    def create_logset(self, region: str, document: Document) -> None:
        """Keep a new logset; raises LogsetConflict or TooManyLogsets."""
        known = list(self.logsets(region))
        if any(one["LogsetName"] == document["LogsetName"] for one in known):
            raise LogsetConflict(document["LogsetName"])
        if len(known) >= _LOGSETS:
            raise TooManyLogsets(_LOGSETS)
        if not self._logsets(region).insert(document["LogsetId"], document):
            raise LogsetConflict(document["LogsetId"])

    def logset(self, region: str, logset_id: str) -> Document:
        """A logset; raises LogsetNotExist."""
        found = self._logsets(region).get(logset_id)
        if found is None:
            raise LogsetNotExist(logset_id)
        return found

    def logsets(self, region: str) -> Iterator[Document]:
        """The region's logsets by id."""
        for _, document in self._logsets(region).scan():
            yield document

    def rename_logset(self, region: str, logset: Document, name: str) -> None:
        """Keep a logset under another name; raises LogsetConflict if another has it."""
        if any(one["LogsetName"] == name and one["LogsetId"] != logset["LogsetId"] for one in self.logsets(region)):
            raise LogsetConflict(name)
        self._logsets(region).put(logset["LogsetId"], {**logset, "LogsetName": name})

    def delete_logset(self, region: str, logset_id: str) -> None:
        """Remove a logset; raises LogsetNotExist, and LogsetNotEmpty while it has topics."""
        self.logset(region, logset_id)
        if self.topics_of(region, logset_id):
            raise LogsetNotEmpty(logset_id)
        self._logsets(region).delete(logset_id)

    def create_topic(self, region: str, document: Document) -> None:
        """Keep a new topic; raises LogsetNotExist, TopicConflict or TooManyTopics."""
        self.logset(region, document["LogsetId"])
        if len(self.topics_of(region, document["LogsetId"])) >= _TOPICS:
            raise TooManyTopics(_TOPICS)
        self._check_name(region, document)
        if not self._topics(region).insert(document["TopicId"], document):
            raise TopicConflict(document["TopicId"])

    def topic(self, region: str, topic_id: str) -> Document:
        """A topic; raises TopicNotExist."""
        found = self._topics(region).get(topic_id)
        if found is None:
            raise TopicNotExist(topic_id)
        return found

    def topics(self, region: str) -> Iterator[Document]:
        """The region's topics by id."""
        for _, document in self._topics(region).scan():
            yield document

    def topics_of(self, region: str, logset_id: str) -> list[Document]:
        """A logset's topics by id."""
        return [one for one in self.topics(region) if one["LogsetId"] == logset_id]

    def put_topic(self, region: str, document: Document) -> None:
        """Keep a changed topic; raises TopicConflict if another of its logset has its name."""
        self._check_name(region, document)
        self._topics(region).put(document["TopicId"], document)

    def delete_topic(self, region: str, topic_id: str) -> None:
        """Remove a topic with index and logs; raises TopicNotExist."""
        self.topic(region, topic_id)
        self.entries.clear(region, topic_id)
        self._topics(region).delete(topic_id)

    def append(self, region: str, topic_id: str, entries: Sequence[ClsEntry]) -> None:
        """Store logs; dropped while the topic's collection is switched off. Raises TopicNotExist."""
        topic = self.topic(region, topic_id)
        if not topic["Status"]:
            return
        index = topic["index"]
        seen_by = index["id"] if index is not None and index["Status"] else 0
        self.entries.append(region, topic_id, entries, index=seen_by, days=topic["Period"])

    def _check_name(self, region: str, topic: Document) -> None:
        for one in self.topics_of(region, topic["LogsetId"]):
            if one["TopicName"] == topic["TopicName"] and one["TopicId"] != topic["TopicId"]:
                raise TopicConflict(topic["TopicName"])

    def _logsets(self, region: str) -> Collection:
        return self._store.collection(self._account, region, "cls/logsets")

    def _topics(self, region: str) -> Collection:
        return self._store.collection(self._account, region, "cls/topics")
