"""What CAM answers; a test holds it to the routes."""

from __future__ import annotations

OPERATIONS = (
    "CreateRole",
    "DeleteRole",
    "DescribeRoleList",
    "GetRole",
    "TagRole",
    "UntagRole",
    "UpdateAssumeRolePolicy",
    "UpdateRoleConsoleLogin",
    "UpdateRoleDescription",
)
