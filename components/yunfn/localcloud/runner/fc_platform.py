"""Function Compute's platform: code at /code, layers at /opt, the first listed on top; the variables it sets.

Its variables (FCD "environment variables"): FC_FUNC_CODE_PATH, FC_ACCOUNT_ID, FC_FUNCTION_HANDLER,
FC_FUNCTION_MEMORY_SIZE, FC_FUNCTION_NAME, FC_REGION, FC_CUSTOM_LISTEN_PORT, FC_INSTANCE_ID, FC_QUALIFIER, FC_VER_ID
(Debian 10 and older) or FC_FUNCTION_VERSION (Debian 11 and newer), and ALIBABA_CLOUD_ACCESS_KEY_ID,
_ACCESS_KEY_SECRET and _SECURITY_TOKEN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from yunfn.localcloud.runner.platform import SYSTEM_PATH, Places, Platform, joined
from yunfn.localcloud.runner.specification import FunctionSpec, Invocation, RoleCredentials
from yunfn.runtimes import ALIBABA


class FcPlatform(Platform):
    """Function Compute 3.0."""

    code: ClassVar[str] = "/code"
    local: ClassVar[str] = "/var/fc/local"
    manner: ClassVar[str] = "yunfn_fc"

    def interpreter_folders(self, version: str) -> list[str]:
        """``/var/fc/lang/python3.10/bin``."""
        return [f"/var/fc/lang/python{version}/bin"]

    def command(self, spec: FunctionSpec) -> list[str]:
        """A custom runtime's start command (FCD "custom runtime, principles": command and args are one list)."""
        return [*(spec.custom_command or ["/code/bootstrap"]), *spec.custom_args]

    def environment(
        self, spec: FunctionSpec, instance_id: str, invocation: Invocation, places: Places, port: int
    ) -> Mapping[str, str]:
        """The cloud's variables and the function's own, which win but over what says where and who it is."""
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
            **_credentials(invocation.credentials),
        }
        if runtime.search_layers:
            # A path of the function's own comes first; the cloud appends its search paths (FCD "layers").
            code, layers = places.code, places.layers
            paths = {
                "PATH": joined(own.get("PATH", ""), places.python, SYSTEM_PATH, f"{layers}/bin"),
                "LD_LIBRARY_PATH": joined(
                    own.get("LD_LIBRARY_PATH", ""), code, f"{code}/lib", f"{layers}/lib", "/usr/local/lib"
                ),
                "PYTHONPATH": joined(own.get("PYTHONPATH", ""), f"{layers}/python", places.site),
            }
        else:
            cloud |= {"FC_SERVER_PORT": str(port), "FC_CUSTOM_LISTEN_PORT": str(port)}
            paths = {
                "PATH": own.get("PATH") or joined(places.python, SYSTEM_PATH),
                "PYTHONPATH": joined(own.get("PYTHONPATH", ""), places.site),
            }
        fixed = {name for name in cloud if name.startswith("FC_")}
        return {**cloud, **{k: v for k, v in own.items() if k not in fixed}, **paths}


def _credentials(credentials: RoleCredentials | None) -> dict[str, str]:
    """The role's credentials as the variables Function Compute sets."""
    if credentials is None:
        return {}
    return {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": credentials.access_key_id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": credentials.access_key_secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": credentials.security_token,
    }
