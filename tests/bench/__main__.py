"""Runs the benches: ``python -m tests.bench [NAME …] [--json FILE] [--quick]``."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from tests.bench import report
from tests.bench.benches import BENCHES
from tests.bench.model import BenchError, Row
from tests.bench.progress import Progress


def main() -> int:
    """Run the named benches, or all: 0 if every one ran (goals may be missed), 1 if one could not, 130 on Ctrl-C."""
    known = {bench.name: bench for bench in BENCHES}
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}; all by default")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows, single samples included, to FILE")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no stack of 800 functions")
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in known:
            parser.error(f"there is no bench {name!r}: {', '.join(known)}")
    # Terminated as gently as interrupted: temporary clouds and children end in the finally blocks of both.
    signal.signal(signal.SIGTERM, _interrupt)
    # A shell's background job starts with Ctrl-C ignored, and whom it starts inherits that: then plugins do not end
    # when the CLI asks them to, and each run of it takes the 5 s after which it kills them.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    progress = Progress()
    results: dict[str, list[Row]] = {}
    failed: list[str] = []
    try:
        for name in arguments.names or known:
            try:
                results[name] = known[name].run(progress, quick=arguments.quick)
            except BenchError as error:
                failed.append(name)
                progress.say(f"bench {name} could not run: {error}")
                continue
            report.print_table(known[name], results[name])
            if arguments.json is not None:
                report.write_json(arguments.json, results)
    except KeyboardInterrupt:
        progress.say("bench: interrupted; nothing was left running")
        return 130
    _conclude(progress, results, failed)
    return 1 if failed else 0


def _conclude(progress: Progress, results: report.Results, failed: list[str]) -> None:
    missed = [f"{name}: {row.what}" for name, rows in results.items() for row in rows if row.verdict == "MISSED"]
    met = sum(row.verdict == "met" for rows in results.values() for row in rows)
    if failed:
        progress.say(f"bench: could not run: {', '.join(failed)}")
    progress.say(f"bench: {met} goals met, {len(missed)} missed{''.join(chr(10) + '  ' + each for each in missed)}")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
