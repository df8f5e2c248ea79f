"""What the functions of one service share: namespace, role, logs, network, mounts, tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from yunfn.access import Grant
from yunfn.access.grammar import CAM, Grammar
from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.grants import as_output
from yunfn.program.role_policies import RolePolicies
from yunfn.tencent import naming, rules
from yunfn.tencent.account import guard
from yunfn.tencent.log_project import LogProject, LogTopic
from yunfn.tencent.network import CfsMount, Vpc, mount_folder
from yunfn.tencent.role import attach, checked_role_name, make_role

#: Policies that CAM attaches to one role (CAM documentation, "use limits").
MAX_POLICIES_PER_ROLE = 200
#: The namespace that every region has; it is used as it is, never made.
DEFAULT_NAMESPACE = "default"


class Service(RolePolicies):
    """The shared settings of a set of functions, and the namespace they are in.

    The role that they run by may do what their ``grants`` and the service's ask for, and nothing else: bringing
    output to the log topic, standing in the VPC and reaching CFS the platform does by its own role (SCF_QcsRole, made
    when the account opens the service).

    Outputs: ``namespace``, ``role_name``.
    """

    namespace: pulumi.Output[str]
    role_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        log_project: LogProject | LogTopic | None = None,
        grants: Sequence[Grant] = (),
        vpc: Vpc | None = None,
        cfs_mounts: Sequence[CfsMount] = (),
        internet_access: pulumi.Input[bool] = True,
        fixed_ip: pulumi.Input[bool] = False,
        tags: Mapping[str, pulumi.Input[str]] | None = None,
        secrets_key: pulumi.Input[str] | None = None,
        namespace: pulumi.Input[str] | None = None,
        own_namespace: bool = True,
        role_name: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the service.

        Args:
            name: Pulumi's name of the component.
            log_project: Where the functions' output goes, a LogProject or the ids of a LogTopic that is there already;
                without it SCF keeps it for itself, for a few days.
            grants: Rights of every function of the service.
            vpc: The VPC to stand in.
            cfs_mounts: CFS file systems to mount; they need ``vpc``.
            internet_access: Whether functions may open connections to the internet.
            fixed_ip: Whether they do so by an address that stays the same and that all of the namespace share;
                needs ``internet_access``.
            tags: Tags of every function.
            secrets_key: Id or ARN of the KMS key that encrypts the functions' ``secrets``, unless they name another.
            namespace: 1–60 letters, digits, '_' and '-'; by default ``<stack>-<name>``, a namespace of the service's
                own. A region has five, so services may share ``"default"``, which is there and stays.
            own_namespace: Whether the service makes ``namespace``; False for one that another service or stack makes.
            role_name: Name of the role, 1–128 letters, digits and any of ``_ . @ + = , -``; by default
                ``<stack>-<name>-service``.
            opts: Options of the component.

        Raises:
            ValidationError: an argument the cloud would refuse.
            AccountMismatchError: the stack belongs to another account.
        """
        self.account = guard(opts)
        if cfs_mounts and vpc is None:
            raise ValidationError(name, "cfs_mounts", f"{len(cfs_mounts)} mounts", "CFS mounts need a vpc")
        for mount in cfs_mounts:
            checked(mount.folder, lambda value: mount_folder(name, value))
        if fixed_ip is True and internet_access is False:
            raise ValidationError(name, "fixed_ip", fixed_ip, "needs internet_access")
        if namespace is None and not own_namespace:
            raise ValidationError(name, "own_namespace", own_namespace, "give the namespace that is there")
        made_here = own_namespace and namespace != DEFAULT_NAMESPACE
        space = checked(namespace or naming.namespace_name(name), lambda value: _namespace(name, value, made_here))
        role = checked(role_name or naming.cam_name(f"{name}-service"), lambda value: checked_role_name(name, value))
        super().__init__("yunfn:tencent:Service", name, None, opts)
        self.service_name = name
        self.tags = dict(tags or {})
        self.internet_access = internet_access
        self.fixed_ip = fixed_ip
        self.grants = tuple(grants)
        self.secrets_key = secrets_key
        self.log_project = log_project
        self._vpc = vpc
        self._mounts = tuple(cfs_mounts)
        if not made_here:
            self.namespace = as_output(space)
        else:
            made = tencentcloud.scf.Namespace(
                f"{name}-namespace", namespace=space, opts=pulumi.ResourceOptions(parent=self)
            )
            self.namespace = made.namespace
        self.role_name = make_role(f"{name}-role", role, f"Functions of {name}", self, self.account).role_name
        #: What every function of the service must wait for: the rights of its role.
        self.rights: list[pulumi.Resource] = []
        if grants:
            self.rights.append(self.attach(f"{name}-service", grants, self))
        self.register_outputs({"namespace": self.namespace, "roleName": self.role_name})

    def _limits(self) -> tuple[Grammar, int]:
        return CAM, MAX_POLICIES_PER_ROLE

    def _attached(
        self, name: str, grants: Sequence[Grant], parent: pulumi.Resource, per: pulumi.Output[str] | None
    ) -> pulumi.Resource:
        return attach(name, self.role_name, grants, parent, self.account, per)

    def settings(self) -> dict[str, Any]:
        """Answer what each function of the service is configured with, in the words of SCF."""
        found: dict[str, Any] = {}
        if self.log_project is not None:
            found["cls_logset_id"] = self.log_project.logset_id
            found["cls_topic_id"] = self.log_project.topic_id
        if self._vpc is not None:
            found["vpc_config"] = {"vpcId": self._vpc.vpc_id, "subnetId": self._vpc.subnet_id}
        if self._mounts:
            found["cfs_config"] = [
                {
                    "cfsId": each.file_system_id,
                    "mountInsId": each.mount_point_id,
                    "localMountDir": each.folder,
                    "remoteMountDir": each.remote_folder,
                    "userId": each.user_id,
                    "userGroupId": each.group_id,
                }
                for each in self._mounts
            ]
        return found


def _namespace(name: str, value: str, made_here: bool) -> None:
    rules.namespace_name(name, value)
    if value == DEFAULT_NAMESPACE and made_here:
        # An output's: whether it has to be made must be known before its name is. Upstream would try for five minutes.
        raise ValidationError(name, "namespace", value, "is there already: give own_namespace=False too")
