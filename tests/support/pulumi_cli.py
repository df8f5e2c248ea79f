"""Drives the real Pulumi CLI, as a user would, in an environment that is handed in whole."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_PR_SET_PDEATHSIG = 1
ROOT = Path(__file__).parents[2]
#: The folder of the provider plugin's executable.
PLUGIN = ROOT / "components" / "yunfn" / "provider" / "bin"
_SUMMARY = re.compile(
    r"^\s+([+~-]+|±|\+-|<|>)?\s*(\d+) (created|updated|deleted|replaced|unchanged|read|imported|to \w+)"
)


#: Marks a secret value in a state.
_SECRET = "4dabf18193072939515e22adb298388d"


class _Quoted(str):
    """A string that is one in every YAML, whatever it looks like."""


class _SettingsDumper(yaml.SafeDumper):
    """Writes a stack's settings."""


_SettingsDumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')
)


class PulumiFailedError(AssertionError):
    """The CLI ended with another exit code than 0; ``output`` holds what it said."""

    def __init__(self, command: list[str], code: int, output: str) -> None:
        super().__init__(f"{' '.join(command)} ended with {code}:\n{output}")
        self.code = code
        self.output = output


@dataclass(frozen=True)
class Outcome:
    """What one run of the CLI said: its exit code, its output, and the counted changes of its summary."""

    code: int
    output: str
    changes: dict[str, int] = field(default_factory=dict)


def _die_with_parent() -> None:
    """Run in the child: it is killed when this process dies, so that a killed demo or test leaves none running."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def engine_variables() -> dict[str, str]:
    """PATH (this interpreter's folder first, then the engine's) and PULUMI_HOME of the built or installed engine."""
    sys.path.insert(0, str(ROOT / "engine"))
    try:
        from enginebuild import engine_environment

        variables = dict(engine_environment())
    finally:
        sys.path.remove(str(ROOT / "engine"))
    variables["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), variables["PATH"]])
    return variables


class PulumiCli:
    """The CLI in one project folder, on one stack."""

    def __init__(self, folder: Path, stack: str, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.stack = stack
        self.environment = dict(environment)
        #: What every run of the CLI said so far.
        self.said: list[str] = []

    def init(self) -> None:
        """Make the stack, if it is not there."""
        self.run("stack", "select", "--create", self.stack, with_stack=False)

    def up(self, *arguments: str, check: bool = True) -> Outcome:
        """``pulumi up``, without questions and without a preview first."""
        return self.run("up", "--yes", "--skip-preview", "--non-interactive", *arguments, check=check)

    def preview(self, *arguments: str, check: bool = True) -> Outcome:
        """``pulumi preview``."""
        return self.run("preview", "--non-interactive", *arguments, check=check)

    def refresh(self, *arguments: str, check: bool = True) -> Outcome:
        """``pulumi refresh``, which reads every resource from the cloud."""
        return self.run("refresh", "--yes", "--skip-preview", "--non-interactive", *arguments, check=check)

    def destroy(self, *arguments: str, check: bool = True) -> Outcome:
        """``pulumi destroy``."""
        return self.run("destroy", "--yes", "--skip-preview", "--non-interactive", *arguments, check=check)

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, secrets shown."""
        root = next((each for each in self.resources() if each["type"] == "pulumi:pulumi:Stack"), {})
        outputs: dict[str, Any] = root.get("outputs", {})
        # The engine is asked only where something has to be decrypted: its key takes as long as all of a small command.
        if _SECRET in json.dumps(outputs):
            outputs = json.loads(self.run("stack", "output", "--json", "--show-secrets").output)
        return outputs

    def resources(self) -> list[dict[str, Any]]:
        """Every resource in the stack's state, read where it lies if that is a folder."""
        if (checkpoint := self._checkpoint()) is not None:
            deployment = json.loads(checkpoint.read_text())["checkpoint"].get("latest") or {}
        else:
            deployment = json.loads(self.run("stack", "export").output)["deployment"]
        found: list[dict[str, Any]] = deployment.get("resources", [])
        return found

    def _checkpoint(self) -> Path | None:
        """The file that the stack's state is in; None where it is kept elsewhere."""
        scheme, _, folder = self.environment.get("PULUMI_BACKEND_URL", "").partition("://")
        file = Path(folder) / ".pulumi" / "stacks" / self._project()["name"] / f"{self.stack}.json"
        return file if scheme == "file" and file.is_file() else None

    def _project(self) -> dict[str, Any]:
        document: dict[str, Any] = yaml.safe_load((self.folder / "Pulumi.yaml").read_text())
        return document

    def configure(self, **values: str) -> None:
        """Set configuration values in the stack's settings file; ``__`` in a name stands for its namespace's colon."""
        self._reconfigure({name: _Quoted(value) for name, value in values.items()})

    def unconfigure(self, *names: str) -> None:
        """Take values out of the stack's settings file; names as in ``configure``."""
        self._reconfigure(dict.fromkeys(names))

    def _reconfigure(self, values: Mapping[str, str | None]) -> None:
        file = self.folder / self._project().get("stackConfigDir", "") / f"Pulumi.{self.stack}.yaml"
        settings = (yaml.safe_load(file.read_text()) if file.exists() else None) or {}
        config = settings.get("config", {}) | {name.replace("__", ":"): value for name, value in values.items()}
        settings["config"] = {name: value for name, value in config.items() if value is not None}
        file.write_text(yaml.dump(settings, Dumper=_SettingsDumper, sort_keys=False))

    def configure_secret(self, **values: str) -> None:
        """Set configuration values that are encrypted; names as in ``configure``."""
        pairs = [f"{name.replace('__', ':')}={value}" for name, value in values.items()]
        self.run("config", "set-all", *(part for pair in pairs for part in ("--secret", pair)))

    def run(
        self, *arguments: str, check: bool = True, with_stack: bool = True, timeout: float = 600
    ) -> Outcome:  # fmt: skip
        """Any command of the CLI; raises PulumiFailedError on another exit code than 0 where ``check`` is set."""
        command = ["pulumi", *arguments, *(["--stack", self.stack] if with_stack else [])]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            preexec_fn=_die_with_parent,
        )
        output = done.stdout + (("\n" + done.stderr) if done.stderr else "")
        self.said.append(output)
        if check and done.returncode != 0:
            raise PulumiFailedError(command, done.returncode, output)
        return Outcome(done.returncode, output if done.stderr and not check else done.stdout, _changes(done.stdout))


