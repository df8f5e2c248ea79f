"""Alibaba Cloud as mocks play it."""

from __future__ import annotations

from collections.abc import Callable

from support.declaring import Declared, MockCloud, declare_in

__all__ = ["ACCOUNT", "Declared", "declare"]

ACCOUNT = "1234567890123456"
REGION = "cn-shanghai"
_CLOUD = MockCloud(
    name="alibaba",
    outputs={
        "alicloud:ram/role:Role": lambda i: {"arn": f"acs:ram::{ACCOUNT}:role/{i['roleName']}"},
        "alicloud:fc/v3LayerVersion:V3LayerVersion": lambda i: {
            "version": "1",
            "layerVersionArn": f"acs:fc:{REGION}:{ACCOUNT}:layers/{i['layerName']}/versions/1",
        },
        "yunfn:fc:FunctionVersion": lambda i: {"versionId": "1"},
        "alicloud:fc/v3Function:V3Function": lambda i: {"functionArn": f"arn/{i['functionName']}"},
        "alicloud:fc/v3Trigger:V3Trigger": lambda i: {"httpTrigger": {"urlInternet": "https://f.fcapp.run"}},
    },
    functions={
        "alicloud:index/getCallerIdentity:getCallerIdentity": {
            "accountId": ACCOUNT,
            "id": "1",
            "arn": "a",
            "identityType": "Account",
        }
    },
    config={"alicloud:region": REGION},
)


def declare(program: Callable[[], object], *, stack: str = "dev", **config: str) -> Declared:
    """Run ``program`` and answer what it declared. An error of the program is raised, with ``declared`` on it."""
    return declare_in(_CLOUD, program, stack=stack, **config)
