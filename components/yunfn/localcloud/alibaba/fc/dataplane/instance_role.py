"""What Function Compute itself does by a function's role around its instances: network interfaces and mounted buckets.

The calls are those whose rights FCD lists: for VPCs ("permissions of Function Compute on other services"; the network
interface is made for the first instance that stands so, found by the next, and removed when the function stands so no
more), and for buckets ("OSS mount", "invalid credentials"). They are decided by the role's policies and journaled;
nothing is really attached or mounted here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from yunfn.localcloud.alibaba.fc.dataplane.authority import Authority
from yunfn.localcloud.alibaba.fc.dataplane.exceptions import RightOfRoleMissing
from yunfn.localcloud.alibaba.fc.directory import ResolvedFunction
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.invocation.directory import Place
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.rights import Right, denied_text
from yunfn.localcloud.runner import RoleCredentials

logger = logging.getLogger(__name__)
_FIND = ("vpc:DescribeVSwitchAttributes", "ecs:DescribeNetworkInterfaces")
_MAKE = ("ecs:CreateNetworkInterface", "ecs:CreateNetworkInterfacePermission")
_WAIT = ("ecs:DescribeNetworkInterfacePermissions",)
_REMOVE = ("ecs:DeleteNetworkInterfacePermission", "ecs:DeleteNetworkInterface")
_READ = ("oss:GetObject",)
_WRITE = ("oss:PutObject", "oss:DeleteObject", "oss:ListParts", "oss:AbortMultipartUpload")
# Account, region, VPC, security group and switches: what tells one network interface from another.
_Interface = tuple[str, ...]


class InstanceRole:
    """Asks the policies of functions' roles for what their instances need before any code runs."""

    def __init__(self, cloud: LocalCloud, authority: Authority) -> None:
        self._cloud = cloud
        self._authority = authority
        self._standing: dict[str, tuple[Place, ResolvedFunction]] = {}

    def reset(self) -> None:
        """Forget every network interface, after the store was cleared."""
        self._standing.clear()

    def credentials(self, function: ResolvedFunction) -> RoleCredentials | None:
        """What the code of a new instance is given, once the instance stands where it should.

        Raises RoleNotAssumable, and RightOfRoleMissing where the role lacks a right.
        """
        credentials = self._authority.credentials(function)
        principal = self._authority.function_principal(function)
        if principal is not None:
            # Without a role the service-linked one does all this (FCD "roles").
            self._enter(function, principal)
        return credentials

    def leave(self, place: Place, stands: Callable[[ResolvedFunction], bool]) -> None:
        """Remove the interfaces of a changed function that nothing needs any more; a refusal is journaled."""
        for key, (at, function) in list(self._standing.items()):
            if at != place or stands(function):
                continue
            del self._standing[key]
            interface = _interface(function)
            if any(_interface(other) == interface for _, other in self._standing.values()):
                continue
            try:
                principal = self._authority.function_principal(function)
            except CloudError as error:
                logger.warning("a network interface of function %s stays: %s", function.name, error.message)
                continue
            assert principal is not None, "what was entered by a role is left by it"
            self._ask(function, principal, "StopInstance", [(action, "*") for action in _REMOVE])

    def _enter(self, function: ResolvedFunction, principal: Principal) -> None:
        asked: list[tuple[str, str]] = []
        interface = _interface(function)
        if interface:
            there = any(_interface(other) == interface for _, other in self._standing.values())
            asked += [(action, "*") for action in (*_FIND, *(() if there else _MAKE), *_WAIT)]
        for mount in (function.configuration.get("ossMountConfig") or {}).get("mountPoints") or ():
            asked += _mounting(function, mount)
        if not asked:
            return
        rights = self._ask(function, principal, "StartInstance", asked)
        if denied := denied_text(rights):
            raise RightOfRoleMissing(function.name, principal.arn, *denied.split(" ", 1))
        if interface:
            place = function.account, function.region, function.name
            self._standing[f"{'/'.join(place)}/{function.version}/{function.fingerprint}"] = place, function

    def _ask(
        self, function: ResolvedFunction, principal: Principal, operation: str, asked: Sequence[tuple[str, str]]
    ) -> list[Right]:
        """Decide one after the other up to the first that is denied, and journal them."""
        rights: list[Right] = []
        for action, resource in asked:
            rights.append(self._authority.right(principal, action, resource))
            if not rights[-1]["allowed"]:
                break
        denied = denied_text(rights)
        self._cloud.journal.record(
            time=self._cloud.clock.now(),
            service="fc",
            operation=operation,
            resource=f"functions/{function.name}/{function.version}",
            status=403 if denied else 200,
            ms=0.0,
            region=function.region,
            principal=principal.arn,
            code=RightOfRoleMissing.code if denied else "",
            denied=denied,
            rights=rights,
        )
        return rights


def _interface(function: ResolvedFunction) -> _Interface:
    """The interface that instances of the function stand behind; empty for one in no VPC."""
    vpc: dict[str, Any] = function.configuration.get("vpcConfig") or {}
    if not vpc.get("vpcId"):
        return ()
    return (function.account, function.region, vpc["vpcId"], vpc["securityGroupId"], *sorted(vpc["vSwitchIds"]))


def _mounting(function: ResolvedFunction, mount: dict[str, Any]) -> list[tuple[str, str]]:
    bucket = f"acs:oss:{function.region}:{function.account}:{mount['bucketName']}"
    folder = str(mount.get("bucketPath") or "").strip("/")
    under = f"{bucket}/{folder}/" if folder else f"{bucket}/"
    actions = _READ if mount.get("readOnly") else (*_READ, *_WRITE)
    return [("oss:ListObjects", bucket), *((action, under) for action in actions)]
