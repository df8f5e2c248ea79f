"""Environment variables that a declaration names: hooks' headers and Prometheus' tokens, of the machine that drives."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from yunfn.exceptions import RolloutError
from yunfn.rollout.hook import HttpCall, Moment
from yunfn.rollout.metric import Prometheus
from yunfn.rollout.specification import Specification


def refuse_unset(specification: Specification, environment: Mapping[str, str] = os.environ) -> None:
    """Refuse a rollout before anything is shifted, where this machine lacks a variable that it will need.

    Otherwise the first hook would find out, and the candidate be rejected for it. With ``wait`` another machine drives
    the most of it: only what is called before the first weight is this one's for sure.

    Raises:
        RolloutError: names each variable that is not set or empty, and what it is for.
    """
    unset = [f"{variable} ({use})" for variable, use in _named(specification) if not environment.get(variable)]
    if unset:
        raise RolloutError(
            f"not set in the environment of the process that drives the rollout: {', '.join(unset)}; nothing was "
            "changed. Set it and run again"
        )


def _named(specification: Specification) -> Iterator[tuple[str, str]]:
    """Each variable with what it is for."""
    drives = specification.wait is None
    for hook in specification.hooks:
        if isinstance(hook, HttpCall) and (drives or hook.moment is Moment.BEFORE):
            for header, variable in hook.headers_from.items():
                yield variable, f"the header {header} of the hook {hook.name}"
    for metric in specification.metrics if drives else ():
        if isinstance(metric.source, Prometheus) and metric.source.token_variable:
            yield metric.source.token_variable, f"the token of {metric.name}"
