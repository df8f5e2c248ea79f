"""Aliases of Function Compute 3.0, by its official SDK."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from alibabacloud_fc20230330 import models

from yunfn.exceptions import CloudAnswerError
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.routers.latest import CONNECT, READ, LatestCall, looking
from yunfn.rollout.routing import Routing, exact
from yunfn.storage import fc_client
from yunfn.storage.alibaba_session import AlibabaSession

_LATEST: Final = "LATEST"
# What says that there is no such alias any more (error codes of GetAlias).
_GONE: Final = ("AliasNotFound", "FunctionNotFound")


class FcRouter:
    """The alias at ``place``: a Router (see there). Safe to use from several threads.

    UpdateAlias changes what is sent and keeps the rest (Function Compute API 2023-03-30): the description stays.
    """

    def __init__(self, session: AlibabaSession, place: AliasPlace) -> None:
        self._client = fc_client.open_client(session)
        # Its own retries know nothing of later calls.
        self._options = fc_client.runtime_options(
            autoretry=False, connect_timeout=CONNECT * 1000, read_timeout=READ * 1000
        )
        self._place = place
        self._latest = LatestCall(fc_client.passes)

    def read(self) -> Routing | None:
        """See Router."""
        try:
            found = self._look("GetAlias", self._client.get_alias_with_options, self._place.alias, {}, self._options)
        except CloudAnswerError as error:
            if error.code in _GONE:
                return None
            raise
        weights: Mapping[str, float] = found.additional_version_weight or {}
        for version, weight in weights.items():
            if weight:
                return Routing(str(found.version_id), str(version), exact(weight))
        return Routing(str(found.version_id))

    def route(self, routing: Routing) -> str:
        """See Router."""
        weights = {routing.additional: float(routing.weight)} if routing.weight > Decimal(0) else {}
        body = models.UpdateAliasInput(version_id=routing.main, additional_version_weight=weights)
        request = models.UpdateAliasRequest(body=body)
        function, alias = self._place.function, self._place.alias
        answered: list[Any] = []

        def update() -> Any:
            answered.append(self._client.update_alias_with_options(function, alias, request, {}, self._options))
            return answered[-1]

        self._latest.send(lambda: fc_client.ask("UpdateAlias", update))
        told = {name.lower(): value for name, value in (answered[-1].headers or {}).items()}
        return str(told.get("x-fc-request-id", ""))

    def ready(self, version: str) -> bool:
        """See Router. Only functions from images are ever anything but ready; raises for one that is not there."""
        if version == _LATEST:
            return True
        request = models.GetFunctionRequest(qualifier=version)
        found = self._look("GetFunction", self._client.get_function_with_options, request, {}, self._options)
        if "Failed" in (found.state, found.last_update_status):
            reason = found.state_reason or found.last_update_status_reason or "no reason was given"
            raise CloudAnswerError(f"{self._place.function}: version {version} has failed: {reason}", code="Failed")
        return not (found.state == "Pending" or found.last_update_status == "InProgress")

    def _look(self, operation: str, method: Any, *arguments: Any) -> Any:
        def ask() -> Any:
            return fc_client.ask(operation, lambda: method(self._place.function, *arguments))

        return looking(fc_client.passes, ask)
