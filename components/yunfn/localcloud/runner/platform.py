"""What the clouds' platforms differ in where an instance is set up: paths, variables, which layer wins.

One class per cloud, in ``fc_platform`` and ``scf_platform``; how instances answer and fail is their classes' matter
(``managed``, ``custom``, ``scf_instances``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from yunfn.localcloud.runner.specification import FunctionSpec, Invocation

SYSTEM_PATH = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are for the function: the true mount points, or folders on the host in the fallback.

    ``python`` are the folders of the runtime's interpreter, for PATH.
    """

    code: str
    layers: str
    home: str
    site: str
    ca_bundle: str
    python: str = ""


class Platform(ABC):
    """One cloud's platform.

    ``code`` is where code is mounted, ``local`` a folder for the local cloud's own files, ``manner`` the module of the
    bootstrap; with ``last_layer_wins`` a layer hides what those before it in the list hold at the same path.
    """

    code: ClassVar[str]
    local: ClassVar[str]
    manner: ClassVar[str]
    last_layer_wins: ClassVar[bool] = False

    @abstractmethod
    def interpreter_folders(self, version: str) -> list[str]:
        """Where the platform has Python ``version`` ("3.6"), the folder that goes on PATH first."""

    @abstractmethod
    def command(self, spec: FunctionSpec) -> list[str]:
        """The program of a function that listens itself, and its arguments."""

    @abstractmethod
    def environment(
        self, spec: FunctionSpec, instance_id: str, invocation: Invocation, places: Places, port: int
    ) -> Mapping[str, str]:
        """All variables of the process, but those of the network; ``port`` is where a program must listen."""

    def variables(
        self, spec: FunctionSpec, instance_id: str, invocation: Invocation, places: Places, proxy_port: int, port: int
    ) -> Mapping[str, str]:
        """All variables of the process for ``spec``, started for ``invocation``; ``proxy_port`` 0: there is no proxy.

        The local cloud's own are those without which a program inside could not reach it: HTTP_PROXY and HTTPS_PROXY
        (both cases), NO_PROXY, SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE. The function's own variables win.
        """
        given = network(places, proxy_port) | dict(self.environment(spec, instance_id, invocation, places, port))
        return {"PYTHONUNBUFFERED": "1", **given}


def joined(*parts: str) -> str:
    """A search path of those that are not empty."""
    return ":".join(part for part in parts if part)


def network(places: Places, proxy_port: int) -> dict[str, str]:
    """The variables by which programs inside find the cloud's proxy and trust its CA."""
    bundle = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), places.ca_bundle)
    if not proxy_port:
        return bundle
    proxy = f"http://127.0.0.1:{proxy_port}"
    away = "127.0.0.1,localhost"
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    return bundle | dict.fromkeys(names, proxy) | {"NO_PROXY": away, "no_proxy": away}
