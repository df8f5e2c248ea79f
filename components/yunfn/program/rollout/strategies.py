"""How a new version is put live, as programs declare it: at once, or by steps that are judged."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.rollout.hooks import Gate, Hook
from yunfn.program.rollout.metrics import Defaults, ErrorRate, Metric
from yunfn.program.rollout.quantities import Percent, Time, percent, seconds
from yunfn.program.rollout.sources import as_text
from yunfn.program.rollout.wire import wire
from yunfn.rollout import plan
from yunfn.rollout.hook import FunctionCall
from yunfn.rollout.specification import Specification

# As many steps as a percentage can have in whole numbers.
_MOST_STEPS = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy(ABC):
    """What every strategy says.

    ``analysis``: the metrics that judge the candidate, by default its ErrorRate against the stable version's by the
    cloud's own figures; an empty list judges nothing. ``hooks`` are called at turns, ``gates`` wait for a person.
    ``wait``: whether ``pulumi up`` waits for the end, or for how long; a rollout in progress is carried on by
    ``yunfn rollout drive`` or the next ``pulumi up``. ``pause_limit`` is how long it waits for a person before it puts
    stable back, ``patience`` how long a step waits for samples beyond its own time before it pauses.
    """

    analysis: Sequence[Metric] | None = None
    hooks: Sequence[Hook] = ()
    gates: Sequence[Gate] = ()
    wait: bool | Time = True
    pause_limit: Time = "30m"
    patience: Time = "10m"

    @abstractmethod
    def _steps(self, resource: str) -> tuple[plan.Step, ...]:
        """The steps before promotion. Raises ValidationError for weights and times that cannot be."""

    def specification(
        self,
        resource: str,
        *,
        bucket: pulumi.Input[str],
        defaults: Defaults,
        logs: Sequence[pulumi.Input[str]] = (),
        namespaces: bool = False,
    ) -> dict[str, Any]:
        """Answer the plugin's input ``rollout``, in which single values may be outputs.

        ``bucket`` holds the record, ``defaults`` are the cloud's own sources, ``logs`` is where lines are written
        (project and logstore, or a topic's id; nothing if nowhere), ``namespaces`` whether the cloud has those.

        Raises:
            ValidationError: the declaration cannot be carried out.
        """
        steps = self._steps(resource)
        _kinds(resource, "analysis", self.analysis or (), Metric, "metrics such as ErrorRate()")
        _kinds(resource, "hooks", self.hooks, Hook, "hooks such as FunctionHook('before')")
        _kinds(resource, "gates", self.gates, Gate, "gates such as Gate(50)")
        judged_by = self.analysis if self.analysis is not None else ([ErrorRate()] if steps else [])
        if judged_by and not steps:
            raise ValidationError(resource, "analysis", len(judged_by), "nothing is measured where there are no steps")
        metrics = tuple(each.declared(resource, defaults, logs) for each in judged_by)
        _different(resource, "analysis", [each.name for each in metrics])
        hooks = tuple(each.declared(resource, place) for place, each in enumerate(self.hooks, 1))
        _different(resource, "hooks", [each.name for each in hooks])
        if not namespaces and any(isinstance(each, FunctionCall) and each.namespace for each in hooks):
            raise ValidationError(resource, "hooks", "namespace", "Function Compute has no namespaces")
        found = Specification(
            bucket=as_text(bucket),
            steps=steps,
            metrics=metrics,
            hooks=hooks,
            gates=tuple(each.declared(resource) for each in self.gates),
            wait=None if self.wait is True else 0.0 if self.wait is False else seconds(resource, "wait", self.wait),
            pause_limit=seconds(resource, "pause_limit", self.pause_limit),
            patience=seconds(resource, "patience", self.patience),
            logs=tuple(as_text(each) for each in logs),
        )
        declared: dict[str, Any] = wire(found)
        return declared


@dataclass(frozen=True, slots=True)
class AllAtOnce(Strategy):
    """The new version serves at once, if the hooks before it let it; nothing is measured.

    ``hooks`` and ``gates`` as in every strategy, and ``wait``, ``pause_limit`` and ``patience``; ``analysis`` has to
    stay empty.
    """

    def _steps(self, resource: str) -> tuple[plan.Step, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Canary(Strategy):
    """``weight`` percent of the calls for the time ``bake``, then all.

    ``analysis``, ``hooks``, ``gates``, ``wait``, ``pause_limit`` and ``patience`` as in every strategy.
    """

    weight: Percent = field(kw_only=False)
    bake: Time = field(kw_only=False)

    def _steps(self, resource: str) -> tuple[plan.Step, ...]:
        return plan.canary(percent(resource, "weight", self.weight), seconds(resource, "bake", self.bake))


@dataclass(frozen=True, slots=True)
class Linear(Strategy):
    """``step`` percent more of the calls ``every`` so often, until all: 10 makes nine steps, 10 % to 90 %.

    ``analysis``, ``hooks``, ``gates``, ``wait``, ``pause_limit`` and ``patience`` as in every strategy.
    """

    step: Percent = field(kw_only=False)
    every: Time = field(kw_only=False)

    def _steps(self, resource: str) -> tuple[plan.Step, ...]:
        step = percent(resource, "step", self.step)
        if step * (_MOST_STEPS + 1) < 100:
            raise ValidationError(resource, "step", self.step, f"makes more than {_MOST_STEPS} steps")
        return plan.linear(step, seconds(resource, "every", self.every))


@dataclass(frozen=True, slots=True)
class Steps(Strategy):
    """A step for each of ``weights`` (percent, growing), ``every`` so long, then all.

    ``analysis``, ``hooks``, ``gates``, ``wait``, ``pause_limit`` and ``patience`` as in every strategy.
    """

    weights: Sequence[Percent] = field(kw_only=False)
    every: Time = field(kw_only=False)

    def _steps(self, resource: str) -> tuple[plan.Step, ...]:
        if isinstance(self.weights, str) or not 1 <= len(self.weights) <= _MOST_STEPS:
            raise ValidationError(resource, "weights", self.weights, f"1–{_MOST_STEPS} percentages, such as [5, 50]")
        found: list[Decimal] = [percent(resource, "weights", each) for each in self.weights]
        for before, after in itertools.pairwise(found):
            if after <= before:
                raise ValidationError(resource, "weights", str(after), f"weights grow; this one follows {before}")
        return plan.steps(found, seconds(resource, "every", self.every))


def as_strategy(resource: str, value: object) -> Strategy:
    """Answer ``value`` if it is a strategy. Raises ValidationError for anything else, such as a preset not called."""
    if not isinstance(value, Strategy):
        rule = "a strategy such as Canary(10, '10m') or Canary10Percent5Minutes()"
        raise ValidationError(resource, "rollout", value, rule)
    return value


def _kinds(resource: str, property: str, values: Sequence[object], kind: type, rule: str) -> None:
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise ValidationError(resource, property, values, f"a list of {rule}")
    for each in values:
        if not isinstance(each, kind):
            raise ValidationError(resource, property, each, f"a list of {rule}")


def _different(resource: str, property: str, names: Sequence[str]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValidationError(resource, property, twice[0], "this name is there more than once: give name=")
