"""What a rollout on Function Compute measures by: Cloud Monitor, and the rows of request metrics in SLS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.alibaba.artifact import artifact_store
from yunfn.alibaba.function import Function
from yunfn.alibaba.log_project import LogProject, Logstore
from yunfn.exceptions import ValidationError
from yunfn.program.rollout.sources import Source, as_text
from yunfn.program.rollout.strategies import Strategy, as_strategy
from yunfn.rollout import metric as declared


@dataclass(frozen=True, slots=True)
class CloudMonitor(Source):
    """Cloud Monitor's figures of each version: calls, errors, throttles. Whole minutes, some two minutes late.

    That it counts a call by an alias for the version that served is believed; where it does not, a rollout has no data
    and pauses.
    """

    def declared(self, resource: str, logs: Sequence[pulumi.Input[str]]) -> declared.Source:
        """See Source."""
        return declared.CloudMonitor()


@dataclass(frozen=True, slots=True)
class RequestMetrics(Source):
    """The row that Function Compute writes of each call: errors and percentiles of the duration.

    ``log_project`` is where the rows are, a LogProject or a Logstore; by default the function's own.
    """

    log_project: LogProject | Logstore | None = None

    def declared(self, resource: str, logs: Sequence[pulumi.Input[str]]) -> declared.Source:
        """See Source."""
        if self.log_project is not None:
            project, logstore = self.log_project.project_name, self.log_project.logstore_name
        elif logs:
            project, logstore = logs
        else:
            rule = "request metrics need logs: give the service a log_project, or take another source"
            raise ValidationError(resource, "source", "RequestMetrics()", rule)
        return declared.RequestMetrics(project=as_text(project), logstore=as_text(logstore))


def rollout_input(
    name: str, rollout: Strategy, function: Function, bucket: pulumi.Input[str] | None
) -> Mapping[str, Any]:
    """Answer the input ``rollout`` of ``yunfn:fc:Alias`` for the alias ``name`` of ``function``.

    The record is in ``bucket``, by default the artifact bucket of account and region; lines go to the function's
    logstore, where there is one.

    Raises:
        ValidationError: the strategy cannot be carried out.
    """
    log_project = function.service.log_project
    return as_strategy(name, rollout).specification(
        name,
        bucket=artifact_store(function.account, bucket).bucket,
        defaults=_BY_ROWS if log_project is not None else _BY_MONITOR,
        logs=[log_project.project_name, log_project.logstore_name] if log_project is not None else [],
    )


_BY_MONITOR: Mapping[declared.Measure, Source] = {
    declared.Measure.ERRORS: CloudMonitor(),
    declared.Measure.THROTTLES: CloudMonitor(),
    declared.Measure.P50: RequestMetrics(),
    declared.Measure.P95: RequestMetrics(),
    declared.Measure.P99: RequestMetrics(),
}
# Rows name the version that served, and are there within seconds.
_BY_ROWS = {**_BY_MONITOR, declared.Measure.ERRORS: RequestMetrics()}
