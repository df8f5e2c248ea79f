"""Figures by calls of our own: for functions with little traffic, and before any of it comes."""

from __future__ import annotations

import math
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Final

from yunfn.exceptions import RolloutError
from yunfn.rollout.calling import CallAnswer, Ending, FunctionCaller
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import Measure, Probes, Reading
from yunfn.rollout.metrics.measures import PERCENTILES

# Calls that are under way at once, and seconds that one may take.
_AT_ONCE: Final = 5
_TIMEOUT: Final = 60.0
# Calls beyond its own by which a version catches up with the other one.
_CATCH_UP: Final = 100


@dataclass(frozen=True, slots=True)
class _Probe:
    """One call: when it counts (unix seconds), and what it came to."""

    at: float
    failed: bool
    refused: bool
    milliseconds: float


@dataclass(slots=True)
class _Version:
    """The calls of one version; ``told`` is what the last round of them was measured by."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    probes: list[_Probe] = field(default_factory=list)
    told: set[Measure] = field(default_factory=set)
    last: float = -math.inf

    def between(self, since: float, until: float) -> list[_Probe]:
        """The calls in the window; those of its very end always are."""
        return [probe for probe in self.probes if since < probe.at <= until or probe.at == until]


class ProbesBackend:
    """Each measurement calls its version anew; figures are of all calls in the window, earlier measurements' too.

    Several measures (errors, and percentiles) share a round of calls: the first that is asked for again begins the
    next. It remembers calls itself: one backend serves a whole rollout, and one that is made anew begins anew.
    """

    late = 0.0

    def __init__(self, place: AliasPlace, source: Probes, caller: FunctionCaller) -> None:
        """Raises RolloutError for probes without an event, and for an ``expect`` that is no regular expression."""
        if not source.events:
            raise RolloutError("probes need an event at least")
        try:
            self._expect = re.compile(source.expect) if source.expect else None
        except re.error as error:
            raise RolloutError(f"expect={source.expect!r} is no regular expression: {error}") from None
        self._place = place
        self._source = source
        self._caller = caller
        self._versions: defaultdict[str, _Version] = defaultdict(_Version)

    def measure(self, measure: Measure, version: str, since: float, until: float) -> Reading | None:
        """Call ``version``, and tell of all calls in the window; None where none ran.

        A call that the function fails, or whose answer does not hold what is expected, is a failure; one that was
        refused for want of an instance is a throttle and counts for nothing else. Durations are milliseconds.

        Raises CloudAnswerError where the cloud refuses the calls themselves, RolloutError for another measure.
        """
        if measure not in (Measure.ERRORS, Measure.THROTTLES, *PERCENTILES):
            raise RolloutError(f"probes tell no {measure.value}")
        asked = self._versions[version]
        with asked.lock:
            if measure in asked.told or not since < asked.last <= until:
                self._round(version, asked, since, until)
            asked.told.add(measure)
            return _reading(measure, asked.between(since, until))

    def _round(self, version: str, asked: _Version, since: float, until: float) -> None:
        others = [each for name, each in list(self._versions.items()) if name != version]
        # A version that is asked only once the other one fails must have as many calls to be compared by.
        most = max((len(each.between(since, until)) for each in others), default=0)
        behind = min(most - len(asked.between(since, until)), _CATCH_UP)
        events = islice(cycle(self._source.events), max(self._source.calls, behind, 1))
        answers, error = _each(events, lambda event: self._call(version, event))
        # They count at the end of the window they were made for, whatever the clock says when they are over.
        asked.probes += [self._judged(answer, until) for answer in answers]
        if error is not None:
            raise error
        asked.last = until
        asked.told.clear()

    def _call(self, version: str, event: str) -> CallAnswer:
        place = self._place
        return self._caller.call(place.function, version, event, namespace=place.namespace, timeout=_TIMEOUT)

    def _judged(self, answer: CallAnswer, at: float) -> _Probe:
        failed = answer.ending is Ending.FAILED
        if answer.ending is Ending.ANSWERED and self._expect is not None:
            failed = self._expect.search(answer.text) is None
        return _Probe(at, failed, answer.ending is Ending.REFUSED, answer.milliseconds)


def _each(events: Iterable[str], call: Callable[[str], CallAnswer]) -> tuple[list[CallAnswer], Exception | None]:
    """Call with each event, some at once; the answers, and what went wrong first, after which no call is begun."""
    waiting, lock = iter(events), threading.Lock()
    answers: list[CallAnswer] = []
    errors: list[Exception] = []

    def work() -> None:
        while True:
            with lock:
                event = None if errors else next(waiting, None)
            if event is None:
                return
            try:
                answer = call(event)
            except Exception as error:
                errors.append(error)
                return
            with lock:
                answers.append(answer)

    # Daemons: a call that hangs keeps no process from its end.
    workers = [threading.Thread(target=work, name=f"probe-{number}", daemon=True) for number in range(_AT_ONCE)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return answers, errors[0] if errors else None


def _reading(measure: Measure, probes: Sequence[_Probe]) -> Reading | None:
    if measure is Measure.THROTTLES:
        return Reading(len(probes), sum(probe.refused for probe in probes)) if probes else None
    ran = [probe for probe in probes if not probe.refused]
    if not ran:
        return None
    if measure is Measure.ERRORS:
        return Reading(len(ran), sum(probe.failed for probe in ran))
    return Reading(len(ran), value=_percentile([probe.milliseconds for probe in ran], PERCENTILES[measure]))


def _percentile(values: Sequence[float], share: float) -> float:
    """The nearest rank: the least value that a ``share`` of all are not above."""
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]
