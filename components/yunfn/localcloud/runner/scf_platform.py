"""Serverless Cloud Function's platform: code at /var/user, layers at /opt, the last listed on top; its variables.

Variables: SCFD "environment variables" (table of those that are built in), but for three that describe Tencent's own
machines: LANG and LC_ALL are C.UTF-8 instead of en_US.UTF8, which need not be installed here and of which only the
encoding is seen; HOME is a folder that can be written to; ``_SCF_SERVER_PORT`` belongs to a server that is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from yunfn.localcloud.runner.platform import SYSTEM_PATH, Places, Platform, joined
from yunfn.localcloud.runner.specification import FunctionSpec, Invocation, RoleCredentials

_RESERVED = ("SCF_", "QCLOUD_", "TENCENTCLOUD_")


class ScfPlatform(Platform):
    """Serverless Cloud Function."""

    code: ClassVar[str] = "/var/user"
    local: ClassVar[str] = "/var/scf/local"
    manner: ClassVar[str] = "yunfn_scf"
    last_layer_wins: ClassVar[bool] = True

    def interpreter_folders(self, version: str) -> list[str]:
        """``/var/lang/python36/bin``, and ``/var/lang/python3/bin``, which is Python 3.6 (SCFD "scf_bootstrap").

        The others have no short name there; here ``python3`` is the runtime's own, whichever it is.
        """
        return [f"/var/lang/python{version.replace('.', '')}/bin", "/var/lang/python3/bin"]

    def command(self, spec: FunctionSpec) -> list[str]:
        """A web function's start file; no other name is read."""
        return [f"{self.code}/scf_bootstrap"]

    def environment(
        self, spec: FunctionSpec, instance_id: str, invocation: Invocation, places: Places, port: int
    ) -> Mapping[str, str]:
        """The cloud's variables and the function's own, which win but over those with a reserved prefix."""
        own = dict(spec.environment)
        cloud = {
            "HOME": places.home,
            "TMPDIR": places.home,
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "LOGNAME": "qcloud",
            "USER": "qcloud",
            "SHELL": "/bin/bash",
            "PWD": places.code,
            "PYTHONDONTWRITEBYTECODE": "x",
            "USER_CODE_ROOT": f"{places.code}/",
            "SCF_FUNCTIONNAME": spec.function_name,
            "SCF_FUNCTIONVERSION": spec.version,
            "SCF_NAMESPACE": spec.namespace,
            "SCF_RUNTIME": spec.runtime,
            "TENCENTCLOUD_APPID": spec.app_id,
            "TENCENTCLOUD_REGION": spec.region,
            "TENCENTCLOUD_RUNENV": "SCF",
            "TENCENTCLOUD_UIN": spec.account,
            **_credentials(invocation.credentials),
        }
        code, layers = places.code, places.layers
        paths = {
            "PATH": joined(own.get("PATH", ""), places.python, SYSTEM_PATH),
            "LD_LIBRARY_PATH": joined(own.get("LD_LIBRARY_PATH", ""), code, layers),
            "PYTHONPATH": joined(own.get("PYTHONPATH", ""), code, layers, places.site),
        }
        return {**cloud, **{k: v for k, v in own.items() if not k.startswith(_RESERVED)}, **paths}


def _credentials(credentials: RoleCredentials | None) -> dict[str, str]:
    """The execution role's credentials as the variables SCF sets."""
    if credentials is None:
        return {}
    return {
        "TENCENTCLOUD_SECRETID": credentials.access_key_id,
        "TENCENTCLOUD_SECRETKEY": credentials.access_key_secret,
        "TENCENTCLOUD_SESSIONTOKEN": credentials.security_token,
    }
