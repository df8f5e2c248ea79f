"""What a rollout on SCF measures by: Tencent Cloud Monitor, and the lines that SCF writes of each call to CLS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from yunfn.exceptions import ValidationError
from yunfn.program.rollout.sources import Source, as_text
from yunfn.program.rollout.strategies import Strategy, as_strategy
from yunfn.rollout import metric as declared
from yunfn.tencent.artifact import artifact_store
from yunfn.tencent.function import Function
from yunfn.tencent.log_project import LogProject, LogTopic


@dataclass(frozen=True, slots=True)
class Monitor(Source):
    """Tencent Cloud Monitor's figures of each version: calls, errors, throttles. Whole minutes."""

    def declared(self, resource: str, logs: Sequence[pulumi.Input[str]]) -> declared.Source:
        """See Source."""
        return declared.TencentMonitor()


@dataclass(frozen=True, slots=True)
class RequestLogs(Source):
    """The line that SCF writes of each call: errors and percentiles of the duration.

    ``log_project`` is where the lines are, a LogProject or a LogTopic; by default the function's own.
    """

    log_project: LogProject | LogTopic | None = None

    def declared(self, resource: str, logs: Sequence[pulumi.Input[str]]) -> declared.Source:
        """See Source."""
        if self.log_project is not None:
            return declared.ClsLogs(topic=as_text(self.log_project.topic_id))
        if not logs:
            rule = "lines of calls need logs: give the service a log_project, or take another source"
            raise ValidationError(resource, "source", "RequestLogs()", rule)
        return declared.ClsLogs(topic=as_text(logs[0]))


def rollout_input(
    name: str, rollout: Strategy, function: Function, bucket: pulumi.Input[str] | None
) -> Mapping[str, Any]:
    """Answer the input ``rollout`` of ``yunfn:scf:Alias`` for the alias ``name`` of ``function``.

    The record is in ``bucket``, by default the artifact bucket of account and region; lines go to the function's log
    topic, where there is one.

    Raises:
        ValidationError: the strategy cannot be carried out.
    """
    service = function.service
    return as_strategy(name, rollout).specification(
        name,
        bucket=artifact_store(service.account, bucket).bucket,
        defaults=_DEFAULTS,
        logs=[service.log_project.topic_id] if service.log_project is not None else [],
        namespaces=True,
    )


# Monitor counts by version as documented, web functions' errors too, of which the lines of calls may not tell: other
# than on Alibaba Cloud, where the rows are what is documented.
_DEFAULTS: Mapping[declared.Measure, Source] = {
    declared.Measure.ERRORS: Monitor(),
    declared.Measure.THROTTLES: Monitor(),
    declared.Measure.P50: RequestLogs(),
    declared.Measure.P95: RequestLogs(),
    declared.Measure.P99: RequestLogs(),
}
