"""The ways from rights to more rights, as data: which actions together are one, and on which resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One right of a way: any of ``actions``, with the form of the resource each is on.

    ``any_resource`` is a step that needs the right on resources the holder can choose, so a grant on exact names is
    none; otherwise the right on a single resource is enough. ``context`` is what the request would say of itself.
    """

    actions: Mapping[str, str]
    any_resource: bool = True
    context: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """A way to more rights: ``gains`` says what its steps together give, ``remedy`` what to take away.

    ``certain`` is whether it always gives more; otherwise it depends on what roles there are and whom they trust.
    """

    steps: tuple[Step, ...]
    gains: str
    remedy: str
    certain: bool = True


_USER, _GROUP, _ROLE, _POLICY = (f"acs:ram:*:*:{kind}/*" for kind in ("user", "group", "role", "policy"))
_FC = "acs:fc:*:*:functions/*"
_FC_SERVICE = "acs:fc:*:*:services/*"
_EXACT_ROLE = "Allow ram:PassRole on the one role's name only."


def _pass_role(service: str) -> Step:
    # RAM documentation, "PassRole": acs:Service is the service that the role is passed to.
    return Step({"ram:PassRole": _ROLE}, context={"acs:Service": service})


#: RAM's ways. Actions and resources: RAM documentation, "RAM authorization"; what each does: RAM API reference.
RAM_WAYS = (
    Way(
        (
            _pass_role("fc.aliyuncs.com"),
            Step(
                {
                    "fc:CreateFunction": _FC,
                    "fc:UpdateFunction": _FC,
                    "fc:CreateService": _FC_SERVICE,
                    "fc:UpdateService": _FC_SERVICE,
                },
                any_resource=False,
            ),
        ),
        "a function of its own with any role that trusts Function Compute",
        _EXACT_ROLE,
    ),
    Way(
        (
            _pass_role("ecs.aliyuncs.com"),
            Step(
                {
                    "ecs:RunInstances": "acs:ecs:*:*:instance/*",
                    "ecs:CreateInstance": "acs:ecs:*:*:instance/*",
                    "ecs:AttachInstanceRamRole": "acs:ecs:*:*:instance/*",
                },
                any_resource=False,
            ),
        ),
        "an instance of its own with any role that trusts ECS",
        _EXACT_ROLE,
    ),
    Way(
        (_pass_role("ros.aliyuncs.com"), Step({"ros:CreateStack": "acs:ros:*:*:stack/*"}, any_resource=False)),
        "a stack of its own with any role that trusts ROS",
        _EXACT_ROLE,
    ),
    Way(
        (_pass_role("oos.aliyuncs.com"), Step({"oos:StartExecution": "acs:oos:*:*:template/*"}, any_resource=False)),
        "an execution of its own with any role that trusts OOS",
        _EXACT_ROLE,
    ),
    Way(
        (Step({"ram:CreatePolicyVersion": _POLICY}),),
        "any contents for a policy that it has itself",
        "Name the exact policies as resources: none that is attached to the holder.",
    ),
    Way(
        (Step({"ram:SetDefaultPolicyVersion": _POLICY}),),
        "any older version of a policy that it has itself",
        "Name the exact policies as resources: none that is attached to the holder.",
    ),
    Way(
        (Step({"ram:AttachPolicyToRole": _POLICY}), Step({"ram:AttachPolicyToRole": _ROLE})),
        "any policy for any role, its own too",
        "Name the exact policies and roles as resources.",
    ),
    Way(
        (Step({"ram:AttachPolicyToUser": _POLICY}), Step({"ram:AttachPolicyToUser": _USER})),
        "any policy for any user, itself too",
        "Name the exact policies and users as resources.",
    ),
    Way(
        (Step({"ram:AttachPolicyToGroup": _POLICY}), Step({"ram:AttachPolicyToGroup": _GROUP})),
        "any policy for any group, its own too",
        "Name the exact policies and groups as resources.",
    ),
    Way(
        (Step({"ram:CreateAccessKey": _USER}),),
        "an AccessKey of any user",
        "Name the exact users as resources.",
    ),
    Way(
        (Step({"ram:CreateLoginProfile": _USER, "ram:UpdateLoginProfile": _USER}),),
        "a console password of any user",
        "Name the exact users as resources.",
    ),
    Way(
        (Step({"ram:AddUserToGroup": _GROUP}), Step({"ram:AddUserToGroup": _USER})),
        "the rights of any group for any user, itself too",
        "Name the exact groups as resources.",
    ),
    Way(
        (Step({"ram:UpdateRole": _ROLE}),),
        "a new trust document for any role, so that it may take it",
        "Name the exact roles as resources.",
    ),
    Way(
        (Step({"sts:AssumeRole": _ROLE}),),
        "every role that trusts the account",
        "Name the exact roles as resources.",
        certain=False,
    ),
    Way(
        (Step({"fc:UpdateFunction": _FC}),),
        "code of its own in every function there is, with that function's role",
        "Name the functions that are to be updated as resources.",
        certain=False,
    ),
)

