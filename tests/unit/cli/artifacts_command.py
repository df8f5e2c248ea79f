"""``yunfn artifacts …`` in the tests' own process: the clouds' SDKs take long to import."""

from __future__ import annotations

import json

import click.testing
from typer.testing import CliRunner

from yunfn.cli.application import application


class ArtifactsCommand:
    """The command with the same options at each run."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self._runner = CliRunner()

    def __call__(self, *arguments: str, stdin: str = "") -> click.testing.Result:
        """``yunfn artifacts ARGUMENTS OPTIONS``, however it ends."""
        return self._runner.invoke(application, ["artifacts", *arguments, *self._options], input=stdin)

    def done(self, *arguments: str) -> str:
        """What it printed; it must succeed."""
        result = self(*arguments)
        assert result.exit_code == 0, result.output
        return result.stdout

    def removed(self, *arguments: str) -> list[str]:
        """The names that ``purge`` removed."""
        return [item["name"] for item in json.loads(self.done("purge", "--json", *arguments))["removed"]]
