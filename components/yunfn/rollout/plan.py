"""The weights of a rollout: exact decimals, one step after the other; promotion follows the last."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec


class Step(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """One step: the candidate's share of calls (``weight``, above 0 and below 1), for ``seconds`` at least.

    It lasts longer where its samples are not enough yet.
    """

    weight: Decimal
    seconds: float


def canary(percent: Decimal, seconds: float) -> tuple[Step, ...]:
    """One step of ``percent`` for ``seconds``."""
    return (Step(_share(percent), seconds),)


def linear(percent: Decimal, seconds: float) -> tuple[Step, ...]:
    """Steps of ``percent`` more each, ``seconds`` apart: 10 makes nine steps, 10 % to 90 %, and no eleventh."""
    found, at = [], percent
    while at < 100:
        found.append(Step(_share(at), seconds))
        at += percent
    return tuple(found)


def steps(percents: Iterable[Decimal], seconds: float) -> tuple[Step, ...]:
    """A step for each of ``percents``."""
    return tuple(Step(_share(each), seconds) for each in percents)


def length(plan: Iterable[Step]) -> float:
    """Seconds that the steps take at least."""
    return sum(each.seconds for each in plan)


def _share(percent: Decimal) -> Decimal:
    """A percentage as a weight without trailing zeros, so that equal weights read the same."""
    share = (percent / 100).normalize()
    return share if share.as_tuple().exponent <= 0 else share.quantize(Decimal(1))  # type: ignore[operator]
