"""The client of the oldest runtimes: tablestore 5.1.0 in Python 3.6."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from uv import find_uv_bin

from support.pythons import require_python

from .row_tables import RowTables

# What it needs, in the last versions that have something for 3.6; its own list names what hides that Python's enum.
PACKAGES = (
    "tablestore==5.1.0",
    "protobuf==3.19.6",
    "six==1.16.0",
    "urllib3==1.26.20",
    "certifi==2021.10.8",
    "future==0.18.3",
)


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """Python 3.6 and a folder of its packages, which uv builds once per machine."""
    python, folder = str(require_python("3.6").executable), tmp_path_factory.mktemp("packages")
    uv = [
        find_uv_bin(),
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--python",
        sys.executable,
        "--python-version",
        "3.6",
    ]
    subprocess.run([*uv, "--target", str(folder), *PACKAGES], check=True, capture_output=True, timeout=200)
    return python, folder


def test_every_operation_on_rows(rows: RowTables, old: tuple[str, Path]) -> None:
    table, root = rows.table(), rows.cloud.root
    python, folder = old
    script = Path(__file__).with_name("old_client.py")
    done = subprocess.run(
        [python, str(script), rows.cloud.proxy, root.id, root.secret, rows.instance, table],
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout) == {
        "row": [["b", True], ["d", 0.5], ["n", 5], ["raw", [0, 255]], ["text", "ü"]],
        "names": ["b", "n", "raw", "sum", "text"],
        "refused": [403, "OTSConditionCheckFail", "Condition check failed."],
        "written": True,
        "read": [3, None],
        "up": [[1, 2], [["job", "j"], ["row", 3]]],
        "down": [3, 2],
    }
