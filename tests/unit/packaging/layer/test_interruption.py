"""Signals while something runs: who is told, what is done after, and what stays as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from unit.packaging.layer.conftest import WriteWheel
from yunfn.packaging.definition import read_definition
from yunfn.packaging.layer import BuildOptions, interruptible, plan_layer
from yunfn.packaging.layer import plan as planning


@pytest.mark.parametrize(("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)])
def test_it_is_told_first_and_the_handlers_are_put_back(number: int, raised: type[BaseException]) -> None:
    before = [signal.signal(signal.SIGINT, signal.default_int_handler), signal.signal(signal.SIGTERM, signal.SIG_DFL)]
    cancelled = threading.Event()
    try:
        with pytest.raises(raised), interruptible(cancelled):
            os.kill(os.getpid(), number)
            threading.Event().wait(5)
        assert cancelled.is_set()
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def test_who_ignores_a_signal_goes_on_ignoring_it() -> None:
    code = (
        "import os, signal, threading; from yunfn.packaging.layer import interruptible\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); told = threading.Event()\n"
        "with interruptible(told): os.kill(os.getpid(), signal.SIGTERM)\n"
        "print(told.is_set())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "False\n", done.stderr


def test_a_plan_can_be_interrupted_too(
    tmp_path: Path, options: BuildOptions, wheel: WriteWheel, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel("one")
    (tmp_path / "requirements.txt").write_text("one\n")

    def examine(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        threading.Event().wait(5)

    monkeypatch.setattr(planning, "examine", examine)
    with pytest.raises(KeyboardInterrupt):
        plan_layer(read_definition(tmp_path / "requirements.txt", ["alibaba:python3.10"]), options)
    assert options.cancelled.is_set()
