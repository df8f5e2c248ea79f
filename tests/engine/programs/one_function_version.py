"""A version of a function that the test made, under the fingerprint that the stack's configuration names."""

import pulumi

from yunfn.resources import FunctionVersion

config = pulumi.Config("t")
version = FunctionVersion(
    "version",
    account=config.require("account"),
    region="cn-shanghai",
    function_name=config.require("function"),
    fingerprint=config.require("fingerprint"),
    description=config.get("description"),
    opts=pulumi.ResourceOptions(
        retain_on_delete=not config.get_bool("delete"),
        custom_timeouts=pulumi.CustomTimeouts(create=config.get("timeout") or "60s"),
    ),
)
pulumi.export("version", version.version_id)
pulumi.export("description", version.description)
pulumi.export("created", version.created_time)
