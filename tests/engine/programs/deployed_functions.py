"""The same small function on both clouds, with logs and an alias each, and on Tencent one that has neither."""

import pulumi

from yunfn import alibaba, tencent

code = pulumi.Config("t").require("code")
kept = alibaba.Service("kept", log_project=alibaba.LogProject("fc-logs", retention_days=7))
caller = alibaba.Function(
    "caller",
    service=kept,
    runtime="python3.10",
    handler="index.handler",
    code=code,
    timeout=20,
    async_invocation=alibaba.AsyncInvocation(stateful=True, retries=0),
)
alibaba.Alias("live", function=caller)

spoken = tencent.Service("spoken", log_project=tencent.LogProject("cls-logs", retention_days=7))
speaker = tencent.Function(
    "speaker",
    service=spoken,
    runtime="Python3.10",
    handler="index.handler",
    code=code,
    timeout=20,
    environment={"PASSWORD": pulumi.Output.secret("sesame")},
    async_invocation=tencent.AsyncInvocation(retries=0),
)
tencent.Alias("default", function=speaker)
quiet = tencent.Function(
    "quiet",
    service=tencent.Service("bare", namespace="default"),
    runtime="Python3.10",
    handler="index.handler",
    code=code,
)
pulumi.export("quiet", quiet.function_name)
