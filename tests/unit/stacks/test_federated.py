"""What the federated functions compute, and what they are asked: against plain Python, without a cloud."""

from __future__ import annotations

import json
import random
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from yunfn.pythons import installed_python

CODE = Path(__file__).parents[3] / "stacks" / "federated"
Columns = dict[str, Any]
Ways = dict[str, Callable[[list[tuple[int, int, int]]], list[int]]]


@pytest.fixture(scope="module")
def modules() -> Iterator[tuple[ModuleType, ModuleType]]:
    """The function's modules ``computation`` and ``job``, imported as the runtime does: from the code's own folder."""
    sys.path.insert(0, str(CODE))
    try:
        import computation  # type: ignore[import-not-found]
        import job  # type: ignore[import-not-found]

        yield computation, job
    finally:
        sys.path.remove(str(CODE))
        for name in ("computation", "job"):
            sys.modules.pop(name, None)


@pytest.fixture
def computation(modules: tuple[ModuleType, ModuleType]) -> ModuleType:
    return modules[0]


@pytest.fixture
def job(modules: tuple[ModuleType, ModuleType]) -> ModuleType:
    return modules[1]


def plain(tasks: list[tuple[int, int, int]]) -> list[int]:
    return [pow(*task) for task in tasks]


WAYS: Ways = {"pow": plain, "again": plain}
MODULUS = (2**127 - 1) ** 2


def columns(number: int, **changes: Any) -> Columns:
    """A row of a job as the table holds it."""
    digits = random.Random(number)
    made = {
        "base": str(digits.getrandbits(250)),
        "exponent": str(digits.getrandbits(64)),
        "modulus": str(MODULUS),
        "vector": json.dumps([number + 0.5, -number * 3.0, 1e-3]),
    }
    return made | changes


def test_the_numbers_are_those_of_plain_python(computation: ModuleType) -> None:
    held = [columns(number) for number in range(7)]
    held[3]["vector"] = bytearray(struct.pack("<3d", *json.loads(held[3]["vector"])))
    found = computation.compute([computation.row_of(*each) for each in enumerate(held)], WAYS)
    sums, aggregate = [0.0, 0.0, 0.0], 1
    for number, each in enumerate(held):
        sums = [one + two for one, two in zip(sums, json.loads(columns(number)["vector"]), strict=True)]
        aggregate = aggregate * pow(int(each["base"]), int(each["exponent"]), MODULUS) % MODULUS
    assert found["sum"] == sums
    assert found["dot"] == pytest.approx(sum(each * each for each in sums), rel=1e-14)
    assert (found["aggregate"], found["rows"], found["ways"]) == (str(aggregate), 7, ["again", "pow"])
    json.dumps(found)


def test_an_exponent_below_zero_asks_for_the_inverse(computation: ModuleType) -> None:
    row = computation.row_of(0, columns(0, base="3", exponent="-1", modulus="7"))
    assert computation.compute([row], WAYS)["aggregate"] == "5"
    with pytest.raises(computation.DataError, match="pow: base is not invertible"):
        computation.compute([row._replace(base=7)], {"pow": plain})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"base": "12a"}, "row 4: base is not a whole number in decimal digits"),
        ({"base": "١٢"}, "row 4: base is not"),
        ({"exponent": 12}, "row 4: exponent is not"),
        ({"modulus": "0"}, "row 4: modulus must be positive"),
        ({"vector": "[1, "}, "row 4: vector is not a list of numbers"),
        ({"vector": None}, "row 4: vector is not a list"),
        ({"vector": bytearray(b"1234567")}, "row 4: vector is not a list"),
        ({"vector": "[[1], [2]]"}, "row 4: vector is not a flat list"),
        ({"vector": "[NaN]"}, "row 4: vector is not a flat list of finite numbers"),
    ],
)
def test_a_bad_row_is_told_by_number_and_column(computation: ModuleType, changes: Columns, said: str) -> None:
    with pytest.raises(computation.DataError, match=said):
        computation.row_of(4, columns(4, **changes))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"modulus": "17"}, "row 1: modulus is another than row 0's"),
        ({"vector": "[1.0]"}, "row 1: vector has 1 numbers, row 0's has 3"),
    ],
)
def test_rows_that_do_not_fit_each_other_are_told(computation: ModuleType, changes: Columns, said: str) -> None:
    rows = [computation.row_of(0, columns(0)), computation.row_of(1, columns(1, **changes))]
    with pytest.raises(computation.DataError, match=said):
        computation.compute(rows, WAYS)


