"""An instance's processes as the host sees them: how much memory they hold, and a last word from the function.

Read from /proc, or by psutil where there is none. ``root`` is always what the launcher started: the init of the
instance's pid namespace, which is not the function's own and not counted, or in the fallback the function itself.
"""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

_MB = 1 << 20


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def _descendants(pid: int) -> list[int]:
    found = []
    for child in _children(pid):
        found += [child, *_descendants(child)]
    return found


def _measured(pid: int) -> tuple[int, int]:
    """Resident bytes of a process now, and at its highest."""
    now = high = 0
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                now = int(line.split()[1]) << 10
            elif line.startswith("VmHWM:"):
                high = int(line.split()[1]) << 10
    return now, high


def _proportional(pid: int) -> int:
    """Bytes of a process with what it shares divided by the number of sharers; its resident bytes where unknown."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return _measured(pid)[0]


def function_memory(root: int, *, include_root: bool, suspect_mb: float) -> float:
    """MB (2^20) held by the function's processes; 0 once they are gone.

    Each process counts with its resident memory, and the largest alone with its high-water mark too, so that a single
    process's peak between two looks is not missed. Where several together exceed ``suspect_mb`` the slower, true
    count follows, in which pages that they share (after a fork) count once.
    """
    if not Path("/proc/self/status").exists():
        return _by_psutil(root, include_root=include_root)
    pids = [root] * include_root + _descendants(root)
    measured = [_measured(pid) for pid in pids]
    highest = max((high for _, high in measured), default=0)
    together = sum(now for now, _ in measured)
    if len(pids) > 1 and together > suspect_mb * _MB:
        together = sum(_proportional(pid) for pid in pids)
    return max(together, highest) / _MB


def _by_psutil(root: int, *, include_root: bool) -> float:
    import psutil

    try:
        process = psutil.Process(root)
        processes = [process] * include_root + process.children(recursive=True)
    except psutil.Error:
        return 0.0
    total = 0
    for each in processes:
        with contextlib.suppress(psutil.Error):
            total += each.memory_info().rss
    return total / _MB


def ask_to_end(root: int, *, include_root: bool) -> bool:
    """Send SIGTERM to the function's first process, which may then say where it hangs; whether there was one."""
    pids = [root] if include_root else _children(root)[:1]
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGTERM)
            return True
    return False
