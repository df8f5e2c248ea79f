"""Reads an object over several connections at once and gives its bytes in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice

from yunfn.storage.multipart import Part

# As many as send: a connection is held to some 10 MB/s in this direction too.
_THREADS = 16


def read_ranges(parts: Sequence[Part], fetch: Callable[[Part], bytes]) -> Iterator[bytes]:
    """The bytes of ``parts``, each fetched by ``fetch``; at most 16 of them are held in memory.

    What ``fetch`` raises is raised here, and ends the rest; so does closing the iterator.
    """
    pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="range-reader")
    try:
        waiting = iter(parts)
        coming: deque[Future[bytes]] = deque(pool.submit(fetch, part) for part in islice(waiting, _THREADS))
        while coming:
            data = coming.popleft().result()
            coming.extend(pool.submit(fetch, part) for part in islice(waiting, 1))
            yield data
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
