"""Calls of SCF's functions: InvokeFunction (API reference 583/41408), which waits for the answer."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from typing import Any, Final

from yunfn.exceptions import CloudAnswerError
from yunfn.rollout.calling import CallAnswer, Ending
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_session import TencentSession

# "Function status codes" (583/35311): ResourceLimit, and ResourceLimitReached of a function's or account's quota.
_REFUSED: Final = frozenset({429, 432})


class ScfCaller:
    """Events are JSON texts; SCF refuses others, and any call of a web function. Needs ``scf:InvokeFunction`` on it."""

    def __init__(self, session: TencentSession) -> None:
        self._session = session
        self._clients: dict[int, TencentClient] = {}

    def call(
        self, function: str, qualifier: str, event: str, *, namespace: str = "", timeout: float = 60.0
    ) -> CallAnswer:
        """Call a version, as FunctionCaller says."""
        asked = {
            "FunctionName": function,
            "Namespace": namespace or "default",
            "Qualifier": qualifier,
            "Event": event,
            "LogType": "None",
        }
        began = time.monotonic()
        try:
            answer = self._client(timeout).ask("InvokeFunction", asked)
        except CloudAnswerError as error:
            seconds = time.monotonic() - began
            if error.code or seconds < timeout:
                raise
            return CallAnswer(Ending.FAILED, f"no answer within {timeout:g} s", seconds * 1000)
        result: Mapping[str, Any] = answer.get("Result") or {}
        ended = _ending(result)
        text = str(result.get("RetMsg" if ended is Ending.ANSWERED else "ErrMsg") or "")
        measured = result.get("Duration")
        wall = (time.monotonic() - began) * 1000
        ran = float(measured) if isinstance(measured, int | float) and ended is not Ending.REFUSED else wall
        return CallAnswer(ended, text, ran, str(result.get("FunctionRequestId") or answer.get("RequestId") or ""))

    def _client(self, timeout: float) -> TencentClient:
        seconds = max(math.ceil(timeout), 1)
        return self._clients.setdefault(seconds, TencentClient(self._session, "scf", timeout=seconds))


def _ending(result: Mapping[str, Any]) -> Ending:
    """InvokeResult is 0 for success; ErrMsg is then the JSON text of an error with its status."""
    if result.get("InvokeResult") == 0:
        return Ending.ANSWERED
    try:
        told = json.loads(str(result.get("ErrMsg") or "{}"))
    except ValueError:
        return Ending.FAILED
    status = told.get("statusCode") if isinstance(told, dict) else None
    return Ending.REFUSED if status in _REFUSED else Ending.FAILED
