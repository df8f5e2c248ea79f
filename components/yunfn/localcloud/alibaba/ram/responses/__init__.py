"""Parse and answer RAM's calls, by what they are about."""

from __future__ import annotations

OPERATIONS = (
    "CreateRole", "GetRole", "UpdateRole", "DeleteRole", "ListRoles",
    "CreateUser", "GetUser", "UpdateUser", "DeleteUser", "ListUsers",
    "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey", "ListAccessKeys",
    "CreatePolicy", "GetPolicy", "UpdatePolicyDescription", "DeletePolicy", "ListPolicies",
    "CreatePolicyVersion", "GetPolicyVersion", "DeletePolicyVersion", "ListPolicyVersions", "SetDefaultPolicyVersion",
    "AttachPolicyToRole", "DetachPolicyFromRole", "ListPoliciesForRole",
    "AttachPolicyToUser", "DetachPolicyFromUser", "ListPoliciesForUser", "ListEntitiesForPolicy",
    "TagResources", "UntagResources", "ListTagResources",
)  # fmt: skip
