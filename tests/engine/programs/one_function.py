"""A service with logs, one function with alias and HTTP trigger; all that a test changes is configuration."""

import pulumi

from yunfn.alibaba import Alias, Function, HttpSource, LogProject, Service, Trigger

config = pulumi.Config("t")
logs = LogProject("logs", retention_days=7)
service = Service("svc", log_project=logs)
function = Function(
    "hello",
    service=service,
    runtime=config.get("runtime") or "python3.10",
    handler=config.get("handler") or "index.handler",
    code=config.require("code"),
    function_name=config.get("function-name"),
    memory=config.get_int("memory") or 256,
    timeout=10,
    environment={"GREETING": config.get("greeting") or "hello"},
)
alias = Alias("live", function=function)
trigger = Trigger("web", alias=alias, source=HttpSource(auth="anonymous", methods=["GET"]))

pulumi.export("function", function.function_name)
pulumi.export("version", function.version)
pulumi.export("alias", alias.alias_name)
pulumi.export("url", trigger.url)
