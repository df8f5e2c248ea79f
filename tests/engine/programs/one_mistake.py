"""A service that is right but for the one mistake that ``t:mistake`` names."""

import pulumi
import pulumi_alicloud as alicloud

from yunfn.alibaba import (
    Alias,
    CustomRuntime,
    Function,
    HttpSource,
    Initializer,
    Layer,
    LogProject,
    Service,
    TimerSource,
    Trigger,
)

config = pulumi.Config("t")
mistake = config.require("mistake")
code = config.require("code")
# Declared before the mistake is met, yet not to be deployed.
logs = LogProject("logs")
service = Service("svc", log_project=logs)
arn = "acs:fc:cn-shanghai:1:layers/words/versions/{}"
late = alicloud.oss.Bucket("late", bucket="late-" + pulumi.get_stack()) if mistake == "late name" else None
# What is wrong with the function, by the mistake's name.
wrong = {
    "runtime": {"runtime": "python2.7"},
    "handler": {"handler": "index:handler"},
    "handler's file": {"handler": "elsewhere.handler"},
    "initializer": {"initializer": Initializer(handler="elsewhere.start")},
    "name": {"function_name": "1st"},
    "environment key": {"environment": {"1st": "x"}},
    "reserved key": {"environment": {"FC_REGION": "x"}},
    "secret environment": {"environment": {"TOKEN": pulumi.Output.secret("x" * 4100)}},
    "memory": {"memory": 1000},
    "cpu": {"cpu": 0.52, "memory": 1024},
    "cpu to memory": {"cpu": 4, "memory": 1024},
    "disk": {"disk": 1024},
    "timeout": {"timeout": 86401},
    "layer count": {"layers": [arn.format(number) for number in range(6)]},
    "custom runtime": {"custom_runtime": CustomRuntime(command=["/code/bootstrap"])},
    "late name": {"function_name": late.id.apply(lambda _: "no name") if late else None},
}
given = {"runtime": "python3.10", "handler": "index.handler", "code": code, **wrong.get(mistake, {})}
if mistake == "layer's runtime":
    given["layers"] = [Layer("words", content=code, compatible_runtimes=["python3.12"])]
function = Function("f", service=service, **given)
wrong_alias = {
    "alias name": {"alias_name": "LATEST"},
    "weight": {"additional_version": "2", "additional_weight": 1.5},
    "second weight": {"additional_version": "2"},
}
alias = Alias("live", function=function, **wrong_alias.get(mistake, {}))
Trigger("tick", alias=alias, source=TimerSource(cron="0 0 * * *" if mistake == "cron" else "0 0 * * * *"))
Trigger("web", alias=alias, source=HttpSource(methods=["FETCH"] if mistake == "method" else ["GET"]))
