"""A service that is right but for the one mistake that ``t:mistake`` names.

If it names several, separated by ``|``, each is made in a service of its own, and what is said of it is logged.
"""

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
from yunfn.exceptions import ValidationError

config = pulumi.Config("t")
mistakes = config.require("mistake").split("|")
code = config.require("code")
# Declared before the mistake is met, yet not to be deployed.
logs = LogProject("logs")
service = Service("svc", log_project=logs)
arn = "acs:fc:cn-shanghai:1:layers/words/versions/{}"
late = alicloud.oss.Bucket("late", bucket="late-" + pulumi.get_stack()) if "late name" in mistakes else None
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
wrong_alias = {
    "alias name": {"alias_name": "LATEST"},
    "weight": {"additional_version": "2", "additional_weight": 1.5},
    "second weight": {"additional_version": "2"},
}


def declare(mistake, opts):
    """Declare a function and what hangs on it, with one mistake."""
    given = {"runtime": "python3.10", "handler": "index.handler", "code": code, **wrong.get(mistake, {})}
    if mistake == "layer's runtime":
        given["layers"] = [Layer("words", content=code, compatible_runtimes=["python3.12"], opts=opts)]
    function = Function("f", service=service, opts=opts, **given)
    alias = Alias("live", function=function, opts=opts, **wrong_alias.get(mistake, {}))
    cron = "0 0 * * *" if mistake == "cron" else "0 0 * * * *"
    Trigger("tick", alias=alias, source=TimerSource(cron=cron), opts=opts)
    methods = ["FETCH"] if mistake == "method" else ["GET"]
    Trigger("web", alias=alias, source=HttpSource(methods=methods), opts=opts)


if len(mistakes) == 1:
    declare(mistakes[0], None)
else:
    refused = []
    for number, each in enumerate(mistakes):
        # Resources of the same name are told apart by the type of what they belong to.
        own = pulumi.ComponentResource(f"test:mistakes:Number{number}", "in")
        try:
            declare(each, pulumi.ResourceOptions(parent=own))
        except ValidationError as error:
            pulumi.log.error(f"{each}: ValidationError: {error}")
            refused.append(error)
    if len(refused) < len(mistakes):
        raise AssertionError("some were not refused")
    raise refused[-1]
