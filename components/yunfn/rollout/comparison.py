"""The test of a candidate's share of failures against the stable version's, looked at as often as one likes. Pure.

Two hypotheses: the candidate's share is the stable one's (H0), or it is higher by ``increase`` or more (H1). Under H0
it fails with at most ``false_rollback``, under H1 it passes with at most ``missed``, over *all* looks together: nobody
has to say beforehand how many there will be, or when.

1. *The line.* The difference D of both shares is compared with a line between 0 and ``increase``::

       d = increase * B*SE0 / (B*SE0 + A*SE1)        r = increase / (B*SE0 + A*SE1)

   SE0 and SE1 are D's standard errors with the shares fitted under H0 (pooled) and under H1 (the maximum likelihood
   under a difference of ``increase``: Farrington and Manning, Statistics in Medicine 9 (1990) 1447). r² is the share
   of the information that both bounds need. While r < 1 it fails if D > d/r² and passes if D <= increase -
   (increase - d)/r²: constant boundaries of the score, as O'Brien's and Fleming's (Biometrics 35 (1979) 549). From
   r = 1 on, where both meet, d alone decides, however many calls follow. In the limit D's score is a Brownian motion W
   in t = r², and under H0 it fails if W(t) > B*max(1, t) for any t: given W(1) = x < B, the reflection principle gives
   exp(-2B(B-x)) for t < 1 and, as t W(1/t) is one as well, the same for t > 1, so that with Q the normal tail the whole
   is

       3 Q(B) - exp(4B²) Q(3B)

   B and A solve that for the error bounds: 2.74 and 3.37. It takes 1.3 times the calls of one look at a fixed number.

   Few failures are not normal, and where the candidate has the smaller arm their tail is the longer one. So it fails
   only if the signed root of the likelihood ratio of *whose calls failed* (half a failure taken off: failures are
   whole) is above B/min(r, 1) as well. That depends on no share of failures, and is right for two of them too.

2. *The failures alone.* Candidates far off should go at once, when the line, by design, hardly looks yet. Under H0 a
   call that failed was the candidate's with the candidate's share of calls, whatever the shares of failures are and
   however they change. The mean, over several risks R (2 to 128 times as high), of the likelihood ratios of that is a
   nonnegative martingale which starts at 1, and so ever reaches 1/a with at most a (Ville's inequality; so tested are
   canaries in Lindon and Malek, "Anytime-valid inference for multinomial count data", NeurIPS 2022, arXiv:2011.03567).
   It fails the candidate only where D > d too: a difference that is real but small is no reason.

A fifth of ``false_rollback`` is spent on the second, the rest on the first.

Calls are counted in strata, one for each weight: were they pooled, a failure of everything while the candidate has half
the calls would count against it, because stable has most of its calls from better times. D is the mean of the strata's
differences by Mantel and Haenszel's weights n m / (n + m).

That the bounds hold is shown by simulation (tests/unit/rollout/test_comparison_bounds.py, for equal arms and canaries).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from yunfn.rollout.metric import Comparison, Outcome

#: Of the false rollbacks, the share that the test of failures alone may cause.
_EARLY: Final = 0.2
#: Risks that the test of failures alone looks for: how many times as often the candidate fails.
_RISKS: Final = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0)


@dataclass(frozen=True, slots=True)
class Stratum:
    """Calls and failures of both versions while the weights were the same."""

    calls: int
    failures: int
    stable_calls: int
    stable_failures: int

    @property
    def weight(self) -> float:
        """Mantel and Haenszel's; 0 where one of both had no calls."""
        calls = self.calls + self.stable_calls
        return self.calls * self.stable_calls / calls if calls else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison came to.

    ``difference`` is the candidate's share less the stable one's, ``line`` the difference that decides, ``information``
    the share of what is needed to decide by it (r²; 1 or more: enough). ``at_once`` tells that the failures alone
    decided.
    """

    outcome: Outcome
    difference: float
    line: float
    information: float
    at_once: bool = False


def compare(rule: Comparison, strata: Sequence[Stratum]) -> Verdict:
    """Judge all calls so far; raises ValueError where no stratum has calls of both versions."""
    weights = [each.weight for each in strata]
    total = math.fsum(weights)
    if not total:
        raise ValueError("a comparison needs calls of both versions at the same time")
    increase = float(rule.increase)
    difference = variance0 = variance1 = 0.0
    for stratum, weight in zip(strata, weights, strict=True):
        if not weight:
            continue
        share, stable_share = stratum.failures / stratum.calls, stratum.stable_failures / stratum.stable_calls
        pooled = (stratum.failures + stratum.stable_failures) / (stratum.calls + stratum.stable_calls)
        fitted = _fitted(stratum, increase)
        worse = fitted + increase
        part = weight / total
        difference += part * (share - stable_share)
        variance0 += part**2 * pooled * (1 - pooled) / weight
        variance1 += part**2 * (worse * (1 - worse) / stratum.calls + fitted * (1 - fitted) / stratum.stable_calls)
    failed = rule.false_rollback * (1 - _EARLY)
    failing, passing = quantile(failed) * math.sqrt(variance0), quantile(rule.missed) * math.sqrt(variance1)
    line = increase * failing / (failing + passing)
    information = (increase / (failing + passing)) ** 2
    at_once = difference > line and _evidence(strata) >= -math.log(rule.false_rollback * _EARLY)
    seen = min(information, 1.0)
    if at_once or (difference > line / seen and _excess(strata) * math.sqrt(seen) > quantile(failed)):
        outcome = Outcome.FAILURE
    elif difference <= increase - (increase - line) / seen:
        outcome = Outcome.SUCCESS
    else:
        outcome = Outcome.UNDECIDED
    return Verdict(outcome, difference, line, information, at_once)


@lru_cache(maxsize=64)
def quantile(bound: float) -> float:
    """The normal quantile whose line, looked at always, is crossed with probability ``bound`` (above 0, below 0.5)."""
    low, high = 0.5, 38.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _crossed(middle) > bound else (low, middle)
    return high


def _crossed(line: float) -> float:
    """The probability that a Brownian motion is ever above ``line`` * max(1, t)."""
    # exp(4B²) Q(3B) is the density at B by Mills' ratio at 3B, which goes to 1/3B: in that form nothing overflows.
    far = 3 * line
    ratio = _tail(far) / _density(far) if far < 35 else 1 / far
    return 3 * _tail(line) - _density(line) * ratio


def _tail(at: float) -> float:
    """The normal distribution above ``at``. NormalDist.cdf has no digits left there: it takes erf from 1."""
    return math.erfc(at / math.sqrt(2)) / 2


def _density(at: float) -> float:
    return math.exp(-(at**2) / 2) / math.sqrt(2 * math.pi)


def _fitted(stratum: Stratum, increase: float) -> float:
    """The stable share that makes the figures likeliest if the candidate's is higher by ``increase``.

    The one root of a cubic that is a share, in closed form (Farrington and Manning, appendix).
    """
    ratio = stratum.stable_calls / stratum.calls
    share, stable_share = stratum.failures / stratum.calls, stratum.stable_failures / stratum.stable_calls
    a = 1 + ratio
    b = -(1 + ratio + share + ratio * stable_share + increase * (ratio + 2))
    c = increase**2 + increase * (2 * share + ratio + 1) + share + ratio * stable_share
    d = -share * increase * (1 + increase)
    v = b**3 / (3 * a) ** 3 - b * c / (6 * a**2) + d / (2 * a)
    u = math.copysign(math.sqrt(max(b**2 / (3 * a) ** 2 - c / (3 * a), 0.0)), v)
    angle = (math.pi + math.acos(max(-1.0, min(1.0, v / u**3)))) / 3 if u else math.pi / 2
    found = 2 * u * math.cos(angle) - b / (3 * a) - increase
    return min(max(found, 0.0), 1 - increase)


def _evidence(strata: Sequence[Stratum]) -> float:
    """The logarithm of the mean likelihood ratio of whose calls failed."""
    logarithms = []
    for risk in _RISKS:
        found = 0.0
        for each in strata:
            calls = each.calls + each.stable_calls
            if each.weight:
                expected = math.log((risk * each.calls + each.stable_calls) / calls)
                found += each.failures * math.log(risk) - (each.failures + each.stable_failures) * expected
        logarithms.append(found)
    most = max(logarithms)
    return most + math.log(math.fsum(math.exp(each - most) for each in logarithms) / len(logarithms))


def _excess(strata: Sequence[Stratum]) -> float:
    """How many standard deviations of a normal the candidate's part in the failures is too much; 0 if it is not.

    The signed root of the likelihood ratio, half a failure taken off because failures are whole.
    """
    failures = math.fsum(each.failures for each in strata if each.weight) - 0.5
    parts = [(each.failures + each.stable_failures, each.calls, each.stable_calls) for each in strata if each.weight]
    low, high = 0.0, 40.0
    if failures <= math.fsum(total * calls / (calls + stable) for total, calls, stable in parts):
        return 0.0
    for _ in range(50):
        risk = math.exp((low + high) / 2)
        expected = math.fsum(total * risk * calls / (risk * calls + stable) for total, calls, stable in parts)
        low, high = ((low + high) / 2, high) if expected < failures else (low, (low + high) / 2)
    risk = math.exp(low)
    expected = math.fsum(total * math.log((risk * calls + stable) / (calls + stable)) for total, calls, stable in parts)
    return math.sqrt(max(2 * (failures * low - expected), 0.0))
