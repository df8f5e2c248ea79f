"""Five seeds of ``make soak``: the cloud fails during ``up``, and the next one ends in the declared state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from soak.run import soak
from support.local_account import LocalAccount, account_of
from yunfn.localcloud import connection

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def failing() -> Iterator[LocalAccount]:
    """A cloud whose faults nobody else meets."""
    with connection.temporary() as cloud:
        yield account_of(cloud)


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_a_seed_ends_in_the_declared_state(failing: LocalAccount, seed: int, tmp_path: Path) -> None:
    outcome = soak(failing, seed, tmp_path)
    assert sum(outcome.drawn.values()) >= 5, "the seed met too few faults to show anything"
