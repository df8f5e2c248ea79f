"""A function behind an alias with plain weights."""

import pulumi

from yunfn.alibaba import Alias, Function, HttpSource, Service, Trigger

config = pulumi.Config("t")
function = Function(
    "shared",
    service=Service("svc"),
    runtime="python3.10",
    handler="index.handler",
    code=config.require("code"),
    environment={"GREETING": config.get("greeting") or "first"},
)
alias = Alias(
    "live",
    function=function,
    version=config.get("main"),
    additional_version=config.get("additional"),
    additional_weight=config.get("weight"),
)
trigger = Trigger("web", alias=alias, source=HttpSource(auth="anonymous", methods=["GET"]))

pulumi.export("function", function.function_name)
pulumi.export("version", function.version)
pulumi.export("url", trigger.url)
