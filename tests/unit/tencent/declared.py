"""Tencent Cloud as mocks play it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from support.declaring import Declared, MockCloud, declare_in
from yunfn.tencent import Function, Service

__all__ = ["APP_ID", "CLOUD", "REGION", "UIN", "Declared", "declare", "function"]

UIN, APP_ID = "100012345678", "1250000000"
REGION = "ap-shanghai"
CLOUD = MockCloud(
    name="tencent",
    outputs={
        "yunfn:cam:Policy": lambda i: {"policyId": "17"},
        "yunfn:cam:Role": lambda i: {"roleId": "4611", "arn": f"qcs::cam::uin/{UIN}:roleName/{i['roleName']}"},
        "yunfn:scf:LayerVersion": lambda i: {"layerVersion": 1},
        "yunfn:scf:Function": lambda i: {"arn": f"arn/{i['functionName']}"},
        "yunfn:scf:FunctionVersion": lambda i: {"versionId": "1"},
        "yunfn:scf:Trigger": lambda i: {
            "triggerName": i.get("triggerName", "named by SCF"),
            "url": "https://f.tencentscf.com" if "http" in i else None,
        },
    },
    functions={
        "tencentcloud:User/getInfo:getInfo": {
            "appId": APP_ID,
            "ownerUin": UIN,
            "uin": "200012345678",
            "name": "sub",
            "id": "1",
        }
    },
    config={"tencentcloud:region": REGION},
)


def declare(program: Callable[[], object], *, stack: str = "dev", **config: str) -> Declared:
    """Run ``program`` and answer what it declared. An error of the program is raised, with ``declared`` on it."""
    return declare_in(CLOUD, program, stack=stack, **config)


def function(name: str = "fn", **settings: Any) -> Function:
    """A function of the code beside the program, in a service of its own unless one is given."""
    service = settings.pop("service", None) or Service("s")
    named = {"runtime": "Python3.6", "handler": "index.handler", "code": "code", **settings}
    return Function(name, service=service, **named)
