"""The journal: whole lines, nothing lost at a stop, nothing spoilt by a kill."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from yunfn.localcloud.journal import Journal


def _record(journal: Journal, operation: str, **more: object) -> None:
    journal.record(
        time=datetime(2026, 1, 2, 3, 4, 5, 678901, UTC),
        service="oss",
        operation=operation,
        resource="bücket/云",
        status=200,
        ms=1.23456,
        **more,  # type: ignore[arg-type]
    )


def test_a_line_tells_what_was_asked_and_leaves_out_what_does_not_apply(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    _record(journal, "PutObject", region="cn-shanghai", denied="oss:PutObject acs:oss:*")
    assert list(journal.lines()) == [
        {
            "time": "2026-01-02T03:04:05.678Z",
            "service": "oss",
            "operation": "PutObject",
            "resource": "bücket/云",
            "status": 200,
            "ms": 1.23,
            "region": "cn-shanghai",
            "denied": "oss:PutObject acs:oss:*",
        }
    ]


def test_unknown_operations_are_found_apart(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    _record(journal, "Shout", unknown=True)
    _record(journal, "PutObject")
    assert [line["operation"] for line in journal.lines(unknown_only=True)] == ["Shout"]


def test_a_later_server_goes_on_after_the_last_line(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    first = Journal(path)
    for number in range(100):
        _record(first, f"Op{number}")
    first.flush()
    second = Journal(path)
    _record(second, "Op100")
    assert [line["operation"] for line in second.lines()] == [f"Op{number}" for number in range(101)]


@pytest.mark.parametrize("torn", ['{"time": "2026', "x" * 200_000])
def test_a_line_torn_by_a_kill_is_cut_off(tmp_path: Path, torn: str) -> None:
    path = tmp_path / "journal.jsonl"
    first = Journal(path)
    _record(first, "Before")
    first.flush()
    with path.open("a") as file:
        file.write(torn)
    second = Journal(path)
    _record(second, "After")
    assert [line["operation"] for line in second.lines()] == ["Before", "After"]


def test_what_is_no_text_does_not_stop_the_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    _record(journal, "\ud800")
    _record(journal, "After")
    assert [line["operation"] for line in journal.lines()] == ["\ud800", "After"]


def test_nothing_but_a_torn_line_is_an_empty_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"time"')
    assert list(Journal(path).lines()) == []


def test_a_cleared_journal_is_empty_and_its_file_private(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    _record(journal, "PutObject")
    journal.flush()
    _record(journal, "GetObject")
    journal.clear()
    assert list(journal.lines()) == []
    assert stat.S_IMODE((tmp_path / "journal.jsonl").stat().st_mode) == 0o600


def _decided(journal: Journal, operation: str, allowed: bool, **more: object) -> None:
    _record(journal, operation, rights=[{"action": f"oss:{operation}", "resource": "*", "allowed": allowed}], **more)


def test_only_what_was_decided_is_read_for_rights_and_text_that_looks_like_it_is_none(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    _decided(journal, "Allowed", True)
    _record(journal, "Shout", code='"rights": [{"allowed": false}]')
    _decided(journal, "Denied", False)
    assert [line["operation"] for line in journal.with_rights()] == ["Allowed", "Denied"]
    assert [line["operation"] for line in journal.with_rights(denied_only=True)] == ["Denied"]
    assert len(list(journal.with_rights(since="2026-01-02T03:04:05.678Z"))) == 2
    assert not list(journal.with_rights(since="2026-01-02T03:04:05.679Z"))


def test_who_reads_rights_is_not_disturbed_by_lines_that_come_or_go(tmp_path: Path) -> None:
    """As another thread, that reads while the cloud goes on."""
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    for number in range(2000):
        _decided(journal, f"Op{number}", True)
    lines = journal.with_rights()
    assert next(lines)["operation"] == "Op0"
    with path.open("a") as file:
        file.write('{"time": "half of a line that has "rights": ')
    journal.clear()
    _decided(journal, "New", True)
    assert len(list(lines)) == 1999
    assert [line["operation"] for line in journal.with_rights()] == ["New"]
