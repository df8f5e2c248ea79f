"""Prints the functions' log lines as JSON, read by the log service's official client in the environment it is given."""

from __future__ import annotations

import json
import os
import sys
import time

from aliyun.log import LogClient

# A new index of the true log service takes a minute or two to work.
_PATIENCE_SECONDS = 180.0


def main(outputs: dict[str, str], region: str) -> None:
    """Wait until a whole call is in the log, then print all lines; exits with a sentence if none comes."""
    client = LogClient(
        f"https://{region}.log.aliyuncs.com",
        os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        os.environ.get("ALIBABA_CLOUD_SECURITY_TOKEN"),
    )
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        now = int(time.time())
        answer = client.get_log(
            outputs["logProject"], outputs["logstore"], from_time=now - 3600, to_time=now + 60, query="*", size=100
        )
        lines = [log.get_contents().get("message", "") for log in answer.get_logs()]
        if any("FC Invoke End" in line for line in lines):
            print(json.dumps([line.strip() for line in lines if line.strip()]))
            return
        if time.monotonic() > deadline:
            sys.exit(f"no line of the functions arrived in {_PATIENCE_SECONDS:.0f} s; {len(lines)} lines in all")
        time.sleep(1)


main(json.loads(sys.argv[1]), sys.argv[2])
