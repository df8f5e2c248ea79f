"""Prices, quoted by a function whose new versions go live step by step, judged by what they do."""

from __future__ import annotations

from pathlib import Path

import pulumi

from yunfn import alibaba

_HERE = Path(__file__).parent


def program() -> None:
    """Declare the function; the stack's settings ``quotes:*`` say how its stacks differ.

    ``steps`` are the shares of calls that a new version gets one after the other, in percent; ``every`` is how long
    each lasts and ``interval`` how often it is judged. ``discount`` (percent) and ``failures`` (the share of calls that
    fail, 0 to 1) are the function's own: to try out a version that is good, and one that is not.
    """
    settings = pulumi.Config("quotes")
    logs = alibaba.LogProject("logs", retention_days=30)
    service = alibaba.Service("quotes", log_project=logs, tags={"stack": pulumi.get_stack()})
    quote = alibaba.Function(
        "quote",
        service=service,
        runtime="python3.10",
        handler="index.handler",
        code=_HERE / "quotes",
        memory=128,
        timeout=10,
        environment={
            "DISCOUNT": settings.get("discount") or "0",
            "FAILURES": settings.get("failures") or "0",
        },
    )
    live = alibaba.Alias(
        "quote-live",
        function=quote,
        rollout=alibaba.Steps(
            [int(each) for each in (settings.get("steps") or "5,20,50").split(",")],
            every=settings.get("every") or "5m",
            analysis=[alibaba.ErrorRate(interval=settings.get("interval") or "1m")],
            hooks=[alibaba.FunctionHook("before", name="smoke", event={"item": "tea"}, expect='"price"')],
        ),
    )
    pulumi.export("function", quote.function_name)
    pulumi.export("alias", live.alias_name)
    pulumi.export("version", live.version)
    pulumi.export("rollout", live.rollout)
