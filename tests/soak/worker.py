"""A share of the seeds, run in a process of its own; multiprocessing finds no function in ``__main__``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.soak.run import Soaked, SoakFailedError, soak

from support.local_account import account_of
from yunfn.localcloud import connection


def share_of_seeds(seeds: list[int], rate: float) -> list[tuple[int, Soaked | str]]:
    """One share of the seeds, in a cloud of its own, which lets them meet no other's faults."""
    found: list[tuple[int, Soaked | str]] = []
    with tempfile.TemporaryDirectory(prefix="yunfn-soak-") as folder, connection.temporary() as cloud:
        account = account_of(cloud)
        for seed in seeds:
            try:
                outcome = soak(account, seed, Path(folder), rate)
                ended = ", ".join("ended well" if each else "a clear error" for each in outcome.ended_well)
                print(f"seed {seed}: {sum(outcome.drawn.values())} faults; {ended}", flush=True)
                found.append((seed, outcome))
            except AssertionError as error:
                kind = "" if isinstance(error, SoakFailedError) else f"{type(error).__name__}: "
                found.append((seed, f"{kind}{error}"))
    return found
