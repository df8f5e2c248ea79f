"""A function whose calls are counted by its log project's index; ``t:before``: the index of the release before."""

import pulumi

from yunfn.alibaba import Function, LogProject, Service

config = pulumi.Config("t")


def _full_text_only(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    return pulumi.ResourceTransformationResult({**args.props, "field_searches": None}, args.opts)


before = pulumi.ResourceOptions(transformations=[_full_text_only] if config.get_bool("before") else [])
logs = LogProject("logs", opts=before)
function = Function(
    "greet",
    service=Service("svc", log_project=logs),
    runtime="python3.10",
    handler="index.handler",
    code=config.require("code"),
)
pulumi.export("project", logs.project_name)
pulumi.export("logstore", logs.logstore_name)
pulumi.export("function", function.function_name)
pulumi.export("version", function.version)
