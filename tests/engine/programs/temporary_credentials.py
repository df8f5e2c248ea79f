"""Temporary credentials of both clouds as stack outputs: of a role that is there, and of one that is made with them."""

import json

import pulumi

from yunfn import access
from yunfn.access import sts
from yunfn.access.grammar import CAM, RAM
from yunfn.resources import Provider, cam
from yunfn.resources import sts as plugin

config = pulumi.Config("t")
alibaba = Provider("user", access_key=config.require("key"), secret_key=config.require_secret("secret"))
held = plugin.assume_role_output(
    role_arn=config.require("role"),
    policy=sts.session_policy([access.oss.read(config.require("bucket"), "in/")], RAM).text,
    duration_seconds=config.get_int("duration"),
    opts=pulumi.InvokeOutputOptions(provider=alibaba),
)
pulumi.export("id", held.access_key_id)
pulumi.export("secret", held.access_key_secret)
pulumi.export("token", held.security_token)
pulumi.export("document", held.document)

# Known only once the role is there: nothing is called in the preview that makes it.
uin, app_id = config.require("uin"), config.require("appId")
named = {"qcs": [f"qcs::cam::uin/{uin}:root"]}
trust = {"effect": "allow", "action": "name/sts:AssumeRole", "principal": named}
role = cam.Role(
    "reader",
    account=app_id,
    role_name="made-here",
    policy_document=json.dumps({"version": "2.0", "statement": [trust]}),
)
rights = cam.RolePolicyAttachment(
    "reads", account=app_id, role_name=role.role_name, policy_name="QcloudCOSReadOnlyAccess"
)
made = plugin.assume_role_output(
    role_arn=pulumi.Output.all(role.arn, rights.id).apply(lambda known: known[0]),
    policy=sts.session_policy([access.cos.read(f"data-{app_id}", "in/")], CAM).text,
)
pulumi.export("tencent", made.document)
