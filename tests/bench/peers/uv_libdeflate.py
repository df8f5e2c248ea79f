"""The fastest way to a zip without any check: ``uv pip install --target``, then libdeflate on all cores.

Run as a program with three arguments: the folder to install into, the zip to write, and uv's command line as JSON.
"""

import json
import os
import struct
import subprocess
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import deflate

_LEVEL = 6
# At most so many files are in memory: what a bare script does to stay under a few hundred MB.
_BATCH = 256


def _compressed(path: str) -> tuple[int, int, bytes]:
    with open(path, "rb") as file:  # noqa: PTH123
        content = file.read()
    return zlib.crc32(content), len(content), bytes(deflate.deflate_compress(content, _LEVEL))


def _files(folder: str) -> list[str]:
    return sorted(os.path.join(at, name) for at, _, names in os.walk(folder) for name in names)  # noqa: PTH118


def _write(folder: str, target: str) -> None:
    directory, at = bytearray(), 0
    files = _files(folder)
    with Path(target).open("wb") as out, ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for start in range(0, len(files), _BATCH):
            batch = files[start : start + _BATCH]
            for path, (crc, size, data) in zip(batch, pool.map(_compressed, batch), strict=True):
                name = os.path.relpath(path, folder).encode()
                fields = (20, 0x800, 8, 0, 33, crc, len(data), size, len(name), 0)
                out.write(struct.pack("<4sHHHHHLLLHH", b"PK\3\4", *fields) + name + data)
                directory += struct.pack("<4sHHHHHHLLLHHHHHLL", b"PK\1\2", 20, *fields, 0, 0, 0, 0o644 << 16, at)
                directory += name
                at += 30 + len(name) + len(data)
        count = len(files)
        out.write(directory)
        out.write(struct.pack("<4sHHHHLLH", b"PK\5\6", 0, 0, count, count, len(directory), at, 0))


def main() -> None:
    """Install and zip."""
    folder, target, command = sys.argv[1:]
    subprocess.run(json.loads(command), check=True)
    _write(folder, target)


if __name__ == "__main__":
    main()
