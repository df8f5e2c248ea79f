"""Lints AWS policies by parliament, and says how long that took; it runs in the peers' environment.

Standard input is a JSON list of documents. What is counted is CPU time; importing parliament, which reads its table of
all AWS, is not.
"""

import json
import sys
import time

import parliament


def main() -> None:
    """Print ``{"seconds": …, "findings": …}``."""
    given = json.load(sys.stdin)
    began = time.process_time()
    found = sum(len(parliament.analyze_policy_string(text).findings) for text in given)
    print(json.dumps({"seconds": time.process_time() - began, "findings": found}))


if __name__ == "__main__":
    main()
