"""The tables of an instance, as the function's role reaches them: rows of jobs in, results out.

Every refusal is one error that names API, table, code and request id, those of single rows in a batch too: the client
hands these back as results that look like rows. Runs on Python 3.6 and newer, with tablestore 5.1 and newer.
"""

import os

from tablestore import (
    INF_MAX,
    BatchGetRowRequest,
    BatchWriteRowRequest,
    Condition,
    Direction,
    OTSClient,
    OTSClientError,
    OTSServiceError,
    PutRowItem,
    Row,
    RowExistenceExpectation,
    TableInBatchGetRowItem,
    TableInBatchWriteRowItem,
)

# Tablestore's limits: rows of one BatchGetRow, and of one BatchWriteRow.
_GET, _WRITE = 100, 200


class TableError(Exception):
    """A call of Tablestore was refused: API, table, code, the service's text and the request's id."""


class Tables:
    """The tables that the environment names (OTS_ENDPOINT, OTS_INSTANCE, PROCESS_TABLE, RESULT_TABLE), by a key."""

    def __init__(self, key_id, secret, token):
        self._client = OTSClient(
            os.environ["OTS_ENDPOINT"], key_id, secret, os.environ["OTS_INSTANCE"], sts_token=token
        )
        self._process, self._result = os.environ["PROCESS_TABLE"], os.environ["RESULT_TABLE"]

    def rows(self, job):
        """The rows of a job as (number, columns), in their order. Raises TableError."""
        table = job.table or self._process
        if job.numbers is None:
            return self._range(table, job)
        if len(job.numbers) == 1:
            _, row, _ = self._call("GetRow", table, self._client.get_row, table, _key(job, job.numbers[0]))
            return [_told(row)] if row is not None else []
        found = []
        for start in range(0, len(job.numbers), _GET):
            found += self._batch(table, [_key(job, number) for number in job.numbers[start : start + _GET]])
        return found

    def update(self, job, runtime, columns):
        """Set columns of the job's result row, which keeps its others. Raises TableError."""
        row = Row(_result_key(job, runtime), {"PUT": sorted(columns.items())})
        self._call("UpdateRow", self._result, self._client.update_row, self._result, row, _any())

    def put(self, job, runtime, columns):
        """Write the job's result row, whatever it was before. Raises TableError."""
        row = Row(_result_key(job, runtime), sorted(columns.items()))
        self._call("PutRow", self._result, self._client.put_row, self._result, row, _any())

    def put_all(self, runtime, results):
        """Write the result rows of several jobs, the columns by the job's name. Raises TableError."""
        items = [
            PutRowItem(Row(_result_key(job, runtime), sorted(results[job].items())), _any()) for job in sorted(results)
        ]
        for start in range(0, len(items), _WRITE):
            request = BatchWriteRowRequest()
            request.add(TableInBatchWriteRowItem(self._result, items[start : start + _WRITE]))
            answer = self._call("BatchWriteRow", self._result, self._client.batch_write_row, request)
            _, refused = answer.get_put()
            self._refuse("BatchWriteRow", self._result, refused)

    def _range(self, table, job):
        found, start = [], _key(job, job.first)
        end = _key(job, INF_MAX if job.after is None else job.after)
        while start:
            # It answers what fits 4 MB, and where to go on.
            _, start, rows, _ = self._call(
                "GetRange", table, self._client.get_range, table, Direction.FORWARD, start, end
            )
            found += map(_told, rows)
        return found

    def _batch(self, table, keys):
        request = BatchGetRowRequest()
        request.add(TableInBatchGetRowItem(table, keys, max_version=1))
        answer = self._call("BatchGetRow", table, self._client.batch_get_row, request).get_result_by_table(table)
        self._refuse("BatchGetRow", table, [item for item in answer if not item.is_ok])
        return [_told(item.row) for item in answer if item.row is not None]

    def _call(self, api, table, call, *arguments):
        try:
            return call(*arguments)
        except OTSServiceError as error:
            refused = f"{error.get_error_code()}: {error.get_error_message()} (request {error.get_request_id()})"
            raise TableError(f"{api} of {table}: {refused}") from error
        except OTSClientError as error:
            raise TableError(f"{api} of {table}: {error}") from error

    def _refuse(self, api, table, items):
        """Raise TableError for the first row that was refused, if one was."""
        for item in items:
            raise TableError(f"{api} of {table}, one of its rows: {item.error_code}: {item.error_message}")


def _told(row):
    return dict(row.primary_key)["row"], {column[0]: column[1] for column in row.attribute_columns}


def _key(job, number):
    return [("job", job.name), ("row", number)]


def _result_key(job, runtime):
    return [("job", job), ("runtime", runtime)]


def _any():
    return Condition(RowExistenceExpectation.IGNORE)
