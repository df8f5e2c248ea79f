"""moto's server: installed for the bench only, started and ended by it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.model import BenchError
from tests.bench.peers.environment import installed

_HERE = Path(__file__).parent
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Moto:
    """A running server: its port on 127.0.0.1, and the Python it runs in."""

    port: int
    python: Path

    def signed(self, method: str, bucket: str, keys: list[str], body: bytes = b"") -> list[bytes]:
        """Requests for objects as botocore sends and signs them (V4, payload included), as bytes for the wire."""
        asked = {
            "endpoint": f"http://127.0.0.1:{self.port}",
            "method": method,
            "bucket": bucket,
            "keys": keys,
            "body": body.decode("latin-1"),
        }
        command = [str(self.python), "-P", str(_HERE / "s3_requests.py")]
        done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, env=_environment())
        if done.returncode:
            raise BenchError(f"botocore did not sign: {done.stderr.strip()}")
        return [b64decode(each) for each in json.loads(done.stdout)]


@contextlib.contextmanager
def server() -> Iterator[Moto]:
    """moto's server on loopback for the duration of the block; it ends by itself if this process dies."""
    python = installed()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [str(python), "-P", str(_HERE / "moto_server.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=_environment(),
            process_group=0,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                process.wait(_STOP_SECONDS)
                log.seek(0)
                raise BenchError(f"moto's server did not start: {log.read().strip()}")
            yield Moto(int(line), python)
        finally:
            process.stdin.close()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


def _environment() -> dict[str, str]:
    # No proxy and no profile of the user's: only the keys that moto takes from anyone.
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
