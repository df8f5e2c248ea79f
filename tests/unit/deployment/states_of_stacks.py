"""Resources of an exported state, as the Pulumi CLI writes them."""

from __future__ import annotations

from typing import Any

#: What stands for a secret output: the marker, and the text encrypted.
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x:y"}
ACCOUNT, APP_ID = "1000000000000001", "1250000001"
PROVIDER = "urn:pulumi:dev::shop::pulumi:providers:alicloud::default_4_0_0::p1"


def state(*resources: dict[str, Any], pending: tuple[tuple[str, dict[str, Any]], ...] = ()) -> dict[str, Any]:
    """A whole state; ``pending`` are operations by kind and resource."""
    operations = [{"resource": resource, "type": kind} for kind, resource in pending]
    return {"version": 3, "deployment": {"resources": list(resources), "pending_operations": operations}}


def fc_function(name: str, *, component: bool = True, **outputs: Any) -> dict[str, Any]:
    """A function of FC called dev-``name``."""
    inside, own = ("yunfn:alibaba:Function$", f"{name}-function") if component else ("", name)
    arn = f"acs:fc:cn-shanghai:{ACCOUNT}:functions/dev-{name}"
    return {
        "urn": f"urn:pulumi:dev::shop::{inside}alicloud:fc/v3Function:V3Function::{own}",
        "custom": True,
        "id": f"dev-{name}",
        "type": "alicloud:fc/v3Function:V3Function",
        "provider": PROVIDER,
        "outputs": {"functionName": f"dev-{name}", "functionArn": arn, "timeout": 10, **outputs},
    }


def fc_alias(function: str, alias: str, *, region: str = "cn-shanghai") -> dict[str, Any]:
    """An alias of the function of FC called dev-``function``."""
    place = {"account": ACCOUNT, "region": region, "functionName": f"dev-{function}", "aliasName": alias}
    return {
        "urn": f"urn:pulumi:dev::shop::yunfn:alibaba:Alias$yunfn:fc:Alias::{function}-{alias}",
        "id": f"dev-{function}:{alias}",
        "type": "yunfn:fc:Alias",
        "outputs": place,
    }


def fc_upstream_alias(function: str, alias: str) -> dict[str, Any]:
    """The same as earlier releases made it, by upstream's provider."""
    return {
        "urn": f"urn:pulumi:dev::shop::yunfn:alibaba:Alias$alicloud:fc/v3Alias:V3Alias::{function}-{alias}",
        "id": f"dev-{function}:{alias}",
        "type": "alicloud:fc/v3Alias:V3Alias",
        "provider": PROVIDER,
        "outputs": {"functionName": f"dev-{function}", "aliasName": alias},
    }


def scf_function(name: str, *, region: str = "ap-shanghai", **outputs: Any) -> dict[str, Any]:
    """A function of SCF called dev-``name``, in the namespace dev-svc."""
    place = {"account": APP_ID, "region": region, "namespace": "dev-svc", "functionName": f"dev-{name}"}
    return {
        "urn": f"urn:pulumi:dev::shop::yunfn:tencent:Function$yunfn:scf:Function::{name}-function",
        "id": f"dev-svc/dev-{name}",
        "type": "yunfn:scf:Function",
        "outputs": {**place, "timeout": 7, **outputs},
    }


def scf_alias(function: str, alias: str, *, region: str = "ap-shanghai") -> dict[str, Any]:
    """An alias of the function of SCF called dev-``function``."""
    return {
        "urn": f"urn:pulumi:dev::shop::yunfn:tencent:Alias$yunfn:scf:Alias::{function}-{alias}",
        "id": f"dev-svc/dev-{function}:{alias}",
        "type": "yunfn:scf:Alias",
        "outputs": {"account": APP_ID, "region": region, "aliasName": alias},
    }
