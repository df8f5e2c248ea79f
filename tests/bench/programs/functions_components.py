"""Many functions in one stack, each with its own code and an alias: through yunfn's components."""

from pathlib import Path

import pulumi

from yunfn import alibaba

config = pulumi.Config("bench")
folder = Path(config.require("code"))

logs = alibaba.LogProject("logs", retention_days=30)
service = alibaba.Service("shop", log_project=logs, tags={"service": "shop"})
for number in range(config.require_int("count")):
    name = f"f{number:03d}"
    function = alibaba.Function(
        name,
        service=service,
        runtime="python3.10",
        handler="index.handler",
        code=folder / name,
        memory=256,
        timeout=10,
        environment={"NAME": name},
    )
    alibaba.Alias(f"{name}-live", function=function)
