"""An alias over versions of a function in a local cloud's Function Compute and SCF, as a rollout finds one."""

from __future__ import annotations

import base64
import itertools
import time
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from alibabacloud_fc20230330 import models

from support.clients import REGION, FunctionComputeClient
from support.cos_bucket import session_of
from support.fc_function import FcFunction
from support.scf_plugin import zipped
from support.store_backends import oss_session
from support.tencent_api import ask
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.environment import DEFAULT_TENCENT_REGION
from yunfn.rollout.event import AliasPlace
from yunfn.rollout.routers.fc import FcRouter
from yunfn.rollout.routers.scf import ScfRouter

_NUMBERS = itertools.count(1)
#: Says its version and its event; an event with ``fail`` fails, with ``failing`` that version does, with ``sleep`` it
#: takes so many seconds.
CODE = """\
import json
import time

def handler(event, context):
    told = event if isinstance(event, dict) else json.loads(event)
    time.sleep(told.get("sleep", 0))
    if "fail" in told:
        raise ValueError(told["fail"])
    if told.get("failing") == {said!r}:
        raise ValueError("a bad version")
    return json.dumps({{"said": {said!r}, "event": told}}, sort_keys=True)
"""
NAMESPACE = "default"


class ServedAlias(ABC):
    """The alias ``live`` of a new function with versions 1 to 3, on version 1; ``service`` is how faults name it."""

    service: ClassVar[str]
    #: What the calls that read and that write are called.
    operations: ClassVar[tuple[str, str]]
    place: AliasPlace

    @abstractmethod
    def router(self) -> FcRouter | ScfRouter:
        """A router with nothing remembered."""

    @abstractmethod
    def move(self, main: str, weights: dict[str, float] | None = None) -> None:
        """Move it by hand."""

    @abstractmethod
    def found(self) -> tuple[str, dict[str, float], str]:
        """Its main version, weights and description as the cloud has them."""

    @abstractmethod
    def delete(self) -> None:
        """Remove the alias."""


class FcAlias(ServedAlias):
    """On Function Compute."""

    service = "fc"
    operations = ("GetAlias", "UpdateAlias")

    def __init__(self, cloud: Connection) -> None:
        self.session = oss_session(cloud)
        self._client = FunctionComputeClient(cloud)
        self.function = FcFunction(cloud, f"routed-{next(_NUMBERS)}", code=CODE)
        for number in "123":
            assert self.function.publish(f"v{number}") == number
        self.function.make_alias("live", "1", "what customers call")
        self.place = AliasPlace("alibaba", cloud.home.account, REGION, "", self.function.name, "live")

    def router(self) -> FcRouter:
        return FcRouter(self.session, self.place)

    def move(self, main: str, weights: dict[str, float] | None = None) -> None:
        self.function.point("live", main, weights)

    def found(self) -> tuple[str, dict[str, float], str]:
        alias = self.function.alias("live")
        return alias.version_id, dict(alias.additional_version_weight or {}), alias.description

    def delete(self) -> None:
        self._client.call("delete_alias", self.function.name, "live")

    def delete_function(self) -> None:
        """Remove all of it."""
        self.delete()
        for version in "123":
            self._client.call("delete_function_version", self.function.name, version)
        self._client.call("delete_function", self.function.name)

    def update(self, **changes: Any) -> None:
        """Change LATEST."""
        body = models.UpdateFunctionInput(**changes)
        self._client.call("update_function", self.function.name, models.UpdateFunctionRequest(body=body))


class ScfAlias(ServedAlias):
    """On SCF."""

    service = "scf"
    operations = ("GetAlias", "UpdateAlias")

    def __init__(self, cloud: Connection, alias: str = "live") -> None:
        self._cloud = cloud
        self.session = session_of(cloud)
        self.name = f"routed{next(_NUMBERS)}"
        self.ask(
            "CreateFunction", Code=_code("nothing"), Handler="index.handler", Runtime="Python3.10", Timeout=60
        )  # fmt: skip
        for number in "123":
            self.wait_active()
            self.ask("UpdateFunctionCode", Code=_code(f"v{number}"), Handler="index.handler")
            self.wait_active()
            assert self.ask("PublishVersion")["FunctionVersion"] == number
            self.wait_active(number)
        self.wait_active()
        if alias != "$DEFAULT":
            self.ask("CreateAlias", Name=alias, FunctionVersion="1", Description="what customers call [yunfn:0a]")
        self._alias = alias
        account = cloud.home.tencent.app_id
        self.place = AliasPlace("tencent", account, DEFAULT_TENCENT_REGION, NAMESPACE, self.name, alias)

    def ask(self, action: str, **parameters: Any) -> dict[str, Any]:
        """A call about the function past everything."""
        return ask(self._cloud, "scf", action, FunctionName=self.name, Namespace=NAMESPACE, **parameters)

    def wait_active(self, qualifier: str = "$LATEST") -> None:
        """Wait until a version is Active."""
        until = time.monotonic() + 10
        while self.ask("GetFunction", Qualifier=qualifier)["Status"] != "Active":
            assert time.monotonic() < until
            time.sleep(0.02)

    def router(self) -> ScfRouter:
        return ScfRouter(self.session, self.place)

    def move(
        self, main: str, weights: dict[str, float] | None = None, matches: list[dict[str, str]] | None = None
    ) -> None:  # fmt: skip
        weighted = [{"Version": version, "Weight": weight} for version, weight in (weights or {}).items()]
        routing = {"AdditionalVersionWeights": weighted, "AddtionVersionMatchs": matches or []}
        self.ask("UpdateAlias", Name=self._alias, FunctionVersion=main, RoutingConfig=routing)

    def found(self) -> tuple[str, dict[str, float], str]:
        alias = self.ask("GetAlias", Name=self._alias)
        weights = (alias["RoutingConfig"] or {}).get("AdditionalVersionWeights") or []
        return alias["FunctionVersion"], {each["Version"]: each["Weight"] for each in weights}, alias["Description"]

    def matches(self) -> list[dict[str, str]]:
        """Its rules by header."""
        routing = self.ask("GetAlias", Name=self._alias)["RoutingConfig"] or {}
        return list(routing.get("AddtionVersionMatchs") or [])

    def delete(self) -> None:
        self.ask("DeleteAlias", Name=self._alias)

    def delete_function(self) -> None:
        """Remove all of it."""
        self.ask("DeleteFunction")
        until = time.monotonic() + 10
        while time.monotonic() < until:
            try:
                self.ask("GetFunction")
            except Exception:
                return
            time.sleep(0.02)


def _code(said: str) -> dict[str, str]:
    return {"ZipFile": base64.b64encode(zipped({"index.py": CODE.format(said=said)})).decode()}