_CAM_ROLE = "qcs::cam:*:uin/*:roleName/*"
_CAM_ANY = "*"
_SCF = "qcs::scf:*:uin/*:namespace/*/function/*"
_EXACT_CAM_ROLE = "Allow cam:PassRole on the one role's name only."

#: CAM's ways. Actions: CAM API 2019-01-16; most name no resource, so that "*" is meant (CAM documentation, 598/67350).
CAM_WAYS = (
    Way(
        (
            Step({"cam:PassRole": _CAM_ROLE}),
            Step({"scf:CreateFunction": _SCF, "scf:UpdateFunctionConfiguration": _SCF}, any_resource=False),
        ),
        "a function of its own with any role that trusts SCF",
        _EXACT_CAM_ROLE,
    ),
    Way(
        (
            Step({"cam:PassRole": _CAM_ROLE}),
            Step({"cvm:RunInstances": "qcs::cvm:*:uin/*:instance/*"}, any_resource=False),
        ),
        "an instance of its own with any role that trusts CVM",
        _EXACT_CAM_ROLE,
    ),
    Way(
        (Step({"cam:UpdatePolicy": _CAM_ANY}),),
        "any contents for a policy that it has itself",
        "Take cam:UpdatePolicy away, or deny it for the holder's own policies.",
    ),
    Way(
        (Step({"cam:CreatePolicyVersion": _CAM_ANY, "cam:SetDefaultPolicyVersion": _CAM_ANY}),),
        "any version of a policy that it has itself",
        "Take the right away.",
    ),
    Way(
        (Step({"cam:AttachRolePolicy": _CAM_ANY, "cam:AttachRolePolicies": _CAM_ANY}),),
        "any policy for any role, its own too",
        "Name the exact roles as resources, or take the right away.",
    ),
    Way(
        (Step({"cam:AttachUserPolicy": _CAM_ANY, "cam:AttachUserPolicies": _CAM_ANY}),),
        "any policy for any user, itself too",
        "Name the exact users as resources, or take the right away.",
    ),
    Way(
        (Step({"cam:AttachGroupPolicy": _CAM_ANY, "cam:AttachGroupsPolicy": _CAM_ANY}),),
        "any policy for any group, its own too",
        "Name the exact groups as resources, or take the right away.",
    ),
    Way(
        (Step({"cam:CreateAccessKey": _CAM_ANY}),),
        "an API key of any user",
        "Name the exact users as resources, or take the right away.",
    ),
    Way(
        (Step({"cam:UpdateUser": _CAM_ANY}),),
        "a console password of any user",
        "Name the exact users as resources, or take the right away.",
    ),
    Way(
        (Step({"cam:AddUserToGroup": _CAM_ANY}),),
        "the rights of any group for any user, itself too",
        "Name the exact groups as resources, or take the right away.",
    ),
    Way(
        (Step({"cam:UpdateAssumeRolePolicy": _CAM_ROLE}),),
        "a new trust document for any role, so that it may take it",
        "Name the exact roles as resources.",
    ),
    Way(
        (Step({"sts:AssumeRole": _CAM_ROLE}),),
        "every role that trusts the account",
        "Name the exact roles as resources.",
        certain=False,
    ),
    Way(
        (Step({"scf:UpdateFunctionCode": _SCF}),),
        "code of its own in every function there is, with that function's role",
        "Name the functions that are to be updated as resources.",
        certain=False,
    ),
)
WAYS = {"ram": RAM_WAYS, "cam": CAM_WAYS}
