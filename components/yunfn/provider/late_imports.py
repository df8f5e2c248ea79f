"""The clouds' SDKs are imported by the first operation that needs one, in its thread: one import at a time.

Two threads that enter the same packages by different doors (``requests`` here, ``urllib3.exceptions`` there) wait for
each other's module locks; Python ends that with a deadlock error, or hands out half-imported modules.
"""

from __future__ import annotations

import threading
from typing import Final

#: Held around every import inside a function of the plugin.
ONE_AT_A_TIME: Final = threading.RLock()
