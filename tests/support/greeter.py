"""The code of a small function."""

from __future__ import annotations

from pathlib import Path

_CODE = """\
import json, os


def handler(event, context):
    return json.dumps({"said": "first", "env": os.environ.get("GREETING", "")})
"""


def write_greeter(folder: Path) -> Path:
    """Make ``index.py`` in ``folder``: ``index.handler`` answers a greeting and its environment; answer the folder."""
    folder.mkdir(exist_ok=True)
    (folder / "index.py").write_text(_CODE)
    return folder
