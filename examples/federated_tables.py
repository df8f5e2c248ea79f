"""Tables of Tablestore, read by several threads at a time, of which every refusal is told.

What the federated project read came back empty where a right was missing, and no error said so. Its reader printed the
refusal and returned nothing (tianmiantech/WeFe 2.2.0, ``ots_storage.py``), and of a batch whose rows fail one by one
the client raises no error. So here each row of a batch is looked at, and what a thread meets is raised where the rows
are taken.
"""

from __future__ import annotations

import base64
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from urllib3.exceptions import HTTPError

from yunfn.access import sts
from yunfn.exceptions import ExpiredCredentialsError, YunfnError

# The client would write the requests' headers at DEBUG, and the token is among them; what matters it raises too.
for _name in ("tablestore", "tablestore-client"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

import tablestore  # noqa: E402
from tablestore.connection import ConnectionPool  # noqa: E402
from tablestore.credentials import Credentials, CredentialsProvider  # noqa: E402

#: Rows that a BatchGetRow takes at most (Tablestore, "General limits").
BATCH = 100
# Tablestore, "Error codes": what a missing right is called, and what a token that has ended is, among other things.
_DENIED, _NOT_BELIEVED = "OTSNoPermissionAccess", "OTSAuthFailed"
# An instance that is not there has that code too, and no other credentials would find it.
_NO_INSTANCE = "The instance is not found."


class Source(Protocol):
    """Where credentials come from; both raise ExpiredCredentialsError where there are none."""

    def current(self) -> sts.Credentials:
        """Those that hold now."""

    def renew(self, refused: sts.Credentials) -> sts.Credentials:
        """Others, as the service does not take these any more."""


class Refused(Exception):
    """Calls that were refused: API, table, code, the service's words and the request's id of each.

    ``more`` is told beside each: why new credentials did not help.
    """

    def __init__(self, instance: str, calls: Sequence[tuple[str, str, str, str, str]], more: str = "") -> None:
        requests: dict[tuple[str, ...], list[str]] = {}
        for *call, request in calls:
            requests.setdefault(tuple(call), []).append(request)
        lines = []
        for (api, table, code, words), ids in requests.items():
            line = f"{api} on {table}: {code}: {words} (request {', '.join(dict.fromkeys(ids))})"
            if code == _DENIED:
                line += f"; missing right: ots:{api} on acs:ots:*:*:instance/{instance}/table/{table}"
            lines.append(line + more)
        self.calls, self.codes, self.more = tuple(calls), {code for _, _, code, _, _ in calls}, more
        super().__init__("\n".join(lines))

    @property
    def denied(self) -> bool:
        """Whether a right is missing."""
        return _DENIED in self.codes

    @property
    def ended(self) -> bool:
        """Whether the credentials ended, or were never taken."""
        return not self.codes.isdisjoint({_NOT_BELIEVED, ExpiredCredentialsError.__name__}) and not self.nowhere

    @property
    def nowhere(self) -> bool:
        """Whether there is no instance of that name."""
        return any(code == _NOT_BELIEVED and words == _NO_INSTANCE for _, _, code, words, _ in self.calls)


class _Last(threading.local):
    """Of a thread's last call: whose it was, and the request id of its answer."""

    credentials: sts.Credentials
    request = "-"


class _Keys(CredentialsProvider):  # type: ignore[misc]
    """The client asks it at each call, so that it never goes on with credentials that were renewed."""

    def __init__(self, source: Source, last: _Last) -> None:
        self._source, self._last = source, last

    def get_credentials(self) -> Credentials:
        held = self._last.credentials = self._source.current()
        return Credentials(held.access_key_id, held.access_key_secret, held.security_token)


class _Connections(ConnectionPool):  # type: ignore[misc]
    """Keeps the request's id: of a row that fails within a batch the client has the error and drops the id."""

    last: _Last

    def send_receive(self, *request: Any) -> Any:
        self.last.request = "-"
        answer = super().send_receive(*request)
        self.last.request = {name.lower(): value for name, value in answer[2].items()}.get("x-ots-requestid", "-")
        return answer


class Tables:
    """The tables of an instance, with credentials from ``source``; any number of threads may use it."""

    def __init__(self, source: Source, endpoint: str, instance: str, threads: int = 4) -> None:
        self._source, self._instance, self._threads, self._last = source, instance, threads, _Last()
        keys = _Keys(source, self._last)
        self._client = tablestore.OTSClient(endpoint, instance_name=instance, credentials_provider=keys)
        self._client.connection = _Connections(endpoint, "", timeout=30, maxsize=threads + 1)
        self._client.connection.last = self._last

    def rows(self, table: str, page: int = BATCH) -> Iterator[dict[str, Any]]:
        """Every row, by its key's order: keys by GetRange, ``page`` at a time, and their rows by BatchGetRow.

        Raises Refused for the first call that is refused, and for those that other threads had made by then.
        """
        with ThreadPoolExecutor(self._threads) as pool:
            asked: deque[Future[list[dict[str, Any]]]] = deque()
            try:
                for keys in self._pages(table, page):
                    asked.append(pool.submit(self._batch, table, keys))
                    if len(asked) > 2 * self._threads:
                        yield from asked.popleft().result()
                while asked:
                    yield from asked.popleft().result()
            except Refused as first:
                others = [each.exception() for each in asked if not each.cancel()]
                calls = [call for each in (first, *others) if isinstance(each, Refused) for call in each.calls]
                raise Refused(self._instance, calls, first.more) from first

    def mark(self, table: str) -> None:
        """Write a row that says that this client was here; raises Refused."""
        values = {"STRING": "federated_client", "INTEGER": 0, "BINARY": bytearray(b"federated_client")}
        row = tablestore.Row([(column, values[kind]) for column, kind in self._key(table)], [("read", True)])
        self._call("PutRow", table, lambda: self._client.put_row(table, row))

    def _key(self, table: str) -> list[tuple[str, str]]:
        answer = self._call("DescribeTable", table, lambda: self._client.describe_table(table))
        return [(column[0], column[1]) for column in answer.table_meta.schema_of_primary_key]

    def _pages(self, table: str, page: int) -> Iterator[list[Any]]:
        names = [column for column, _ in self._key(table)]
        here: Any = [(column, tablestore.INF_MIN) for column in names]
        end = [(column, tablestore.INF_MAX) for column in names]

        def one() -> Any:
            return self._client.get_range(table, "FORWARD", here, end, names, page)

        while here:
            # Where it is in the table the client knows by itself: new credentials in between change nothing.
            _, here, rows, _ = self._call("GetRange", table, one)
            if rows:
                yield [row.primary_key for row in rows]

    def _batch(self, table: str, keys: list[Any]) -> list[dict[str, Any]]:
        wanted = tablestore.BatchGetRowRequest()
        wanted.add(tablestore.TableInBatchGetRowItem(table, keys, max_version=1))
        items = self._call("BatchGetRow", table, lambda: self._client.batch_get_row(wanted)).get_result_by_table(table)
        if failed := [each for each in items if not each.is_ok]:
            request = self._last.request
            told = [("BatchGetRow", table, each.error_code, each.error_message, request) for each in failed]
            raise Refused(self._instance, told)
        # A row that somebody deleted since its key was read is no row.
        found = [each.row for each in items if each.row is not None and each.row.primary_key]
        return [
            {name: _plain(value) for name, value, *_ in (*row.primary_key, *row.attribute_columns)} for row in found
        ]

    def _call(self, api: str, table: str, ask: Callable[[], Any]) -> Any:
        """What ``ask`` answers; where the service does not believe the credentials, once more with others."""
        try:
            return self._ask(api, table, ask)
        except Refused as refused:
            if _NOT_BELIEVED not in refused.codes or refused.nowhere:
                raise
            try:
                self._source.renew(self._last.credentials)
            except YunfnError as error:
                raise Refused(self._instance, refused.calls, f"; {error}") from error
        return self._ask(api, table, ask)

    def _ask(self, api: str, table: str, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except tablestore.OTSServiceError as error:
            told = (str(error.code), str(error.message), str(error.request_id))
        except (tablestore.OTSClientError, HTTPError, YunfnError) as error:
            told = (type(error).__name__, str(error), "-")
        raise Refused(self._instance, [(api, table, *told)])


def _plain(value: Any) -> Any:
    """A column's value as JSON has it: bytes in base64."""
    return base64.b64encode(value).decode() if isinstance(value, bytes | bytearray) else value
