"""Many functions in one stack: how time and memory grow, through the components and by hand."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.bench.functions_code import write_functions
from tests.bench.measured import Usage
from tests.bench.model import Goal, Row
from tests.bench.progress import Progress
from tests.bench.projects import PROGRAMS, Project, project, require_equal

_SMALL, _LARGE, _HUGE = 50, 200, 800
_GROWTH = Goal(1.2)
_SIDES = ("ours", "theirs")
_STEPS = ("preview", "first up", "no-op up")
# Upstream's way out of checkpoints whose cost grows with the square of a stack (pulumi #14967, #10668). Set here
# and nowhere else: a killed `up` would forget all it made.
_WITHOUT_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true"}

Run = dict[str, list[Usage]]


class ScaleBench:
    """``preview`` and ``up`` of stacks of 50, 200 and 800 functions, each stack in a fresh local cloud.

    Peak memory is that of the whole process tree: CLI, language host, program and plugin; the local cloud is not in
    it. Growth is what 200 functions take by what 50 take; its goal compares our growth with theirs. Times are the
    best of all rounds: what else the machine does only ever adds to them, for minutes at these sizes. CPU seconds
    stand beside them, for the same reason.
    """

    name = "scale"
    summary = "one stack of many functions, each with own code, version and alias"
    ours = "yunfn.alibaba.Function and Alias"
    theirs = "the same cloud resources by hand on pulumi_alicloud; both pack the code at the first preview"

    def run(self, progress: Progress, *, quick: bool) -> list[Row]:
        """See Bench."""
        rounds = 1 if quick else 2
        small, large, huge = ({side: Run() for side in _SIDES} for _ in range(3))
        for number in range(rounds):
            # The one that goes first changes, so that neither always meets the colder machine.
            order = _SIDES if number % 2 == 0 else _SIDES[::-1]
            _compared(progress, order, _Size(_SMALL, rounds), small)
            _compared(progress, order, _Size(_LARGE, rounds), large)
        rows = [*_figures(_SMALL, small), *_figures(_LARGE, large), *_growth(small, large)]
        if not quick:
            _compared(progress, _SIDES, _Size(_HUGE, 1, _WITHOUT_CHECKPOINTS), huge)
            rows += _figures(_HUGE, huge, next(iter(_WITHOUT_CHECKPOINTS)))
        return rows


@dataclass(frozen=True, slots=True)
class _Size:
    """A stack to measure: how many functions, how often preview and no-op up are repeated, further variables."""

    count: int
    repeats: int
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Quantity:
    """What is compared of a run, and how several runs make one figure."""

    word: str
    unit: str
    of: Callable[[Usage], float]
    figure: Callable[[Iterable[float]], float]

    def over(self, usages: Iterable[Usage]) -> float:
        """The figure of some runs of the same step."""
        return self.figure(self.of(usage) for usage in usages)


_TIME = _Quantity("time", "s", lambda usage: usage.seconds, min)
_CPU = _Quantity("CPU time", "s", lambda usage: usage.busy, min)
_MEMORY = _Quantity("peak memory", "MB", lambda usage: usage.peak, median)
_QUANTITIES = (_TIME, _MEMORY)


def _compared(progress: Progress, order: Sequence[str], size: _Size, runs: dict[str, Run]) -> None:
    made = {side: _measure(progress, side, size, runs[side]) for side in order}
    require_equal(made["ours"], made["theirs"])


def _measure(progress: Progress, side: str, size: _Size, run: Run) -> Counter[str]:
    """Preview one stack, put it up, and put it up again without a change; answer its resources."""
    with tempfile.TemporaryDirectory(prefix="yunfn-bench-") as place:
        code = Path(place) / "code"
        write_functions(code, size.count)
        with _stack(side, size, code) as made:
            actions = (
                *[("preview", made.preview)] * size.repeats,
                ("first up", made.up),
                *[("no-op up", made.unchanged)] * size.repeats,
            )
            for step, action in actions:
                with progress.step(f"scale: {size.count} functions, {side}, {step}"):
                    usage = action()
                run.setdefault(step, []).append(usage)
                progress.say(f"    CPU {usage.busy:.1f} s, peak {usage.peak:.0f} MB; {_parts(usage)}")
            return made.resource_types()


def _stack(side: str, size: _Size, code: Path) -> AbstractContextManager[Project]:
    program = "functions_components.py" if side == "ours" else "functions_by_hand.py"
    files = {"Pulumi.yaml": PROGRAMS / "Pulumi.yaml", "__main__.py": PROGRAMS / program}
    return project(files, "scale", {"bench__count": str(size.count), "bench__code": str(code)}, size.variables)


def _figures(count: int, runs: dict[str, Run], note: str = "") -> list[Row]:
    return [
        Row(
            f"{count} functions, {step}, {quantity.word}",
            quantity.unit,
            *(quantity.over(runs[side][step]) for side in _SIDES),
            note="; ".join(each for each in (_cpu(runs, step, quantity), note) if each),
            samples={side: [quantity.of(usage) for usage in runs[side][step]] for side in _SIDES},
        )
        for quantity in _QUANTITIES
        for step in _STEPS
    ]


def _cpu(runs: dict[str, Run], step: str, quantity: _Quantity) -> str:
    if quantity is not _TIME:
        return ""
    ours, theirs = (_CPU.over(runs[side][step]) for side in _SIDES)
    return f"CPU {ours:.1f} against {theirs:.1f} s"


def _growth(small: dict[str, Run], large: dict[str, Run]) -> list[Row]:
    rows = []
    for quantity in _QUANTITIES:
        for step in _STEPS:
            ours, theirs = _factors(quantity, step, small, large)
            note = ""
            if quantity is _TIME:
                busy = _factors(_CPU, step, small, large)
                note = f"CPU {busy[0]:.2f}× against {busy[1]:.2f}×, which is {busy[0] / busy[1]:.2f}×"
            rows.append(Row(f"growth {_SMALL} → {_LARGE}, {step}, {quantity.word}", "×", ours, theirs, _GROWTH, note))
    return rows


def _factors(quantity: _Quantity, step: str, small: dict[str, Run], large: dict[str, Run]) -> list[float]:
    return [quantity.over(large[side][step]) / quantity.over(small[side][step]) for side in _SIDES]


def _parts(usage: Usage) -> str:
    return ", ".join(
        f"{name} {size:.0f} MB {usage.cpu.get(name, 0.0):.1f} s CPU"
        for name, size in sorted(usage.peaks.items(), key=lambda part: -part[1])
    )
