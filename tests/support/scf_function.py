"""A function of SCF made past the plugin, for what belongs to one: versions, aliases, triggers, domains."""

from __future__ import annotations

import base64
import itertools
import time
from typing import Any

from support.scf_plugin import REGION, ScfPlugin, zipped

_NUMBERS = itertools.count()
CODE = {"index.py": "def main_handler(event, context):\n    return 'hello'\n"}


class LiveFunction:
    """A function that is Active, and what the inputs of a resource that belongs to it have in common."""

    def __init__(self, scf: ScfPlugin) -> None:
        self.scf = scf
        self.name = f"live{next(_NUMBERS)}"
        package = base64.b64encode(zipped(CODE)).decode()
        scf.ask(
            "CreateFunction",
            FunctionName=self.name,
            Code={"ZipFile": package},
            Handler="index.main_handler",
            Runtime="Python3.6",
        )
        self.wait_active()

    @property
    def place(self) -> dict[str, Any]:
        """The inputs that say where."""
        return {"account": self.scf.account, "region": REGION, "functionName": self.name}

    def ask(self, action: str, **parameters: Any) -> dict[str, Any]:
        """A call about this function past the plugin."""
        return self.scf.ask(action, FunctionName=self.name, **parameters)

    def wait_active(self, qualifier: str = "$LATEST") -> None:
        """Wait until a version of it is Active, a minute at most."""
        until = time.monotonic() + 60
        while self.ask("GetFunction", Qualifier=qualifier)["Status"] != "Active":
            assert time.monotonic() < until
            time.sleep(0.02)

    def publish(self, description: str = "") -> str:
        """A new version; its number."""
        version = str(self.ask("PublishVersion", Description=description)["FunctionVersion"])
        self.wait_active(version)
        self.wait_active()
        return version

    def versions(self) -> list[str]:
        """The numbers of its versions."""
        return [each for each in self.ask("ListVersionByFunction")["FunctionVersion"] if each != "$LATEST"]
