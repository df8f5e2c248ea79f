"""What a job is, by what events it is asked for, and how it runs: rows in, numbers out, and a result row.

An event is JSON, ``{"job": "j1", "from": 0, "to": 100}`` (rows 0 to 99; without ``to`` all of them), or
``{"job": "j1", "rows": [3, 7]}`` for single rows; ``"table"`` names another table to read. A Tablestore trigger's event
tells changes; each job whose rows changed is computed anew. Runs on Python 3.6 and newer.
"""

import json
from collections import namedtuple

from computation import DataError, compute, row_of

#: ``numbers`` are single rows, or None for the range ``first`` to ``after`` (exclusive; None: to the end).
Job = namedtuple("Job", "name first after numbers table")

_KEYS = {"job", "from", "to", "rows", "table"}


class EventError(Exception):
    """The event asks for nothing that can be done; the text says what a good one is like."""


def job_of(text):
    """The job that a JSON event asks for. Raises EventError for anything else."""
    try:
        event = json.loads(text)
    except ValueError as error:
        raise EventError(f"the event is no JSON: {error}") from error
    if not isinstance(event, dict) or not isinstance(event.get("job"), str) or not event["job"]:
        raise EventError('the event names no job: {"job": "j1", "from": 0, "to": 100}')
    unknown = set(event) - _KEYS
    if unknown:
        raise EventError("the event has {}, not known here".format(", ".join(sorted(unknown))))
    first, after, numbers = event.get("from", 0), event.get("to"), event.get("rows")
    if numbers is not None:
        if not isinstance(numbers, list) or not numbers or not all(map(_is_number, numbers)):
            raise EventError("rows: a list of row numbers is wanted")
        return Job(event["job"], None, None, sorted(set(numbers)), event.get("table"))
    if not _is_number(first) or not (after is None or _is_number(after)) or (after is not None and after <= first):
        raise EventError("from and to: row numbers are wanted, from before to")
    return Job(event["job"], first, after, None, event.get("table"))


def jobs_of_changes(event):
    """The jobs whose rows changed, by the event of a Tablestore trigger (FCD "Tablestore triggers": Sync-v1).

    Raises EventError for a record that is not of the table of jobs.
    """
    names = set()
    for record in event["Records"]:
        found = [column["Value"] for column in record["PrimaryKey"] if column["ColumnName"] == "job"]
        if len(found) != 1:
            raise EventError("a change of a table without the key column job")
        names.add(found[0])
    return [Job(name, 0, None, None, None) for name in sorted(names)]


class Runner:
    """Runs jobs: on ``tables``, by the ``ways`` to exponentiate, for the call ``request_id`` of ``runtime``."""

    def __init__(self, tables, ways, runtime, request_id):
        self._tables, self._ways, self._runtime, self._request = tables, ways, runtime, request_id

    def run(self, job):
        """Run one job that is asked for: its result row says running, then done or failed; answers the result.

        Raises DataError for rows that cannot be computed, TableError for a call that Tablestore refused.
        """
        self._tables.update(job.name, self._runtime, self._state("running"))
        try:
            result = self._computed(job)
        except DataError as error:
            self._tables.update(job.name, self._runtime, self._state("failed", reason=str(error)))
            raise DataError(f"job {job.name}: {error}") from error
        self._tables.put(job.name, self._runtime, self._state("done", **_columns(result)))
        return dict(result, job=job.name, runtime=self._runtime)

    def run_changed(self, jobs):
        """Run the jobs whose rows changed, and write their result rows at once; answers what became of each.

        A failing call would be tried again without end, so rows that cannot be computed fail their job, not the call.
        Raises TableError for a call that Tablestore refused: that may pass.
        """
        answers, written = [], {}
        for job in jobs:
            try:
                result = self._computed(job)
                written[job.name] = self._state("done", **_columns(result))
            except DataError as error:
                print(f"job {job.name}: {error}")
                result = {"reason": str(error)}
                written[job.name] = self._state("failed", reason=str(error))
            answers.append(dict(result, job=job.name, runtime=self._runtime))
        self._tables.put_all(self._runtime, written)
        return answers

    def _computed(self, job):
        rows = [row_of(number, columns) for number, columns in self._tables.rows(job)]
        result = compute(rows, self._ways)
        # Reaches the log of the service, beside the platform's own lines.
        print(f"job {job.name}: {result['rows']} rows, {len(result['sum'])} numbers each, dot {result['dot']!r}")
        return result

    def _state(self, state, **columns):
        return dict(columns, state=state, request=self._request)


def _columns(result):
    return {
        "rows": result["rows"],
        "sum": json.dumps(result["sum"]),
        "dot": result["dot"],
        "aggregate": result["aggregate"],
    }


def _is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)
