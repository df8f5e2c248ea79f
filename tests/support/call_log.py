"""What calls leave in a logstore, and why they did not."""

from __future__ import annotations

import json
from typing import Any

from support.cloud_calls import log_lines, wait_for
from support.local_account import LocalAccount


class RefusedError(Exception):
    """The workload did not get what it wants; the text says what it got instead."""


class CallLog:
    """A logstore in which calls leave lines; what did not get there is told by the journal."""

    def __init__(self, account: LocalAccount, project: str, logstore: str) -> None:
        self._account, self._at = account, (project, logstore)

    def wait(self, text: str, since: int) -> None:
        """Return once a line with ``text`` is there; raises RefusedError for a refusal journaled ``since`` a line."""

        def arrived() -> Any:
            refused = [each for each in self._account.journal()[since:] if _by_itself(each)]
            return refused or [line for line in log_lines(self._account, *self._at, f'"{text}"') if text in line]

        if isinstance(found := wait_for(arrived)[-1], dict):
            raise RefusedError(json.dumps(found))


def _by_itself(line: dict[str, Any]) -> bool:
    """Whether it is a refusal of what the cloud did by itself, which no caller is told of."""
    operations = ("PostLogStoreLogs", "StopInstance", "InvokeFunction")
    return line["operation"] in operations and line["status"] >= 400
