"""What the functions of one service share: role, logs, network, mounts, tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from yunfn import access
from yunfn.access import Grant, Name
from yunfn.access.grammar import RAM, Grammar
from yunfn.alibaba.account import guard
from yunfn.alibaba.log_project import LogProject, Logstore
from yunfn.alibaba.naming import ram_name
from yunfn.alibaba.network import NasMount, OssMount, Vpc, mount_folder
from yunfn.alibaba.role import attach, checked_role_name, make_role
from yunfn.exceptions import ValidationError
from yunfn.program.checking import checked
from yunfn.program.grants import as_name, as_output
from yunfn.program.role_policies import RolePolicies

#: Custom policies that RAM attaches to one role (RAM documentation, "limits").
MAX_POLICIES_PER_ROLE = 20


class Service(RolePolicies):
    """The shared settings of a set of functions.

    Function Compute 3.0 has no service of its own, so this component owns the role and the log wiring and
    hands them to its functions. The role may write to the service's logstore and, with a VPC, stand in it;
    each function and the service itself add what their ``grants`` ask for, and nothing else.

    Outputs: ``role_arn``, ``role_name``.
    """

    role_arn: pulumi.Output[str]
    role_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        log_project: LogProject | Logstore | None = None,
        grants: Sequence[Grant] = (),
        vpc: Vpc | None = None,
        nas_mounts: Sequence[NasMount] = (),
        nas_user_id: pulumi.Input[int] | None = None,
        nas_group_id: pulumi.Input[int] | None = None,
        oss_mounts: Sequence[OssMount] = (),
        internet_access: pulumi.Input[bool] = True,
        tags: Mapping[str, pulumi.Input[str]] | None = None,
        secrets_key: pulumi.Input[str] | None = None,
        role_name: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the service.

        Args:
            name: Pulumi's name of the component.
            log_project: Where the functions' output and metrics go, a LogProject or the names of a Logstore that
                is there already; without it they are not kept.
            grants: Rights of every function of the service.
            vpc: The VPC to stand in; the role gets the rights on network interfaces that this needs.
            nas_mounts: NAS file systems to mount; they need ``vpc``.
            nas_user_id: User id by which NAS files are reached, by default the platform's.
            nas_group_id: Group id likewise.
            oss_mounts: Buckets to mount; the role gets the rights on just them that the platform asks for.
            internet_access: Whether functions may open connections to the internet.
            tags: Tags of every function.
            secrets_key: Id or ARN of the KMS key that encrypts the functions' ``secrets``, unless they name another.
            role_name: Name of the role, 1–64 letters, digits, '.' and '-'; by default
                ``<stack>-<name>-service``.
            opts: Options of the component.

        Raises:
            ValidationError: an argument the cloud would refuse.
            AccountMismatchError: the stack belongs to another account.
        """
        self.account = guard(opts)
        if nas_mounts and vpc is None:
            raise ValidationError(name, "nas_mounts", f"{len(nas_mounts)} mounts", "NAS mounts need a vpc")
        for folder in [*(nas.folder for nas in nas_mounts), *(bucket.folder for bucket in oss_mounts)]:
            checked(folder, lambda value: mount_folder(name, value))
        role = checked(role_name or ram_name(f"{name}-service"), lambda value: checked_role_name(name, value))
        super().__init__("yunfn:alibaba:Service", name, None, opts)
        self.service_name = name
        self.tags = dict(tags or {})
        self.internet_access = internet_access
        self.grants = tuple(grants)
        self.secrets_key = secrets_key
        self.log_project = log_project
        self._vpc = vpc
        self._nas = (tuple(nas_mounts), nas_user_id, nas_group_id)
        self._oss_mounts = tuple(oss_mounts)
        made = make_role(f"{name}-role", role, f"Functions of {name}", self)
        self.role_arn, self.role_name = made.arn, made.role_name
        #: What every function of the service must wait for: the rights of its role.
        self.rights: list[pulumi.Resource] = []
        shared = [*self.platform_grants(), *grants]
        if shared:
            self.rights.append(self.attach(f"{name}-service", shared, self))
        self.register_outputs({"roleArn": self.role_arn, "roleName": self.role_name})

    def platform_grants(self) -> list[Grant]:
        """List what the platform itself does by the role: write logs, stand in the VPC, reach mounted buckets."""
        found: list[Grant] = []
        if self.log_project is not None:
            project = as_name(self.log_project.project_name)
            logstore = as_name(self.log_project.logstore_name)
            region, account = self.account.region, self.account.account_id
            found.append(access.log.write(project, logstore, region=region, account=account))
        if self._vpc is not None:
            found.append(access.vpc.attach())
        for mount in self._oss_mounts:
            writable = mount.read_only is not True
            found.append(access.oss.mount(as_name(mount.bucket), _prefix(mount), writable=writable))
        return found

    def _limits(self) -> tuple[Grammar, int]:
        return RAM, MAX_POLICIES_PER_ROLE

    def _attached(
        self, name: str, grants: Sequence[Grant], parent: pulumi.Resource, per: pulumi.Output[str] | None
    ) -> pulumi.Resource:
        return attach(name, self.role_name, grants, parent, per)

    def settings(self) -> dict[str, Any]:
        """Answer what each function of the service is configured with, in the words of upstream's V3Function."""
        found: dict[str, Any] = {"internet_access": self.internet_access}
        if self.log_project is not None:
            found["log_config"] = {
                "project": self.log_project.project_name,
                "logstore": self.log_project.logstore_name,
                "enable_request_metrics": True,
                "enable_instance_metrics": True,
            }
        if self._vpc is not None:
            found["vpc_config"] = {
                "vpc_id": self._vpc.vpc_id,
                "vswitch_ids": self._vpc.vswitch_ids,
                "security_group_id": self._vpc.security_group_id,
            }
        mounts, user, group = self._nas
        # Without mounts written out as none: upstream leaves a block that is missing as it was (TFP 1.285.0).
        # -1 stands for the platform's own user and group (FCD "CreateFunction").
        found["nas_config"] = {
            "mount_points": [{"server_addr": m.server, "mount_dir": m.folder, "enable_tls": m.tls} for m in mounts],
            "user_id": -1 if user is None else user,
            "group_id": -1 if group is None else group,
        }
        found["oss_mount_config"] = {
            "mount_points": [
                {
                    "bucket_name": m.bucket,
                    "bucket_path": m.path,
                    "mount_dir": m.folder,
                    "endpoint": m.endpoint,
                    "read_only": m.read_only,
                }
                for m in self._oss_mounts
            ]
        }
        return found


def _prefix(mount: OssMount) -> Name:
    # A mount's path starts with '/', an object's key does not.
    if isinstance(mount.path, str):
        return mount.path.strip("/") + "/" if mount.path.strip("/") else ""
    path = as_output(mount.path)
    return path.apply(lambda known: known.strip("/") + "/" if known.strip("/") else "")
