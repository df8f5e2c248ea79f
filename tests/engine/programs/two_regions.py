"""The same function in two regions by two providers, its code in the artifact bucket of each."""

import pulumi
import pulumi_alicloud as alicloud

from yunfn.alibaba import Alias, Function, HttpSource, LogProject, OssSource, Service, Trigger

config = pulumi.Config("t")
hangzhou = alicloud.Provider("hangzhou", region="cn-hangzhou")
for where, provider in (("shanghai", None), ("hangzhou", hangzhou)):
    opts = pulumi.ResourceOptions(provider=provider)
    logs = LogProject(f"logs-{where}", index=False, opts=opts)
    function = Function(
        f"f-{where}",
        service=Service(f"svc-{where}", log_project=logs, opts=opts),
        runtime="python3.10",
        handler="index.handler",
        code=config.require("code"),
        function_name=f"{pulumi.get_stack()}-f",
        opts=opts,
    )
    alias = Alias(f"live-{where}", function=function, opts=opts)
    trigger = Trigger(f"web-{where}", alias=alias, source=HttpSource(auth="anonymous", methods=["GET"]), opts=opts)
    bucket = alicloud.oss.Bucket(f"bucket-{where}", bucket=f"{pulumi.get_stack()}-{where}", opts=opts)
    Trigger(
        f"put-{where}", alias=alias, source=OssSource(bucket=bucket.bucket, events=["oss:ObjectCreated:*"]), opts=opts
    )
    pulumi.export(where, trigger.url)
