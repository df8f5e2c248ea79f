"""Functions with everything that Function Compute 3.0 can set; ``t:changes`` (JSON) says what is otherwise.

``full`` is a managed runtime, ``served`` a custom one, ``netted`` stands in a VPC with NAS; ``sink`` takes results.
"""

import pulumi

from yunfn import access
from yunfn.alibaba import (
    Alias,
    AsyncInvocation,
    CustomRuntime,
    Dns,
    Function,
    HealthCheck,
    HttpSource,
    Initializer,
    Layer,
    LogProject,
    NasMount,
    OssMount,
    PreStop,
    ProvisionedInstances,
    ScheduledInstances,
    Service,
    Trigger,
    Vpc,
)

config = pulumi.Config("t")
changes = config.get_object("changes") or {}
folder = config.require("folder")


def setting(name, usual):
    """Answer what the test changed, or else the usual."""
    return changes.get(name, usual)


logs = LogProject("logs")
words = Layer("words", content=f"{folder}/words", compatible_runtimes=["python3.10"])
numbers = Layer("numbers", content=f"{folder}/numbers", compatible_runtimes=["python3.10"])

sink_service = Service("sink-service", log_project=logs)
sink = Function("sink", service=sink_service, runtime="python3.10", handler="index.handler", code=f"{folder}/sink")
sink_live = Alias("sink-live", function=sink)
sink_arn = pulumi.Output.concat(sink.function_arn, "/", sink_live.alias_name)

service = Service(
    "service",
    log_project=logs if setting("logs", True) else None,
    grants=[access.fc.invoke(sink.function_name, "live")],
    tags={"team": "pictures"},
)
schedules = [
    ScheduledInstances(
        name="evening",
        schedule="cron(0 0 18 * * *)",
        target=setting("evening", 2),
        start="2026-01-01T00:00:00Z",
        end="2036-01-01T00:00:00Z",
        time_zone="Asia/Shanghai",
    )
]
hooks = setting("hooks", True)
full = Function(
    "full",
    service=service,
    runtime="python3.10",
    handler="index.handler",
    code=f"{folder}/full",
    function_name=setting("function_name", None),
    description=setting("description", "everything set"),
    memory=setting("memory", 1024),
    cpu=setting("cpu", 0.5),
    disk=setting("disk", 10240),
    timeout=setting("timeout", 20),
    environment=setting("environment", {"GREETING": "hello", "EMPTY": ""}),
    layers=[words, numbers.arn] if setting("layers", True) else [],
    initializer=Initializer(handler="index.initialize", timeout=setting("initializer_timeout", 5)) if hooks else None,
    pre_stop=PreStop(handler="index.pre_stop", timeout=setting("pre_stop_timeout", 4)) if hooks else None,
    dns=Dns(servers=["223.5.5.5"], searches=["svc.local"], flags={"ndots": setting("ndots", "2")})
    if setting("dns", True)
    else None,
    session_affinity=setting("affinity", "HEADER_FIELD"),
    session_affinity_settings='{"affinityHeaderFieldName":"x-session"}'
    if setting("affinity", "HEADER_FIELD") == "HEADER_FIELD"
    else None,
    instance_isolation_mode=setting("isolation", "SHARE"),
    idle_timeout=setting("idle_timeout", 120),
    internet_access=setting("internet", False),
    reserved_concurrency=setting("reserved", 10),
    provisioned_instances=ProvisionedInstances(target=setting("provisioned", 1), schedules=schedules)
    if setting("provisioned", 1) is not None
    else None,
    async_invocation=AsyncInvocation(
        retries=setting("retries", 1),
        max_age=setting("max_age", 600),
        on_success=sink_arn if setting("on_success", False) else None,
        on_failure=sink_arn,
        stateful=setting("stateful", True),
    )
    if setting("asynchronous", True)
    else None,
    disabled=setting("disabled", None),
    tags=setting("tags", {"stage": "test"}),
)
live = Alias("full-live", function=full)
full_web = Trigger("full-web", alias=live, source=HttpSource(auth="anonymous"))

served = Function(
    "served",
    service=service,
    runtime="custom.debian10",
    code=f"{folder}/served",
    memory=512,
    instance_concurrency=setting("concurrency", 8),
    custom_runtime=CustomRuntime(
        command=["python3", "server.py"],
        args=["--greeting", setting("argument", "hello")],
        port=setting("port", 9100),
        health_check=HealthCheck(path="/healthy", initial_delay=1, period=5, failures=2)
        if setting("check", True)
        else None,
    ),
)
served_live = Alias("served-live", function=served)
served_web = Trigger("served-web", alias=served_live, source=HttpSource(auth="anonymous"))

netted_service = Service(
    "netted-service",
    vpc=Vpc(vpc_id="vpc-1", vswitch_ids=["vsw-1", "vsw-2"], security_group_id=setting("group", "sg-1"))
    if setting("vpc", True)
    else None,
    nas_mounts=[NasMount(server="nas.example.com:/share", folder="/mnt/nas", tls=setting("tls", True))]
    if setting("mounts", True)
    else [],
    nas_user_id=1000 if setting("mounts", True) else None,
    nas_group_id=1000 if setting("mounts", True) else None,
    oss_mounts=[
        OssMount(bucket="models", folder="/mnt/models", endpoint="http://oss-cn-shanghai-internal.aliyuncs.com")
    ]
    if setting("mounts", True)
    else [],
    internet_access=False,
)
netted = Function(
    "netted", service=netted_service, runtime="python3.12", handler="index.handler", code=f"{folder}/sink"
)

pulumi.export("stack", pulumi.get_stack())
pulumi.export("full", full.function_name)
pulumi.export("full-version", full.version)
pulumi.export("full-url", full_web.url)
pulumi.export("served", served.function_name)
pulumi.export("served-url", served_web.url)
pulumi.export("netted", netted.function_name)
pulumi.export("sink", sink_arn)
pulumi.export("project", logs.project_name)
pulumi.export("logstore", logs.logstore_name)
