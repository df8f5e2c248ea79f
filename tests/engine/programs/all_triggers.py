"""A function with a trigger of every kind, and one whose alias the trigger finds by itself."""

import pulumi
import pulumi_alicloud as alicloud

from yunfn import resources
from yunfn.alibaba import (
    Alias,
    CdnSource,
    EventBridgeSource,
    Function,
    HttpSource,
    LogProject,
    LogSource,
    MnsTopicSource,
    OssSource,
    Service,
    TablestoreSource,
    TimerSource,
    Trigger,
    guard,
)

config = pulumi.Config("t")
logs = LogProject("logs")
service = Service("svc", log_project=logs)
shop = alicloud.ots.Instance("shop", name=f"{pulumi.get_stack()}-shop", description="orders", instance_type="Capacity")
orders = alicloud.ots.Table(
    "orders",
    instance_name=shop.name,
    table_name="orders",
    primary_keys=[{"name": "id", "type": "Integer"}],
    time_to_live=-1,
    max_version=1,
)
account = guard()
changes = resources.ots.TableStream(
    "changes",
    account=account.account_id,
    region=account.region,
    instance_name=shop.name,
    table_name=orders.table_name,
    hours=24,
)
pictures = alicloud.oss.Bucket("pictures", bucket=config.require("bucket"), force_destroy=True)


def function(name: str) -> Function:
    return Function(name, service=service, runtime="python3.10", handler="index.handler", code=config.require("code"))


echo = function("echo")
live = Alias("live", function=echo)
staff = Alias("staff", function=echo, alias_name="staff")
sources = {
    "web": HttpSource(auth="anonymous", methods=["GET"]),
    "hourly": TimerSource(cron=config.get("cron") or "0 0 * * * *", payload="tick"),
    "put": OssSource(bucket=pictures.bucket, events=["oss:ObjectCreated:*"], prefix="in/", suffix=".png"),
    "lines": LogSource(project=logs.project_name, logstore=logs.logstore_name, parameters={"a": "b"}),
    "topic": MnsTopicSource(topic="orders", filter_tag=config.get("tag") or "urgent"),
    "cdn": CdnSource(event="CachedObjectsRefreshed", domains=["cdn.example.com"]),
    "table": TablestoreSource(instance=shop.name, table=changes.table_name),
    "bridge": EventBridgeSource(
        event_source={"eventSourceType": "Default"},
        pattern='{"source":["acs.oss"]}',
        run={"mode": "event-streaming", "errorsTolerance": "ALL", "batchWindow": {"countBasedWindow": 10}},
    ),
}
for left_out in config.get_object("without") or []:
    del sources[left_out]
made = {name: Trigger(name, alias=live, source=source) for name, source in sources.items()}
private = Trigger("private", alias=staff, source=HttpSource(methods=["GET"]))
asleep = Trigger("asleep", function=echo, qualifier="LATEST", source=TimerSource(cron="@every 5m", enabled=False))

solo = function("solo")
Alias("solo-live", function=solo)
by_default = Trigger("found", function=solo, source=HttpSource(auth="anonymous", methods=["GET"]))

pulumi.export("echo", echo.function_name)
pulumi.export("solo", solo.function_name)
pulumi.export("web", made["web"].url)
pulumi.export("private", private.url)
pulumi.export("found", by_default.url)
pulumi.export("bucket", pictures.bucket)
pulumi.export("instance", shop.name)
pulumi.export("project", logs.project_name)
pulumi.export("logstore", logs.logstore_name)
