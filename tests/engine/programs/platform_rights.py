"""What the components grant by themselves, all in use: logs, a VPC, mounted buckets, and a source that calls."""

import pulumi
import pulumi_alicloud as alicloud

from yunfn.alibaba import Alias, Function, LogProject, OssMount, OssSource, Service, Trigger, Vpc

config = pulumi.Config("t")
logs = LogProject("logs")
pictures = alicloud.oss.Bucket("pictures", bucket=config.require("bucket"), force_destroy=True)
endpoint = "http://oss-cn-shanghai-internal.aliyuncs.com"


def function(name: str, service: Service) -> Function:
    return Function(name, service=service, runtime="python3.10", handler="index.handler", code=config.require("code"))


netted = function(
    "netted",
    Service(
        "netted",
        log_project=logs,
        vpc=Vpc(vpc_id="vpc-1", vswitch_ids=["vsw-1"], security_group_id="sg-1"),
        oss_mounts=[
            OssMount(bucket=pictures.bucket, path="/kept", folder="/mnt/kept", endpoint=endpoint, read_only=False),
            OssMount(bucket="models", folder="/mnt/models", endpoint=endpoint),
        ],
    ),
)
told = function("told", Service("told", log_project=logs))
put = Trigger(
    "put",
    alias=Alias("live", function=told),
    source=OssSource(bucket=pictures.bucket, events=["oss:ObjectCreated:*"], prefix="in/"),
)

pulumi.export("netted", netted.function_name)
pulumi.export("bucket", pictures.bucket)
pulumi.export("project", logs.project_name)
pulumi.export("logstore", logs.logstore_name)