def test_ways_that_disagree_fail_the_job(computation: ModuleType) -> None:
    rows = [computation.row_of(number, columns(number)) for number in range(3)]
    wrong: Ways = {"Go": plain, "gmpy2": lambda tasks: [*plain(tasks)[:2], 7]}
    with pytest.raises(computation.DataError, match="row 2: Go and gmpy2 disagree"):
        computation.compute(rows, wrong)
    with pytest.raises(computation.DataError, match="there are no rows"):
        computation.compute([], WAYS)


def test_an_event_names_a_range_or_rows(job: ModuleType) -> None:
    assert job.job_of('{"job": "j1", "from": 2, "to": 5}') == job.Job("j1", 2, 5, None, None)
    assert job.job_of('{"job": "j1", "table": "other"}') == job.Job("j1", 0, None, None, "other")
    assert job.job_of('{"job": "j1", "rows": [7, 3, 7]}') == job.Job("j1", None, None, [3, 7], None)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("{", "the event is no JSON"),
        ("[]", "the event names no job"),
        ('{"job": ""}', "the event names no job"),
        ('{"job": "j", "until": 5, "form": 1}', "the event has form, until, not known here"),
        ('{"job": "j", "from": 5, "to": 5}', "from before to"),
        ('{"job": "j", "from": true}', "row numbers are wanted"),
        ('{"job": "j", "rows": []}', "a list of row numbers"),
        ('{"job": "j", "rows": [1.5]}', "a list of row numbers"),
    ],
)
def test_an_event_that_asks_for_nothing_is_refused(job: ModuleType, event: str, said: str) -> None:
    with pytest.raises(job.EventError, match=said):
        job.job_of(event)


def change(**key: Any) -> dict[str, Any]:
    return {"Type": "PutRow", "PrimaryKey": [{"ColumnName": name, "Value": value} for name, value in key.items()]}


def test_changes_ask_for_each_job_once(job: ModuleType) -> None:
    records = [change(job="b", row=1), change(job="a", row=1), change(job="b", row=2)]
    assert [each.name for each in job.jobs_of_changes({"Version": "Sync-v1", "Records": records})] == ["a", "b"]
    with pytest.raises(job.EventError, match="without the key column job"):
        job.jobs_of_changes({"Records": [change(other="b")]})


class Kept:
    """Tables in memory: rows of jobs by name, and what was written, in order."""

    def __init__(self, rows: dict[str, list[tuple[int, Columns]]]) -> None:
        self._rows = rows
        self.written: list[tuple[str, str, Columns]] = []

    def rows(self, job: Any) -> list[tuple[int, Columns]]:
        return self._rows.get(job.name, [])

    def update(self, job: str, runtime: str, columns: Columns) -> None:
        self.written.append(("update", job, columns))

    def put(self, job: str, runtime: str, columns: Columns) -> None:
        self.written.append(("put", job, columns))

    def put_all(self, runtime: str, results: dict[str, Columns]) -> None:
        self.written += [("all", name, results[name]) for name in results]


def test_a_job_that_cannot_be_computed_fails_with_its_reason(computation: ModuleType, job: ModuleType) -> None:
    tables = Kept({"bad": [(0, columns(0)), (1, columns(1, base="x"))]})
    with pytest.raises(computation.DataError, match="job bad: row 1: base is not"):
        job.Runner(tables, WAYS, "python3", "r-1").run(job.Job("bad", 0, None, None, None))
    states = [(how, told["state"], told["request"], told.get("reason", "")) for how, _, told in tables.written]
    reason = "row 1: base is not a whole number in decimal digits"
    assert states == [("update", "running", "r-1", ""), ("update", "failed", "r-1", reason)]


def test_of_changed_jobs_a_bad_one_does_not_fail_the_call(job: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    tables = Kept({"good": [(0, columns(0))], "bad": [(0, columns(0, modulus="-1"))]})
    jobs = [job.Job(name, 0, None, None, None) for name in ("bad", "gone", "good")]
    answers = job.Runner(tables, WAYS, "python3", "r-1").run_changed(jobs)
    assert [each.get("reason") for each in answers] == ["row 0: modulus must be positive", "there are no rows", None]
    assert [(name, told["state"]) for _, name, told in tables.written] == [
        ("bad", "failed"), ("gone", "failed"), ("good", "done"),
    ]  # fmt: skip
    assert "job bad: row 0: modulus must be positive" in capsys.readouterr().out


@pytest.mark.parametrize("version", ["3.6", "3.7"])
def test_the_code_is_python_of_its_runtimes(version: str) -> None:
    python = installed_python(version)
    if python is None:
        pytest.skip(f"Python {version} is not on this machine")
    sources = [str(path) for path in sorted(CODE.glob("*.py"))]
    program = "import ast, sys; [ast.parse(open(each).read(), each) for each in sys.argv[1:]]"
    done = subprocess.run([python.executable, "-S", "-c", program, *sources], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
