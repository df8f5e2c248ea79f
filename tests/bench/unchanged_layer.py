"""One build of a layer that was built before, in a process of its own: ``python -m tests.bench.unchanged_layer FILE``.

Prints the seconds that it took, without the start of Python and its imports.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import BuildOptions, build_layer


def main() -> int:
    """Build; 1 if something had to be built all the same."""
    began = time.perf_counter()
    built = build_layer(read_definition(Path(sys.argv[1])), options=BuildOptions(frozen=True))
    seconds = time.perf_counter() - began
    if not all(layer.cached for layer in built):
        print("the layer was built anew", file=sys.stderr)
        return 1
    print(json.dumps({"seconds": seconds}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
