"""The results: tables for people, JSON for machines."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from tests.bench.model import Bench, Row

Results = Mapping[str, list[Row]]


def print_table(bench: Bench, rows: list[Row]) -> None:
    """Print one bench's rows on standard output."""
    console = Console(highlight=False, emoji=False, width=None if os.isatty(1) else 140)
    table = Table(title=f"{bench.name}: {bench.summary}", title_justify="left", caption_justify="left")
    table.caption = f"ours: {bench.ours}; theirs: {bench.theirs}"
    table.add_column("what")
    for column in ("ours", "theirs", "ratio", "goal"):
        table.add_column(column, justify="right")
    table.add_column("")
    table.add_column("note", overflow="fold")
    colours = {"met": "green", "MISSED": "red", "not measured": "yellow"}
    for row in rows:
        colour = colours.get(row.verdict, "default")
        table.add_row(
            escape(row.what),
            _figure(row.ours, row.unit),
            _figure(row.theirs, row.unit),
            "" if row.ratio is None else f"{row.ratio:.2f}×",
            "" if row.goal is None else f"{row.goal}×",
            f"[{colour}]{row.verdict}[/]",
            escape(row.note),
        )
    console.print(table)


def write_json(path: Path, results: Results) -> None:
    """Write all rows, with what the machine is, to ``path``."""
    document: dict[str, Any] = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cpus": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "benches": {name: [_record(row) for row in rows] for name, rows in results.items()},
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _record(row: Row) -> dict[str, Any]:
    return {
        "what": row.what,
        "unit": row.unit,
        "ours": row.ours,
        "theirs": row.theirs,
        "ratio": row.ratio,
        "goal": None if row.goal is None else str(row.goal),
        "verdict": row.verdict,
        "note": row.note,
        "samples": row.samples,
    }


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    if unit == "":
        digits = 0
    return f"{value:,.{digits}f} {unit}".rstrip()
