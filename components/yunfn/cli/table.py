"""Tables on standard output: lines are never wrapped or cut, so that they can be piped and searched."""

from __future__ import annotations

from collections.abc import Sequence

import typer


def print_table(rows: Sequence[Sequence[str]], heading: Sequence[str] = ()) -> None:
    """Print ``rows`` with each column as wide as its widest cell; ``heading`` in bold on a terminal."""
    every = [*([heading] if heading else []), *rows]
    widths = [max(len(row[column]) for row in every) for column in range(len(every[0]))]
    for number, row in enumerate(every):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        typer.echo(typer.style(line, bold=True) if heading and number == 0 else line)
