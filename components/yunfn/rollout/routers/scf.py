"""Aliases of SCF, by API 3.0."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from yunfn.exceptions import CloudAnswerError
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.routers.latest import CONNECT, READ, LatestCall, looking
from yunfn.rollout.routing import Routing, exact
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_refusals import BUSY, FUNCTION_GONE, passes
from yunfn.storage.tencent_session import TencentSession

_GONE: Final = FUNCTION_GONE | {"ResourceNotFound.Alias"}
# States of a version that end by themselves in Active or in a failure (SCFD "GetFunction").
_COMING: Final = ("Creating", "Updating", "Publishing")


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an alias has beside its versions, which UpdateAlias takes away unless it is told it again."""

    description: str
    matches: tuple[Mapping[str, Any], ...]


class ScfRouter:
    """The alias at ``place``: a Router (see there). Safe to use from several threads.

    UpdateAlias replaces the routing as a whole, so what ``read`` saw last of headers and description is sent with it: a
    router that never read reads first. Rules by header whose version becomes the main one go, as SCF refuses them and
    they are of no use then. While SCF refuses because a change of the function is under way, it is tried again.
    """

    def __init__(self, session: TencentSession, place: AliasPlace) -> None:
        self._scf = TencentClient(session, "scf", timeout=(CONNECT, READ))
        self._place = place
        self._latest = LatestCall(_passes)
        self._kept: _Kept | None = None

    def read(self) -> Routing | None:
        """See Router."""
        try:
            found = self._look("GetAlias", Name=self._place.alias)
        except CloudAnswerError as error:
            if error.code in _GONE:
                return None
            raise
        routing = found.get("RoutingConfig") or {}
        self._kept = _Kept(str(found.get("Description") or ""), tuple(routing.get("AddtionVersionMatchs") or ()))
        main = str(found["FunctionVersion"])
        for each in routing.get("AdditionalVersionWeights") or ():
            if each["Weight"]:
                return Routing(main, str(each["Version"]), exact(each["Weight"]))
        return Routing(main)

    def route(self, routing: Routing) -> str:
        """See Router; raises CloudAnswerError for an alias that is gone."""
        if self._kept is None:
            self.read()
        kept = self._kept or _Kept("", ())
        weighted = routing.weight > Decimal(0)
        weights = [{"Version": routing.additional, "Weight": float(routing.weight)}] if weighted else []
        parameters = {
            "Name": self._place.alias,
            "FunctionVersion": routing.main,
            "Description": kept.description,
            "RoutingConfig": {
                "AdditionalVersionWeights": weights,
                "AddtionVersionMatchs": [each for each in kept.matches if each["Version"] != routing.main],
            },
        }
        answer = self._latest.send(lambda: self._scf.ask("UpdateAlias", self._named(parameters)))
        return str(answer.get("RequestId") or "")

    def ready(self, version: str) -> bool:
        """See Router."""
        found = self._look("GetFunction", Qualifier=version)
        status = str(found["Status"])
        if status == "Active" or status in _COMING:
            return status == "Active"
        reasons = [f"{each.get('ErrorCode')}: {each.get('ErrorMessage')}" for each in found.get("StatusReasons") or ()]
        raise CloudAnswerError(
            f"{self._place.namespace}/{self._place.function}: version {version} is {status}: "
            f"{'; '.join(reasons) or found.get('StatusDesc') or 'no reason was given'}",
            code=status,
        )

    def _look(self, action: str, **parameters: Any) -> dict[str, Any]:
        return looking(passes, lambda: self._scf.ask(action, self._named(parameters)))

    def _named(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"FunctionName": self._place.function, "Namespace": self._place.namespace, **parameters}


def _passes(error: BaseException) -> bool:
    """Whether the same request may succeed in a moment: as for all of API 3.0, and where something is under way."""
    return passes(error) or (isinstance(error, CloudAnswerError) and error.code in BUSY)