def _changes(output: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in output.splitlines():
        if match := _SUMMARY.match(line):
            found[match[3]] = int(match[2])
    return found


def build_layer(name: str) -> None:
    """Build a layer of the checkout as users do, outside the local cloud, where no package index is reached."""
    command = [sys.executable, "-m", "yunfn.cli", "layer", "build", str(ROOT / "layers" / name), "--frozen"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise PulumiFailedError(command, done.returncode, done.stderr)


def name_plugin(project: Path) -> None:
    """Make a Pulumi.yaml name the plugin's folder as it is here, wherever the project lies."""
    document = yaml.safe_load(project.read_text())
    document["plugins"] = {"providers": [{"name": "yunfn", "path": str(PLUGIN)}]}
    project.write_text(yaml.safe_dump(document, sort_keys=False))


def copy_project(to: Path) -> Path:
    """This project's Pulumi.yaml, stacks and layers in a folder of their own.

    ``pulumi stack init`` writes a salt into the stack's settings; the checkout must stay as it is.
    """
    to.mkdir(parents=True)
    shutil.copy(ROOT / "Pulumi.yaml", to)
    name_plugin(to / "Pulumi.yaml")
    for folder in ("stacks", "layers"):
        shutil.copytree(ROOT / folder, to / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for settings in (to / "stacks" / "config").glob("*.yaml"):
        document = yaml.safe_load(settings.read_text())
        # A salt belongs to the passphrase of whoever ran a stack in the checkout.
        document.pop("encryptionsalt", None)
        settings.write_text(yaml.safe_dump(document))
    return to
