"""Figures of one version by the lines that SCF writes to the function's log topic (CLS).

Each call that ran leaves one platform line ``Report RequestId:…`` with ``SCF_FunctionName``, ``SCF_Namespace``,
``SCF_Qualifier`` (the version that served, whatever alias was called), ``SCF_StatusCode`` and ``SCF_Duration`` in
milliseconds ("Log structure", 583/60336); queries are of the form that "Log search guide" (583/39777) shows. A call
that was refused leaves no line, so throttles are not there.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final

from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import ClsLogs, Measure, Reading
from yunfn.rollout.metrics.measures import PERCENTILES
from yunfn.rollout.metrics.tencent_questions import Questions
from yunfn.storage.tencent_session import TencentSession

# Seconds until a line can be searched. Not documented: lines are "reported in real time", CLS says seconds.
_LATE: Final = 10.0
_FIELDS: Final = (
    "SCF_FunctionName, SCF_Namespace, SCF_Qualifier, SCF_Type, SCF_Message (text), SCF_StatusCode, SCF_Duration (long)"
)
# "Function status codes": 200 is success; those of the function begin with 4, those of the platform with 4 or 5.
_FAILED: Final = "sum(case when SCF_StatusCode >= 400 then 1 else 0 end)"
# Function names, namespaces and versions as SCF takes them: none can end a text of the statement.
_SAFE: Final = re.compile(r"[A-Za-z0-9_$-]+")
_CQL: Final = 1


class ClsBackend:
    """Asks CLS by SQL; the window is whole milliseconds. Needs ``cls:SearchLog`` on the topic."""

    late = _LATE

    def __init__(self, session: TencentSession, place: AliasPlace, source: ClsLogs) -> None:
        self._questions = Questions(session, "cls")
        self._place = place
        self._source = source

    def measure(self, measure: Measure, version: str, since: float, until: float) -> Reading | None:
        """Calls that ran, and of them the failures or the percentile of the duration (milliseconds); None of none.

        Raises RolloutError for a measure that the lines do not tell and for an index that lacks their fields,
        CloudAnswerError where CLS refuses or does not answer.
        """
        figure = _figure(measure)
        first, last = math.ceil(since * 1000), math.floor(until * 1000)
        if last <= first:
            return None
        row, request = self._row(self._query(figure, version), first, last)
        count = round(_number(row, "calls", request))
        if not count:
            return None
        value = _number(row, "figure", request)
        return Reading(count, failures=round(value)) if measure is Measure.ERRORS else Reading(count, value=value)

    def _query(self, figure: str, version: str) -> str:
        named = {
            "SCF_FunctionName": self._place.function,
            "SCF_Namespace": self._place.namespace or "default",
            "SCF_Qualifier": version,
        }
        for text in named.values():
            if not _SAFE.fullmatch(text):
                raise RolloutError(f"log topic: {text!r} is no name of a function, namespace or version")
        # The search finds words, of other lines' texts too, and the report of an instance's start: SQL compares whole.
        where = " and ".join(f"{name}='{value}'" for name, value in named.items())
        return (
            "SCF_Type:Platform AND SCF_Message:Report* "
            f"| select count(*) as calls, {figure} as figure where {where} and SCF_Message like 'Report%'"
        )

    def _row(self, query: str, first: int, last: int) -> tuple[Mapping[str, Any], str]:
        asked = {
            "TopicId": self._source.topic,
            "From": first,
            "To": last,
            "QueryString": query,
            "QuerySyntax": _CQL,
            "UseNewAnalysis": True,
        }
        try:
            answer = self._questions.ask("SearchLog", asked)
        except CloudAnswerError as error:
            if error.code == "FailedOperation.SyntaxError" or error.code.endswith("IndexNotExist"):
                raise RolloutError(
                    f"{error}. The topic's index must have these fields, with statistics: {_FIELDS}. LogProject makes"
                    " them"
                ) from error
            raise
        request = str(answer.get("RequestId", "-"))
        records = answer.get("AnalysisRecords") or []
        try:
            (row,) = map(json.loads, records)
        except (TypeError, ValueError):
            raise RolloutError(
                f"CLS SearchLog {self._source.topic}: {len(records)} rows for a count, not one of JSON "
                f"(request {request})"
            ) from None
        return row, request


def _figure(measure: Measure) -> str:
    """The SQL of a measure; raises RolloutError for one that has none."""
    if measure is Measure.ERRORS:
        return _FAILED
    if measure in PERCENTILES:
        return f"approx_percentile(SCF_Duration, {PERCENTILES[measure]})"
    raise RolloutError(f"the log topic tells no {measure.value}: a call that was refused leaves no line")


def _number(row: Mapping[str, Any], name: str, request: str) -> float:
    """A number of the answer, which may be written as a text."""
    try:
        found = float(row[name])
    except (KeyError, TypeError, ValueError):
        found = math.nan
    if not math.isfinite(found):
        said = row.get(name) if isinstance(row, dict) else row
        raise RolloutError(f"CLS SearchLog: {name} is {said!r}, not a number (request {request})")
    return found
