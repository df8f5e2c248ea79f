"""``make soak``: policies made to break their readers; then many seeds, each in a local cloud of its worker."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.soak import policies
from tests.soak.run import RATE
from tests.soak.worker import share_of_seeds


def main() -> int:
    """Run the parts and say how each went; returns 1 if one ended in what it never should."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--part", choices=("all", "policies", "updates"), default="all", help="what to run (all)")
    parser.add_argument("--seconds", type=float, default=60, help="how long policies are tried (60)")
    parser.add_argument("--seeds", type=int, default=100, help="how many (100)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--rate", type=float, default=RATE, help=f"share of requests that go wrong ({RATE})")
    parser.add_argument("--workers", type=int, default=2, help="seeds at a time (2)")
    arguments = parser.parse_args()
    failed = 0
    if arguments.part != "updates":
        failed += _policies(arguments.seconds, arguments.first)
    if arguments.part != "policies":
        failed += _updates(arguments)
    return 1 if failed else 0


def _policies(seconds: float, seed: int) -> int:
    """Fuzz the readers of policies; answers how many inputs did what none may."""
    result = policies.fuzz(seconds, seed)
    for failure in result.failures:
        print(f"policies: FAILED\n{failure}", flush=True)
    outcomes = ", ".join(f"{number} {kind}" for kind, number in result.outcomes.most_common())
    print(f"soak: {result.outcomes.total()} policies in {seconds:.0f} s: {outcomes}")
    print(f"soak: the slowest took {result.slowest * 1000:.0f} ms; {len(result.failures)} crashed or hung", flush=True)
    return len(result.failures)


def _updates(arguments: argparse.Namespace) -> int:
    """Run the seeds; answers how many failed."""
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    began, drawn, well, failed = time.monotonic(), Counter[str](), 0, list[str]()
    shares = [(list(seeds[worker :: arguments.workers]), arguments.rate) for worker in range(arguments.workers)]
    with multiprocessing.get_context("spawn").Pool(arguments.workers) as pool:
        results = [pool.apply_async(share_of_seeds, share) for share in shares]
        for done in results:
            for seed, outcome in done.get():
                if isinstance(outcome, str):
                    failed.append(outcome)
                    print(f"seed {seed}: FAILED\n{outcome}", flush=True)
                    continue
                drawn.update(outcome.drawn)
                well += sum(outcome.ended_well)
    seconds = time.monotonic() - began
    faults = ", ".join(f"{number} {kind}" for kind, number in drawn.most_common())
    runs = 2 * (len(seeds) - len(failed))
    print(f"soak: {len(seeds)} seeds in {seconds:.0f} s; faults met: {faults}")
    print(f"soak: {well} of {runs} updates ended well under faults, the others with a clear error")
    print(f"soak: {len(seeds) - len(failed)} of {len(seeds)} seeds ended in the declared state")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
