"""The test of shares, piece by piece: its boundaries, fits and strata, and what few calls come to."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise
from statistics import NormalDist

import pytest

from yunfn.rollout import comparison
from yunfn.rollout.comparison import Stratum, compare, quantile
from yunfn.rollout.metric import Comparison, Outcome

RULE = Comparison()
NORMAL = NormalDist()


def crossed(line: float) -> float:
    """The probability of crossing, by the bridges on both sides of t = 1, integrated."""
    step, below = 1e-3, 0.0
    for number in range(int((line + 12) / step)):
        at = line - (number + 0.5) * step
        missed = 1 - math.exp(-2 * line * (line - at))
        below += NORMAL.pdf(at) * (1 - missed**2) * step
    return math.erfc(line / math.sqrt(2)) / 2 + below


@pytest.mark.parametrize("bound", [0.2, 0.01, 0.008, 0.001, 1e-5])
def test_the_line_is_crossed_with_the_bound(bound: float) -> None:
    assert crossed(quantile(bound)) == pytest.approx(bound, rel=1e-3)


def test_smaller_bounds_have_higher_lines_to_the_end() -> None:
    lines = [quantile(10.0**-power) for power in range(1, 300, 20)]
    assert all(low < high for low, high in pairwise(lines))


@pytest.mark.parametrize(
    "stratum", [Stratum(100, 7, 900, 11), Stratum(100, 0, 900, 0), Stratum(30, 30, 40, 1), Stratum(50, 2, 20, 20)]
)
def test_the_fitted_share_is_the_likeliest(stratum: Stratum) -> None:
    def likelihood(share: float) -> float:
        worse = share + 0.05
        pairs = [
            (stratum.failures, worse),
            (stratum.calls - stratum.failures, 1 - worse),
            (stratum.stable_failures, share),
            (stratum.stable_calls - stratum.stable_failures, 1 - share),
        ]
        return sum(count * math.log(max(chance, 1e-300)) for count, chance in pairs if count)

    grid = [number * 0.95 / 20000 for number in range(20001)]
    assert comparison._fitted(stratum, 0.05) == pytest.approx(max(grid, key=likelihood), abs=1e-4)


def test_nothing_fails_and_it_passes_when_five_points_would_have_shown() -> None:
    assert compare(RULE, [Stratum(20, 0, 20, 0)]).outcome is Outcome.UNDECIDED
    assert compare(RULE, [Stratum(300, 0, 300, 0)]).outcome is Outcome.SUCCESS


def test_a_candidate_that_always_fails_is_seen_at_once() -> None:
    verdict = compare(RULE, [Stratum(20, 20, 20, 0)])
    assert verdict.outcome is Outcome.FAILURE
    assert verdict.at_once
    assert compare(RULE, [Stratum(20, 20, 2000, 1)]).outcome is Outcome.FAILURE


def test_both_failing_alike_is_nothing_against_the_candidate() -> None:
    assert compare(RULE, [Stratum(500, 500, 500, 500)]).outcome is not Outcome.FAILURE
    assert compare(RULE, [Stratum(2000, 600, 2000, 590)]).outcome is not Outcome.FAILURE


def test_a_candidate_that_does_better_passes() -> None:
    assert compare(RULE, [Stratum(1000, 2, 1000, 60)]).outcome is Outcome.SUCCESS


def test_a_difference_that_is_real_but_small_is_no_reason() -> None:
    verdict = compare(RULE, [Stratum(100_000, 1500, 100_000, 1000)])
    assert verdict.outcome is Outcome.SUCCESS
    assert verdict.difference == pytest.approx(0.005)
    assert 0.015 < verdict.line < 0.035


def test_two_failures_of_a_small_arm_are_chance() -> None:
    # A quarter of one is expected: a normal would call two of them significant.
    assert compare(RULE, [Stratum(262, 2, 2358, 2)]).outcome is not Outcome.FAILURE
    assert compare(RULE, [Stratum(262, 12, 2358, 2)]).outcome is Outcome.FAILURE


def test_an_outage_while_the_candidate_has_half_of_the_calls_is_not_its_own() -> None:
    quiet = Stratum(100, 0, 9900, 0)
    outage = Stratum(1000, 300, 1000, 300)
    together = Stratum(1100, 300, 10900, 300)
    assert compare(RULE, [together]).outcome is Outcome.FAILURE
    assert compare(RULE, [quiet, outage]).outcome is not Outcome.FAILURE


def test_strata_of_one_kind_are_as_good_as_their_sum() -> None:
    parts = [Stratum(500, 6, 500, 5), Stratum(500, 5, 500, 5)]
    whole = compare(RULE, [Stratum(1000, 11, 1000, 10)])
    verdict = compare(RULE, parts)
    assert verdict.outcome is whole.outcome is Outcome.SUCCESS
    assert verdict.difference == pytest.approx(whole.difference)
    assert verdict.information == pytest.approx(whole.information, rel=0.05)


def test_a_stratum_of_one_version_alone_says_nothing() -> None:
    verdict = compare(RULE, [Stratum(0, 0, 5000, 4000), Stratum(1000, 9, 1000, 10)])
    assert verdict == compare(RULE, [Stratum(1000, 9, 1000, 10)])
    with pytest.raises(ValueError, match="both versions"):
        compare(RULE, [Stratum(0, 0, 5000, 4000)])


def test_stricter_rules_need_more_calls() -> None:
    data = [Stratum(1000, 20, 1000, 10)]
    assert compare(RULE, data).outcome is Outcome.SUCCESS
    assert compare(Comparison(increase=Decimal("0.02")), data).information < 0.5
    assert compare(Comparison(missed=1e-6), data).information < compare(RULE, data).information


def test_whose_calls_failed_is_a_fair_bet() -> None:
    # The mean of the likelihood ratio over all that may happen to ten failures is 1 where both are equal.
    total = 0.0
    for own in range(11):
        chance = math.comb(10, own) * 0.2**own * 0.8 ** (10 - own)
        total += chance * math.exp(comparison._evidence([Stratum(200, own, 800, 10 - own)]))
    assert total == pytest.approx(1.0)
