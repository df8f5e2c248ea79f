"""Where the demo runs: a local cloud of its own, or a real account."""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from support.pulumi_cli import engine_variables
from yunfn.localcloud import connection, environment
from yunfn.localcloud.connection import Connection

# The maimai site's is that of its template.
_REGIONS = {"alibaba": environment.DEFAULT_REGION, "tencent": "ap-beijing"}


@dataclass(frozen=True)
class Place:
    """An environment for commands, an HTTP client for functions' URLs, and the local cloud if it is one."""

    variables: dict[str, str]
    http: httpx.Client
    local: Connection | None = None
    regions: dict[str, str] = field(default_factory=lambda: dict(_REGIONS))
    _own_stack: str = ""

    def stack(self, name: str) -> str:
        """What the stack ``name`` is called here: in a real account by a name that nobody else's has."""
        return self._own_stack or name


@contextmanager
def local_place(keep: bool) -> Iterator[Place]:
    """A new, empty local cloud; with ``keep`` the one that ``yunfn local start`` keeps, left running."""
    if keep:
        cloud, _ = connection.start(_kept_home())
        yield _in_cloud(cloud)
        return
    with connection.temporary() as cloud:
        yield _in_cloud(cloud)


@contextmanager
def real_place(folder: Path, cloud: str) -> Iterator[Place]:
    """The real account of the environment's keys, with a state backend of the demo's own in ``folder``."""
    variables = dict(os.environ) | engine_variables()
    state = folder / "state"
    state.mkdir()
    variables["PULUMI_BACKEND_URL"] = f"file://{state}"
    variables["PULUMI_CONFIG_PASSPHRASE"] = os.urandom(16).hex()
    if cloud == "alibaba":
        region = variables.get("ALIBABA_CLOUD_REGION") or variables.get("ALICLOUD_REGION") or _REGIONS[cloud]
        variables["ALICLOUD_REGION"] = variables["ALIBABA_CLOUD_REGION"] = region
    else:
        region = variables.get("TENCENTCLOUD_REGION") or _REGIONS[cloud]
        variables["TENCENTCLOUD_REGION"] = region
    with httpx.Client(timeout=60) as http:
        yield Place(variables, http, regions={cloud: region}, _own_stack=f"demo-{os.urandom(3).hex()}")


def _in_cloud(cloud: Connection) -> Place:
    variables = (
        environment.child_environment(os.environ, cloud.home, cloud.proxy_port, tencent_region=_REGIONS["tencent"])
        | engine_variables()
    )
    trust = ssl.create_default_context(cafile=str(cloud.home.certificates / "ca.pem"))
    http = httpx.Client(proxy=f"http://127.0.0.1:{cloud.proxy_port}", verify=trust, trust_env=False, timeout=60)
    return Place(variables, http, cloud)


def _kept_home() -> connection.Home:
    return connection.Home(Path(tempfile.gettempdir()) / f"yunfn-demo-{os.getuid()}")
