"""Figures by queries of the user's to a Prometheus server, or what speaks its HTTP API.

``/api/v1/query`` as its documentation has it (prometheus.io/docs/prometheus/latest/querying/api, "Instant queries"):
an envelope of ``status``, ``data`` with ``resultType`` and ``result``, or ``errorType`` and ``error``; numbers are
texts, among them NaN and Inf. Queries go as a form, for they may be longer than an address.
"""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from yunfn.exceptions import CloudAnswerError, RolloutError
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.metric import Measure, Prometheus, Reading
from yunfn.rollout.metrics.measures import SHARES, address_fault, server_of

if TYPE_CHECKING:
    import ssl

    import httpx

# Seconds for one query in all, bytes of its answer, characters of it that an error shows.
_TIMEOUT: Final = 15.0
_LARGEST: Final = 1 << 20
_SHOWN: Final = 300
_MATRIX: Final = "a range of values for each series: wrap it in a function that makes one number of it"


class PrometheusBackend:
    """Asks as of the end of the window; ``environment`` has the token's variable, by default the process's own.

    For shares ``query`` counts the calls that failed (or were refused) and ``samples`` all of them; else ``query`` is
    the figure itself, milliseconds for percentiles, and ``samples`` how many calls it rests on. NaN and an answer
    without series are no data, for failures too: a series that is not there says nothing, ``or vector(0)`` does.
    """

    late = 0.0

    def __init__(self, place: AliasPlace, source: Prometheus, environment: Mapping[str, str] | None = None) -> None:
        """Raises RolloutError for an address that nobody can be asked at."""
        if fault := address_fault(source):
            raise RolloutError(f"Prometheus at {server_of(source)}: {fault}")
        self._place = place
        self._source = source
        self._environment = os.environ if environment is None else environment
        self._trusted: ssl.SSLContext | None = None
        self._url = f"{source.address.rstrip('/')}/api/v1/query"
        self._name = f"Prometheus at {server_of(source)}"

    def measure(self, measure: Measure, version: str, since: float, until: float) -> Reading | None:
        """The figures of ``version``; None where a query answers nothing or NaN, or no calls.

        Raises CloudAnswerError where the server refuses or does not answer, RolloutError for an answer that is not
        one number, and where the token is missing.
        """
        source = self._source
        count = 1
        if source.samples:
            counted = self._number(source.samples, version, since, until)
            count = _whole(self._name, "samples", counted) if counted is not None else 0
            if not count:
                return None
        elif measure in SHARES:
            raise RolloutError(f"{self._name}: {measure.value} need samples, a query of how many calls there were")
        value = self._number(source.query, version, since, until)
        if value is None:
            return None
        if measure in SHARES:
            # Prometheus counts by extrapolation, each series for itself.
            return Reading(count, failures=min(_whole(self._name, "query", value), count))
        return Reading(count, value=value)

    def _number(self, query: str, version: str, since: float, until: float) -> float | None:
        """What a query answers; None for nothing and NaN."""
        place = self._place
        told = {
            "version": version,
            "function": place.function,
            "alias": place.alias,
            "window": f"{max(math.ceil(until - since), 1)}s",
        }
        for name, value in told.items():
            # Not by format: PromQL has braces of its own.
            query = query.replace(f"{{{name}}}", value)
        document = self._ask({"query": query, "time": f"{until:.3f}", "timeout": f"{_TIMEOUT:g}s"})
        data = document.get("data")
        try:
            return self._one(data["resultType"], data["result"])  # type: ignore[index]
        except (KeyError, TypeError, ValueError, IndexError):
            raise RolloutError(f"{self._name}: no answer of its HTTP API: {self._shown(data)}") from None

    def _one(self, kind: str, result: Any) -> float | None:
        if kind == "vector":
            if not result:
                return None
            if len(result) > 1:
                raise RolloutError(f"{self._name}: the query answers {len(result)} series, not one number: sum them up")
            if "value" not in result[0] and "histogram" in result[0]:
                raise RolloutError(f"{self._name}: the query answers a histogram, not a number")
            value = result[0]["value"]
        elif kind == "scalar":
            value = result
        else:
            said = _MATRIX if kind == "matrix" else f"a {kind}"
            raise RolloutError(f"{self._name}: the query answers {said}")
        number = float(value[1])
        if math.isnan(number):
            return None
        if math.isinf(number):
            raise RolloutError(f"{self._name}: the query answers {value[1]}, which nothing can be judged by")
        return number

    def _ask(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The envelope of a successful answer."""
        import httpx

        # Not packed: what is small on the way could be large here.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", **self._authorization()}
        began = time.monotonic()
        try:
            with (
                httpx.Client(timeout=_TIMEOUT, follow_redirects=False, verify=self._trust()) as client,
                client.stream("POST", self._url, data=dict(form), headers=headers) as answer,
            ):
                content = self._content(answer, began)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Not from it: what it was raised by may hold the token.
            told = self._shown(str(error) or "nothing was said")
            raise CloudAnswerError(f"{self._name}: no answer: {type(error).__name__}: {told}") from None
        return self._envelope(answer.status_code, content)

    def _trust(self) -> ssl.SSLContext:
        """Whom the client trusts, read once: that takes longer than a query."""
        import httpx

        if self._trusted is None:
            self._trusted = httpx.create_ssl_context()
        return self._trusted

    def _content(self, answer: httpx.Response, began: float) -> bytes:
        content = b""
        for part in answer.iter_raw():
            content += part
            if len(content) > _LARGEST:
                raise CloudAnswerError(f"{self._name}: the answer is larger than {_LARGEST} bytes")
            if time.monotonic() - began > _TIMEOUT:
                raise CloudAnswerError(f"{self._name}: no answer: it was not over within {_TIMEOUT:g} s")
        return content

    def _envelope(self, status: int, content: bytes) -> dict[str, Any]:
        try:
            document = json.loads(content)
        except ValueError:
            document = None
        known = isinstance(document, dict) and document.get("status") in ("success", "error")
        if not known or document["status"] == "error" or not 200 <= status < 300:
            kind = self._shown(str(document.get("errorType") or "")) if known else ""
            reason = document.get("error") if known else content.decode("utf-8", "replace")
            raise CloudAnswerError(
                f"{self._name}: HTTP {status}: {kind or 'no answer of its API'}: {self._shown(reason)}"
                f"{self._hint(status)}",
                code=kind,
                status=status,
            )
        warnings = [str(one) for one in document.get("warnings") or () if not str(one).startswith("PromQL info")]
        if warnings:
            # What the server itself does not trust, or has in part only, judges nobody.
            raise RolloutError(f"{self._name}: it warns of its answer: {self._shown('; '.join(warnings))}")
        found: dict[str, Any] = document
        return found

    def _hint(self, status: int) -> str:
        if status in (401, 403):
            variable = self._source.token_variable
            return f" (the token is that of {variable})" if variable else " (no token_variable was given)"
        return " (redirects are not followed: give the address it leads to)" if 300 <= status < 400 else ""

    def _authorization(self) -> dict[str, str]:
        if not self._source.token_variable:
            return {}
        token = self._token()
        if not token:
            raise RolloutError(f"{self._name}: the environment variable {self._source.token_variable} is not set")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise RolloutError(
                f"{self._name}: what the environment variable {self._source.token_variable} holds cannot be a token"
            )
        return {"Authorization": f"Bearer {token}"}

    def _token(self) -> str:
        return self._environment.get(self._source.token_variable, "").strip() if self._source.token_variable else ""

    def _shown(self, value: Any) -> str:
        """The beginning of a text for an error, without the token that a server may send back."""
        text = value if isinstance(value, str) else json.dumps(value)
        return self._without_token(" ".join(text.split()))[:_SHOWN]

    def _without_token(self, text: str) -> str:
        token = self._token()
        return text.replace(token, "***") if token else text


def _whole(server: str, name: str, value: float) -> int:
    if value < 0:
        raise RolloutError(f"{server}: {name} answers {value:g}: nothing can be counted below 0")
    return round(value)
