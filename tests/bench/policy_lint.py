"""Our side of the bench ``access``: lints the documents on standard input, and says how long that took.

Runs as ``python -m tests.bench.policy_lint``; standard input is a JSON list of documents. Importing is not counted,
reading the action tables is: the first document that names a service pays for it.
"""

from __future__ import annotations

import json
import sys
import time

from yunfn.access import documents
from yunfn.access.findings import lint


def main() -> None:
    """Print ``{"seconds": …, "findings": …}``."""
    given = json.load(sys.stdin)
    began = time.process_time()
    found = sum(len(lint(documents.parse(text))) for text in given)
    print(json.dumps({"seconds": time.process_time() - began, "findings": found}))


if __name__ == "__main__":
    main()
