"""A function whose words come from a layer; both packages in a bucket of the stack's own where one is named."""

import pulumi

from yunfn.alibaba import Alias, Function, HttpSource, Layer, Service, Trigger

config = pulumi.Config("t")
layer = Layer(
    "words",
    content=config.require("content"),
    prefix="python",
    compatible_runtimes=["python3.10"],
    bucket=config.get("bucket"),
)
function = Function(
    "speaker",
    service=Service("svc"),
    runtime="python3.10",
    handler="index.handler",
    code=config.require("code"),
    layers=[layer],
    bucket=config.get("bucket"),
)
trigger = Trigger("web", alias=Alias("live", function=function), source=HttpSource(auth="anonymous", methods=["GET"]))
pulumi.export("url", trigger.url)
pulumi.export("function", function.function_name)
pulumi.export("version", function.version)
pulumi.export("layer", layer.arn)
