"""What a launcher is told: the plan for one instance of one function, in namespaces or in the fallback."""

from __future__ import annotations

import random
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from typing import Any

from yunfn.exceptions import FunctionRunnerError
from yunfn.isolation import FUNCTION_UID, Isolation
from yunfn.localcloud.runner.platform import Places
from yunfn.localcloud.runner.platforms import PLATFORMS
from yunfn.localcloud.runner.specification import FunctionSpec, Invocation
from yunfn.localcloud.runner.trees import TreeStore
from yunfn.pythons import Interpreter, find_custom_python, find_python, installed_python
from yunfn.runtimes import Runtime

_BOOTSTRAP = Path(__file__).parent / "bootstrap"
# FCD "limits": the default disk of an instance, and processes and threads together.
_TMP_MB = 512
_PROCESSES = 1024
_USERS = "root:x:0:0:root:/root:/bin/sh\nfunction:x:{uid}:{uid}:function:/tmp:/bin/sh\n"
_GROUPS = "root:x:0:\nfunction:x:{uid}:\n"
_HOSTS = "127.0.0.1 localhost\n::1 localhost\n"
# A program takes its port a while after it was found to be free. Whoever lets the kernel choose, also for the near end
# of a connection, gets none of these: Linux chooses from 32768 on (ip-sysctl), others from 49152 (RFC 6335).
_PORTS = range(20000, 32768)
# Programs that start side by side are told different ones.
_turns = count(random.randrange(len(_PORTS)))  # noqa: S311 - guards nothing


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all instances of one runner share: what the machine allows, unpacked trees, the way to the cloud."""

    isolation: Isolation
    trees: TreeStore
    ca_bundle: Path
    proxy_port: int
    work: Path


def _free_port() -> int:
    """A port that nobody has; raises FunctionRunnerError where all are taken."""
    for turn in islice(_turns, len(_PORTS)):
        port = _PORTS[turn % len(_PORTS)]
        with socket.socket() as sock, suppress(OSError):
            # Programs listen on all addresses, as the clouds demand.
            sock.bind(("0.0.0.0", port))  # noqa: S104 - listens to nobody
            return port
    raise FunctionRunnerError(f"no port from {_PORTS[0]} to {_PORTS[-1]} is free for a function's program")


def _moved(part: str, code: str, places: Places) -> str:
    """A path below ``code`` (where the platform mounts it) or /opt, where it lies in this mode."""
    for prefix, place in ((code, places.code), ("/opt", places.layers)):
        if part == prefix or part.startswith(f"{prefix}/"):
            return place + part.removeprefix(prefix)
    return part


def _provided_python(runtime: Runtime) -> Interpreter | None:
    """What ``python3`` is in a custom runtime: the Python that its system brings, or else the newest one here."""
    provided = installed_python(runtime.provided) if runtime.provided else None
    return provided or find_custom_python()


class InstancePlan:
    """The plan for the ``number``-th instance; ``folder`` is the instance's own on the host.

    Making one unpacks zips and looks for Pythons, so it blocks. Raises PythonNotFoundError and FunctionRunnerError.
    """

    def __init__(self, around: Surroundings, spec: FunctionSpec, instance_id: str, number: int) -> None:
        runtime = spec.known_runtime
        if runtime is None:
            raise FunctionRunnerError(f"Function {spec.function_name}: the runtime {spec.runtime!r} is not known")
        version = runtime.python
        if version is not None and version.startswith("2."):
            # The bootstrap and the site of the instance are written for Python 3.
            raise FunctionRunnerError(f"Function {spec.function_name}: the local cloud runs no Python {version}")
        self.around, self.spec, self.instance_id = around, spec, instance_id
        self.platform = PLATFORMS[spec.cloud]
        self.python: Interpreter | None = find_python(version) if version else _provided_python(runtime)
        self.uid = FUNCTION_UID + number % 100_000
        self.folder = around.work / "instances" / instance_id
        self.code = around.trees.tree(spec.code)
        self.namespaces = around.isolation.mode == "namespaces"
        # On top is the first here.
        layers = reversed(spec.layers) if self.platform.last_layer_wins else spec.layers
        self.layers = tuple(around.trees.tree(layer) for layer in layers)
        if not self.namespaces or (len(self.layers) > 1 and not around.isolation.overlay):
            self.layers = (around.trees.merged(self.layers),)
        # Side by side on the host's own loopback, two programs cannot both have port 9000.
        self.port = spec.custom_port if self.namespaces else _free_port()

    def make(self, invocation: Invocation, channel: int) -> dict[str, Any]:
        """The launcher's plan; ``channel`` is the bootstrap's descriptor inside (managed runtimes)."""
        self.folder.mkdir(parents=True, mode=0o700)
        if self.namespaces:
            return self._in_namespaces(invocation, channel)
        return self._in_fallback(invocation, channel)

    @property
    def command(self) -> list[str]:
        """The start command of a program that listens itself."""
        return self.platform.command(self.spec)

    def _program(self, places: Places, bootstrap: str, channel: int) -> list[str]:
        """What the launcher executes."""
        if self.spec.listens:
            return [_moved(part, self.platform.code, places) for part in self.command]
        assert self.python is not None
        # Without the site module in the fallback: packages installed on this machine must not be importable.
        flags = [] if self.namespaces else ["-S"]
        return [str(self.python.executable), *flags, bootstrap, str(channel), places.layers, self.platform.manner]

    def _environment(self, places: Places, invocation: Invocation) -> Mapping[str, str]:
        proxy_port = self.around.proxy_port
        return self.platform.variables(self.spec, self.instance_id, invocation, places, proxy_port, self.port)

    def _in_namespaces(self, invocation: Invocation, channel: int) -> dict[str, Any]:
        isolation, python, local = self.around.isolation, self.python, self.platform.local
        binds = [
            [str(self.code), self.platform.code],
            [str(self.around.ca_bundle.resolve()), f"{local}/ca.pem"],
            [str(_BOOTSTRAP), f"{local}/bootstrap"],
        ]
        links: dict[str, str] = {}
        masks: list[str] = []
        folders: list[str] = []
        if python is not None:
            binds += [[str(p), str(p)] for p in python.prefixes if not p.is_relative_to("/usr")]
            masks = [str(p) for p in python.packages if p.is_dir()]
            folders = self.platform.interpreter_folders(python.version)
            names = [f"{folder}/python{suffix}" for folder in folders for suffix in ("", "3", python.version)]
            links = dict.fromkeys(names, str(python.executable))
        (self.folder / "root").mkdir()
        places = Places(
            code=self.platform.code,
            layers="/opt",
            home="/tmp",  # noqa: S108 - the instance's own
            site=f"{local}/bootstrap/site",
            ca_bundle=f"{local}/ca.pem",
            python=":".join(folders),
        )
        return {
            "namespaces": True,
            "user_namespace": isolation.user_namespace,
            "hostname": self.instance_id[:60],
            "proxy_port": self.around.proxy_port,
            "mount_point": str(self.folder / "root"),
            "binds": binds,
            "layers": [tree.name for tree in self.layers],
            "layer_store": str(self.around.trees.root),
            "masks": masks,
            "files": {
                "/etc/passwd": _USERS.format(uid=self.uid),
                "/etc/group": _GROUPS.format(uid=self.uid),
                "/etc/hosts": _HOSTS,
            },
            "links": links,
            "tmp_mb": _TMP_MB,
            "uid": self.uid,
            "gid": self.uid,
            # In a user namespace the limit would count all of the caller's own processes on older kernels.
            "processes": 0 if isolation.user_namespace else _PROCESSES,
            "cwd": self.platform.code,
            "argv": self._program(places, f"{local}/bootstrap/bootstrap.py", channel),
            "environment": self._environment(places, invocation),
        }

    def _in_fallback(self, invocation: Invocation, channel: int) -> dict[str, Any]:
        python = self.python
        (self.folder / "tmp").mkdir()
        places = Places(
            code=str(self.code),
            layers=str(self.layers[0]),
            home=str(self.folder / "tmp"),
            site=str(_BOOTSTRAP / "site"),
            ca_bundle=str(self.around.ca_bundle.resolve()),
            python=str(python.executable.parent) if python else "",
        )
        return {
            "namespaces": False,
            "user_namespace": False,
            "cwd": str(self.code),
            "argv": self._program(places, str(_BOOTSTRAP / "bootstrap.py"), channel),
            "environment": self._environment(places, invocation),
        }
