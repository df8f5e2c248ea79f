"""``make soak``: many seeds, two at a time, each in a local cloud of its own worker."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.soak.run import RATE
from tests.soak.worker import share_of_seeds


def main() -> int:
    """Run the seeds and say how each went; returns 1 if one ended in what it never should."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many (100)")
    parser.add_argument("--first", type=int, default=1, help="the first seed (1)")
    parser.add_argument("--rate", type=float, default=RATE, help=f"share of requests that go wrong ({RATE})")
    parser.add_argument("--workers", type=int, default=2, help="seeds at a time (2)")
    arguments = parser.parse_args()
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
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
