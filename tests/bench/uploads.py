"""One upload by one client, in a process of its own: ``python -m tests.bench.uploads CLIENT FILE BUCKET KEY``.

Prints the seconds that the upload took, as JSON. Keys, region and proxy come from the environment.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import oss2

from yunfn.storage import alibaba_session
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.artifacts import store_artifact
from yunfn.storage.crc64 import slow_crc_warning
from yunfn.storage.oss_client import open_bucket
from yunfn.storage.oss_store import OssStore

CLIENTS = ("ours", "resumable_upload", "put_object")


@dataclass(frozen=True, slots=True)
class _Packed:
    """A file as a package; what is measured does not look into it."""

    file: Path
    digest: str
    sha256: str
    md5: str
    zip_size: int


def _packed(file: Path) -> _Packed:
    data = file.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    return _Packed(file, sha256, sha256, hashlib.md5(data).hexdigest(), len(data))


def _upload(client: str, session: AlibabaSession, file: Path, bucket: str, key: str) -> float:
    if client == "ours":
        package = _packed(file)
        began = time.perf_counter()
        # All of it: the look whether it is there, the zip's own hashes, the bucket's versioning, the upload.
        store_artifact(OssStore(session, bucket), key, package)
    else:
        theirs = open_bucket(session, bucket)
        began = time.perf_counter()
        if client == "resumable_upload":
            oss2.resumable_upload(theirs, key, str(file))
        else:
            theirs.put_object_from_file(key, str(file))
    return time.perf_counter() - began


def main() -> int:
    """Upload once; 1 if the checksum's fast code is missing, as nothing else would be measured."""
    client, file, bucket, key = sys.argv[1:]
    if (warning := slow_crc_warning()) is not None:
        print(warning, file=sys.stderr)
        return 1
    print(json.dumps({"seconds": _upload(client, alibaba_session.from_environment(), Path(file), bucket, key)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
