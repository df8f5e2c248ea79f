"""Whether the engine draws its display anew: what the plugin, whose own output goes elsewhere, sees of its parent."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

_CHILD = "from yunfn.provider.display import at_terminal; print(at_terminal())"
# An engine: its own output is where it was told, its plugin's is read by it.
_ENGINE = """
import subprocess, sys
done = subprocess.run([sys.executable, "-c", {child!r}], capture_output=True, text=True)
open(sys.argv[1], "w").write(done.stdout.strip() or done.stderr)
"""


def _seen(file: Path, output: int, *arguments: str) -> str:
    engine = [sys.executable, "-c", _ENGINE.format(child=_CHILD), str(file), *arguments]
    subprocess.run(engine, stdout=output, check=True, timeout=60)
    return file.read_text()


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not tell where a process writes")
def test_a_terminal_is_one_unless_the_engine_was_told_not_to_draw(tmp_path: Path) -> None:
    own, engines = pty.openpty()
    try:
        assert _seen(tmp_path / "a", engines) == "True"
        assert _seen(tmp_path / "b", engines, "--non-interactive") == "False"
    finally:
        os.close(own)
        os.close(engines)
    with (tmp_path / "log").open("w") as log:
        assert _seen(tmp_path / "c", log.fileno()) == "False"
