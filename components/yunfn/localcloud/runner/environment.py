"""The environment of a function's process: the cloud's variables, the function's own, and nothing of this machine.

Function Compute's own (FCD "environment variables"): FC_FUNC_CODE_PATH, FC_ACCOUNT_ID, FC_FUNCTION_HANDLER,
FC_FUNCTION_MEMORY_SIZE, FC_FUNCTION_NAME, FC_REGION, FC_CUSTOM_LISTEN_PORT, FC_INSTANCE_ID, FC_QUALIFIER, FC_VER_ID
(Debian 10 and older) or FC_FUNCTION_VERSION (Debian 11 and newer), and ALIBABA_CLOUD_ACCESS_KEY_ID,
_ACCESS_KEY_SECRET and _SECURITY_TOKEN.

The local cloud's own, without which a program inside could not reach it: HTTP_PROXY and HTTPS_PROXY (both cases),
NO_PROXY, SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, and one last folder on PYTHONPATH that makes certifi
trust the same bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yunfn.localcloud.runner.specification import FunctionSpec, Invocation, RoleCredentials
from yunfn.runtimes import ALIBABA

_SYSTEM_PATH = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are for the function: the true mount points, or folders on the host in the fallback."""

    code: str = "/code"
    layers: str = "/opt"
    home: str = "/tmp"  # noqa: S108 - the instance's own
    site: str = "/var/fc/local/bootstrap/site"
    ca_bundle: str = "/var/fc/local/ca.pem"
    python: str = ""


def credential_variables(credentials: RoleCredentials | None) -> dict[str, str]:
    """The role's credentials as the variables Function Compute sets."""
    if credentials is None:
        return {}
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": credentials.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": credentials.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": credentials.security_token,
    }


def _joined(*parts: str) -> str:
    return ":".join(part for part in parts if part)


def _network(places: Places, proxy_port: int) -> dict[str, str]:
    bundle = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), places.ca_bundle)
    if not proxy_port:
        return bundle
    proxy = f"http://127.0.0.1:{proxy_port}"
    away = "127.0.0.1,localhost"
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    return bundle | dict.fromkeys(names, proxy) | {"NO_PROXY": away, "no_proxy": away}


def build_environment(
    spec: FunctionSpec, instance_id: str, invocation: Invocation, places: Places, proxy_port: int, custom_port: int
) -> Mapping[str, str]:
    """All variables of the process for ``spec``, started for ``invocation``.

    ``proxy_port`` 0 means there is no proxy; ``custom_port`` is where a custom runtime's program must listen.
    """
    runtime = ALIBABA[spec.runtime]
    version_key = "FC_VER_ID" if runtime.system in ("Debian 9", "Debian 10") else "FC_FUNCTION_VERSION"
    own = dict(spec.environment)
    cloud = {
        "HOME": places.home,
        "TMPDIR": places.home,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PWD": places.code,
        "FC_FUNC_CODE_PATH": places.code,
        "FC_ACCOUNT_ID": spec.account,
        "FC_REGION": spec.region,
        "FC_FUNCTION_NAME": spec.function_name,
        "FC_FUNCTION_HANDLER": spec.handler,
        "FC_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "FC_INSTANCE_ID": instance_id,
        "FC_QUALIFIER": invocation.qualifier,
        version_key: spec.version,
        "PYTHONUNBUFFERED": "1",
        **credential_variables(invocation.credentials),
        **_network(places, proxy_port),
    }
    if runtime.search_layers:
        # A path of the function's own comes first; the cloud appends its search paths (FCD "layers").
        code, layers = places.code, places.layers
        paths = {
            "PATH": _joined(own.get("PATH", ""), places.python, _SYSTEM_PATH, f"{layers}/bin"),
            "LD_LIBRARY_PATH": _joined(
                own.get("LD_LIBRARY_PATH", ""), code, f"{code}/lib", f"{layers}/lib", "/usr/local/lib"
            ),
            "PYTHONPATH": _joined(own.get("PYTHONPATH", ""), f"{layers}/python", places.site),
        }
    else:
        cloud |= {"FC_SERVER_PORT": str(custom_port), "FC_CUSTOM_LISTEN_PORT": str(custom_port)}
        paths = {
            "PATH": own.get("PATH") or _joined(places.python, _SYSTEM_PATH),
            "PYTHONPATH": _joined(own.get("PYTHONPATH", ""), places.site),
        }
    # The function's variables win over the defaults, but not over what says where and who it is.
    fixed = {name for name in cloud if name.startswith("FC_")}
    return {**cloud, **{k: v for k, v in own.items() if k not in fixed}, **paths}
