"""A function on Function Compute made by hand in a local cloud, whose versions and aliases a test handles."""

from __future__ import annotations

import base64
import io
import itertools
import zipfile
from typing import Any

from alibabacloud_fc20230330 import models

from support.clients import REGION, FunctionComputeClient
from yunfn.localcloud.connection import Connection

_NUMBERS = itertools.count(1)
_CODE = "def handler(event, context):\n    return {said!r}\n"


class FcFunction:
    """A function that says what it is told, published as often as wanted; ``place`` is how the plugin names it."""

    def __init__(self, cloud: Connection, name: str = "", *, code: str = _CODE) -> None:
        self.name = name or f"made-by-hand-{next(_NUMBERS)}"
        self.place = {"account": cloud.home.account, "region": REGION, "functionName": self.name}
        self._fc = FunctionComputeClient(cloud)
        self._code = code
        body = models.CreateFunctionInput(
            function_name=self.name, runtime="python3.10", handler="index.handler", code=self._location("nothing")
        )
        self._fc.call("create_function", models.CreateFunctionRequest(body=body))

    def publish(self, said: str, description: str = "") -> str:
        """Publish a version that says so; its number."""
        body = models.UpdateFunctionInput(code=self._location(said))
        self._fc.call("update_function", self.name, models.UpdateFunctionRequest(body=body))
        published = models.PublishFunctionVersionRequest(body=models.PublishVersionInput(description=description))
        return str(self._fc.call("publish_function_version", self.name, published).version_id)

    def alias(self, name: str) -> Any:
        """The alias as the cloud has it."""
        return self._fc.call("get_alias", self.name, name)

    def point(self, name: str, version: str, weights: dict[str, float] | None = None, **more: Any) -> None:
        """Move the alias, past the plugin."""
        body = models.UpdateAliasInput(version_id=version, additional_version_weight=weights or {}, **more)
        self._fc.call("update_alias", self.name, name, models.UpdateAliasRequest(body=body))

    def make_alias(self, name: str, version: str, description: str = "") -> None:
        """Make an alias, past the plugin."""
        body = models.CreateAliasInput(alias_name=name, version_id=version, description=description)
        self._fc.call("create_alias", self.name, models.CreateAliasRequest(body=body))

    def versions(self) -> list[str]:
        """The numbers of its versions, newest first."""
        answer = self._fc.call("list_function_versions", self.name, models.ListFunctionVersionsRequest(limit=100))
        return [str(each.version_id) for each in answer.versions]

    def _location(self, said: str) -> models.InputCodeLocation:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as packed:
            packed.writestr("index.py", self._code.format(said=said))
        return models.InputCodeLocation(zip_file=base64.b64encode(content.getvalue()).decode())
