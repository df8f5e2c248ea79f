"""Settings that upstream leaves in the cloud when the program no longer has them: said, and known as still there.

TFP 1.285.0 sends no change for a computed block that is taken away. If the fingerprint forgot such a setting, the
next version would be refused because nothing changed; if nobody said so, a function would stand in a VPC unnoticed.
"""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_alicloud as alicloud

_CURE = "give the function another function_name, which makes a new one"


def retained_vpc(name: str, function: alicloud.fc.V3Function) -> pulumi.Output[dict[str, Any] | None]:
    """Answer the VPC that a function without one stands in all the same, None if in none; warns of it."""

    def look(vpc: Any) -> dict[str, Any] | None:
        if not vpc or not vpc.get("vpc_id"):
            return None
        pulumi.log.warn(f"{name}: still stands in {vpc['vpc_id']}: upstream takes no VPC away; {_CURE}")
        return {key: vpc.get(key) for key in ("vpc_id", "vswitch_ids", "security_group_id")}

    found: pulumi.Output[dict[str, Any] | None] = function.vpc_config.apply(look)
    return found


def retained_health_check(name: str, function: alicloud.fc.V3Function) -> pulumi.Output[dict[str, Any] | None]:
    """Answer the health check that a custom runtime without one still has, None if it has none; warns of it."""

    def look(runtime: Any) -> dict[str, Any] | None:
        check = (runtime or {}).get("health_check_config")
        if not check or not check.get("http_get_url"):
            return None
        pulumi.log.warn(f"{name}: still checked at {check['http_get_url']}: upstream takes no check away; {_CURE}")
        return dict(check)

    found: pulumi.Output[dict[str, Any] | None] = function.custom_runtime_config.apply(look)
    return found
