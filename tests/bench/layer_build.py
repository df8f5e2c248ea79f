"""One build of a layer, in a process of its own that does nothing else: ``python -m tests.bench.layer_build FILE``.

Prints as JSON the seconds that the build took, without the start of Python and its imports, and whether all was found
as it had been built before.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import build_layer

began = time.perf_counter()
built = build_layer(read_definition(Path(sys.argv[1])))
seconds = time.perf_counter() - began
print(json.dumps({"seconds": seconds, "cached": all(layer.cached for layer in built)}))
