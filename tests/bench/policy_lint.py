"""Our side of the bench ``access``: lints the documents on standard input, and says how long that took.

Runs as ``python -m tests.bench.policy_lint``; standard input is a JSON list of documents. What is counted is CPU time,
so that what else runs on the machine does not count; importing and reading the tables of actions, which parliament does
when it is imported, are not.
"""

from __future__ import annotations

import json
import sys
import time

from yunfn.access import documents, tables
from yunfn.access.findings import lint
from yunfn.access.grammar import RAM


def main() -> None:
    """Print ``{"seconds": …, "findings": …}``."""
    given = json.load(sys.stdin)
    for service in tables.services(RAM):
        tables.table(RAM, service)
    began = time.process_time()
    found = sum(len(lint(documents.parse(text))) for text in given)
    print(json.dumps({"seconds": time.process_time() - began, "findings": found}))


if __name__ == "__main__":
    main()
