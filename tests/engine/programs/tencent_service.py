"""A service on Tencent Cloud with every component in it; all that a test changes is configuration."""

import pulumi

from yunfn import access
from yunfn.tencent import (
    Alias,
    AsyncInvocation,
    CustomDomain,
    Function,
    HttpSource,
    Layer,
    LogProject,
    ProvisionedInstances,
    Route,
    Service,
    TimerSource,
    Trigger,
    guard,
)

config = pulumi.Config("t")
account = guard()
logs = LogProject("logs", retention_days=7)
service = Service("svc", log_project=logs, tags={"team": "words"})
layer = Layer("words", content=config.require("content"), compatible_runtimes=["Python3.10"])
bucket = f"pictures-{account.app_id}"
speaker = Function(
    "speaker",
    service=service,
    runtime="Python3.10",
    handler="index.handler",
    code=config.require("code"),
    layers=[layer],
    memory=config.get_int("memory") or 128,
    timeout=10,
    environment={"GREETING": config.get("greeting") or "hello"},
    grants=[access.cos.read(bucket, "in/")],
    async_invocation=AsyncInvocation(retries=1, max_age=600),
    provisioned_instances=ProvisionedInstances(target=1),
)
live = Alias("live", function=speaker)
web = Trigger("web", alias=live, source=HttpSource(auth="anonymous"))
Trigger("nightly", alias=live, source=TimerSource(cron="0 0 3 * * * *", payload="sweep"))
domain = CustomDomain("pages", domain_name=config.require("domain"), routes=[Route(path="/*", alias=live)])

pulumi.export("namespace", service.namespace)
pulumi.export("function", speaker.function_name)
pulumi.export("version", speaker.version)
pulumi.export("alias", live.alias_name)
pulumi.export("layer", layer.arn)
pulumi.export("role", service.role_name)
pulumi.export("topic", logs.topic_id)
pulumi.export("url", web.url)
pulumi.export("domain", domain.domain_name)
