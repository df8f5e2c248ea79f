"""A function behind an alias that puts new versions live by a rollout, on the cloud that ``t:cloud`` names.

Its code says ``GREETING`` and fails where that is ``broken``; probes judge it.
"""

import pulumi

from yunfn import alibaba, tencent

config = pulumi.Config("t")
there = config.require("cloud") == "alibaba"
module = alibaba if there else tencent
function = module.Function(
    "speaker",
    service=module.Service("svc"),
    runtime="python3.10" if there else "Python3.10",
    handler="index.handler",
    code=config.require("code"),
    environment={"GREETING": config.get("greeting") or "first"},
)
judged = module.ErrorRate(source=module.Probes([{}], calls=4), success="<= 50 %", interval="1s", minimum=4)
rollout = module.Steps([10, 50], config.get("every") or "1s", analysis=[judged])
alias = module.Alias(
    "live",
    function=function,
    rollout=rollout if config.get("rollout") else None,
    keep_versions=config.get_int("keep") or 10,
)

pulumi.export("function", function.function_name)
pulumi.export("version", function.version)
pulumi.export("rollout", alias.rollout)
