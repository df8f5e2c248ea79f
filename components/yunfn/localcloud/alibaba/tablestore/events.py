"""What Tablestore tells the rest of the cloud. Each event is published after the change is stored."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableChanged:
    """The stream of a table holds a new change, or was switched on or off, or went with its table."""

    account: str
    region: str
    instance: str
    table: str
