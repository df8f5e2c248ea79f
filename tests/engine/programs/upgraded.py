"""What a stack of the release before the plugin holds that the plugin takes over: code, layer, version."""

import pulumi
import pulumi_alicloud as alicloud

from yunfn.alibaba import Alias, Function, HttpSource, Layer, LogProject, Service, Trigger

try:
    from yunfn.alibaba import Canary
except ImportError:  # The previous release.
    Canary = None

config = pulumi.Config("t")
provider = alicloud.Provider("explicit", region="cn-shanghai") if config.get_bool("explicit") else None
opts = pulumi.ResourceOptions(provider=provider)
layer = Layer(
    "words", content=config.require("content"), prefix="python", compatible_runtimes=["python3.10"], opts=opts
)
service = Service("svc", log_project=LogProject("logs", index=False, opts=opts), opts=opts)
function = Function(
    "speaker",
    service=service,
    runtime="python3.10",
    handler="index.handler",
    code=config.require("code"),
    layers=[layer],
    environment={"KEY": config.require_secret("key")},
    opts=opts,
)
more = {"rollout": Canary(50, "1s", analysis=[])} if config.get_bool("rollout") else {}
alias = Alias("live", function=function, opts=opts, **more)
trigger = Trigger("web", alias=alias, source=HttpSource(auth="anonymous", methods=["GET"]), opts=opts)
pulumi.export("url", trigger.url)
pulumi.export("function", function.function_name)
pulumi.export("version", function.version)
pulumi.export("layer", layer.arn)
