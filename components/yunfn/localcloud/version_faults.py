"""A version of a function that fails or is slow on purpose: what a rollout has to find out.

The call really runs; then its end is another one, by chance. What is drawn depends on the seed and on which call of
that version it is.
"""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from yunfn.localcloud.runner import HttpResponse, InvocationResult
from yunfn.localcloud.runner.failures import UNHANDLED, failure_status
from yunfn.localcloud.runner.scf_failures import USER_CODE

_MESSAGE = "a fault of the local cloud, asked for by yunfn local version-faults"
_LONGEST_MS = 600_000.0


@dataclass(frozen=True, slots=True)
class VersionFault:
    """What calls of one ``version`` of ``function`` (``namespace/function`` on Tencent Cloud) meet.

    ``errors`` is the share of calls (0–1) that fail, ``latency_ms`` what each takes longer.
    """

    cloud: str
    function: str
    version: str
    errors: float = 0.0
    latency_ms: float = 0.0
    seed: int = 0

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> VersionFault:
        """The rule in a JSON document; raises ValueError with what is wrong with it."""
        names = [each.name for each in dataclasses.fields(cls)]
        if unknown := set(document) - set(names):
            raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
        try:
            rule = cls(
                str(document["cloud"]),
                str(document["function"]),
                str(document["version"]),
                float(document.get("errors", 0)),
                float(document.get("latency_ms", 0)),
                int(document.get("seed", 0)),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"a rule has a cloud, a function and a version ({error})") from None
        if rule.cloud not in ("alibaba", "tencent"):
            raise ValueError("cloud is alibaba or tencent")
        if not 0 <= rule.errors <= 1 or not 0 <= rule.latency_ms <= _LONGEST_MS:
            raise ValueError(f"errors is 0 to 1, latency_ms 0 to {_LONGEST_MS:g}")
        return rule


class VersionFaults:
    """The rules in force; without one a version ends as it ends."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str, str], VersionFault] = {}
        self._calls: dict[tuple[str, str, str], int] = {}

    def follow(self, rule: VersionFault) -> None:
        """Put ``rule`` in force in the place of that version's last one, counting its calls anew."""
        at = (rule.cloud, rule.function, rule.version)
        self._rules[at] = rule
        self._calls[at] = 0

    def clear(self) -> None:
        """End them all."""
        self._rules.clear()
        self._calls.clear()

    def document(self) -> list[dict[str, Any]]:
        """The rules, with how many calls each has met."""
        return [{**asdict(rule), "calls": self._calls[at]} for at, rule in sorted(self._rules.items())]

    def latency(self, cloud: str, function: str, version: str) -> float:
        """Seconds that a call of the version takes longer."""
        rule = self._rules.get((cloud, function, version))
        return rule.latency_ms / 1000 if rule else 0.0

    def fails(self, cloud: str, function: str, version: str) -> bool:
        """Whether the version's next call fails; counts it."""
        at = (cloud, function, version)
        rule = self._rules.get(at)
        if rule is None:
            return False
        number = self._calls[at]
        self._calls[at] += 1
        chance = random.Random(f"{rule.seed}/{'/'.join(at)}/{number}")  # noqa: S311 - repeatable on purpose
        return chance.random() < rule.errors


def failed(cloud: str, result: InvocationResult) -> InvocationResult:
    """``result`` as an unhandled error of the function, in the words of ``cloud``."""
    if cloud == "tencent":
        told: dict[str, Any] = {"errorCode": 1, "errorMessage": _MESSAGE, "statusCode": int(USER_CODE)}
        return dataclasses.replace(result, error_type=USER_CODE, payload=json.dumps(told).encode())
    told = {"errorMessage": _MESSAGE, "errorType": "LocalCloudFault"}
    return dataclasses.replace(result, error_type=UNHANDLED, payload=json.dumps(told).encode())


def failed_response(result: InvocationResult) -> HttpResponse:
    """The answer by HTTP of a program whose call ended as ``result``."""
    status = failure_status(str(result.error_type))
    return HttpResponse(status, [("Content-Type", "application/json")], result.payload)
