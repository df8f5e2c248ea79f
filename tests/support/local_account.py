"""A local cloud as one account that commands and stacks are run in."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.pulumi_cli import PLUGIN, PulumiCli, copy_project, engine_variables
from yunfn.localcloud import environment
from yunfn.localcloud.connection import Connection

_PROJECT = f"name: yunfn-test\nruntime: python\nplugins:\n  providers:\n    - name: yunfn\n      path: {PLUGIN}\n"
# The language host starts it for programs, and once more on every command, to list the packages that have plugins: pip
# takes as long for that list, which is always the same here, as the program does.
_LANGUAGE_PYTHON = """\
#!/bin/sh
if [ "$*" = "-m pip list -v --format json" ]; then
    [ -s "$0.packages" ] || { python3 "$@" >"$0.$$" && mv "$0.$$" "$0.packages"; } || exit
    exec cat "$0.packages"
fi
exec python3 "$@"
"""
#: What an operation's name begins with if it changes nothing.
_READS = ("Get", "List", "Describe", "Query", "Head")


@dataclass(frozen=True)
class LocalAccount:
    """A running local cloud with the environment of a command in it."""

    cloud: Connection
    variables: dict[str, str]

    @property
    def id(self) -> str:
        """The account's id."""
        return self.cloud.home.account

    def bootstrap(self, folder: Path, name: str = "bootstrap") -> str:
        """Make the artifact bucket as users make it, by the bootstrap program's stack ``name``; answer its name."""
        stack = PulumiCli(copy_project(folder / name), name, self.variables)
        stack.init()
        stack.up()
        return str(stack.outputs()["bucket"])

    def stack(self, folder: Path, program: Path, name: str) -> PulumiCli:
        """Make a stack called ``name`` of one program, in a project of its own in ``folder``, which is made."""
        folder.mkdir(parents=True)
        (folder / "Pulumi.yaml").write_text(_PROJECT)
        shutil.copy(program, folder / "__main__.py")
        made = PulumiCli(folder, name, self.variables)
        self._init(made)
        return made

    def _init(self, stack: PulumiCli) -> None:
        """Make a new stack: the first of the account by the CLI, the others as copies, which takes half a second less.

        What is in an empty stack is its name, the day, and the passphrase's salt, which stands in its settings too.
        """
        settings, checkpoint = (self.cloud.home.folder / name for name in ("new-stack.yaml", "new-stack.json"))
        states = self.cloud.home.pulumi / ".pulumi" / "stacks" / "yunfn-test"
        its_settings = stack.folder / f"Pulumi.{stack.stack}.yaml"
        if settings.exists():
            assert not (states / f"{stack.stack}.json").exists()
            shutil.copy(settings, its_settings)
            document = json.loads(checkpoint.read_text())
            document["checkpoint"]["stack"] = f"organization/yunfn-test/{stack.stack}"
            (states / f"{stack.stack}.json").write_text(json.dumps(document))
        else:
            stack.init()
            shutil.copy(states / f"{stack.stack}.json", checkpoint)
            # Last, as it is what says that there is one.
            shutil.copy(its_settings, settings)

    def journal(self) -> list[dict[str, Any]]:
        """Every request so far, oldest first."""
        return [json.loads(line) for line in self.cloud.ask("GET", "/journal").text.splitlines()]

    def move_clock(self, seconds: float) -> None:
        """Move the cloud's clock forward; for clouds that no other test uses."""
        self.cloud.ask("POST", "/clock", json={"seconds": seconds})


def account_of(cloud: Connection) -> LocalAccount:
    """The account of a running local cloud, with the engine on its commands' PATH."""
    variables = environment.child_environment(os.environ, cloud.home, cloud.proxy_port)
    variables.update(engine_variables())
    # Programs of tests import nothing from the folder that pytest was started in.
    variables.pop("PYTEST_CURRENT_TEST", None)
    python = cloud.home.folder / "language-python"
    python.write_text(_LANGUAGE_PYTHON)
    python.chmod(0o700)
    variables["PULUMI_PYTHON_CMD"] = str(python)
    return LocalAccount(cloud, variables)


def writes(journal: Iterable[dict[str, Any]]) -> list[str]:
    """The operations in a journal that change something in the cloud, as ``service:operation``."""
    return [f"{line['service']}:{line['operation']}" for line in journal if not line["operation"].startswith(_READS)]
