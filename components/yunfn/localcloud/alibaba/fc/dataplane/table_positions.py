"""How far each Tablestore trigger has read the stream of its table: in the store, so that a start goes on there."""

from __future__ import annotations

from yunfn.localcloud.alibaba.fc.directory import TriggerRecord
from yunfn.localcloud.alibaba.tablestore.models.streams import Stream, Streams
from yunfn.localcloud.store import Collection, Store


class TablePositions:
    """The next record's number, by trigger.

    A trigger calls for what happens from its creation on: in a stream that was on already it begins behind the last
    record, in one that is switched on later at the first.
    """

    def __init__(self, store: Store, streams: Streams) -> None:
        self._store = store
        self._streams = streams

    def begin(self, record: TriggerRecord, stream: Stream | None) -> None:
        """Note where a trigger that was just made begins; one that has its place keeps it."""
        known = self._collection(record.account, record.region).get(_key(record.function, record.name))
        if known is None or known["trigger"] != record.document.get("triggerId"):
            self._put(record, stream.id if stream else "", self._streams.next_number(stream) if stream else 0)

    def next(self, record: TriggerRecord, stream: Stream) -> int:
        """The number of the stream's record that the trigger is to read next."""
        known = self._collection(record.account, record.region).get(_key(record.function, record.name))
        return int(known["next"]) if known and known["stream"] == stream.id else 0

    def advance(self, record: TriggerRecord, stream: Stream, number: int) -> None:
        """Note that the trigger has come to ``number``, unless it is not there any more."""
        known = self._collection(record.account, record.region).get(_key(record.function, record.name))
        if known is not None and known["trigger"] == record.document.get("triggerId"):
            self._put(record, stream.id, number)

    def forget(self, account: str, region: str, function: str, name: str) -> None:
        """Forget the place of a trigger that is gone."""
        self._collection(account, region).delete(_key(function, name))

    def _put(self, record: TriggerRecord, stream: str, number: int) -> None:
        document = {"trigger": record.document.get("triggerId"), "stream": stream, "next": number}
        self._collection(record.account, record.region).put(_key(record.function, record.name), document)

    def _collection(self, account: str, region: str) -> Collection:
        return self._store.collection(account, region, "fc/table-positions")


def _key(function: str, name: str) -> str:
    return f"{function}/{name}"
