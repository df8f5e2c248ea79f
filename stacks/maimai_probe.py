"""The maimai probe's site: a Flask application on Python 3.6, after the serverless.yml of the Flask component.

What that file asked of API Gateway is the function's own URL here: SCF made no API Gateway triggers from 2024-07-01 on
and took them down on 2025-06-30. Its three path mappings are routes of the custom domain to three aliases.
"""

from __future__ import annotations

from pathlib import Path

import pulumi
import tencentcloud_iac_pulumi as tencentcloud

from yunfn import tencent

_HERE = Path(__file__).parent
# API Gateway's environments of the same names, and the paths that led to them.
_ENVIRONMENTS = {"release": "/*", "prepub": "/prepub/*", "test": "/test/*"}
_NOTICE = (
    "apigatewayConf: API Gateway is retired (no new triggers since 2024-07-01, offline since 2025-06-30); "
    "the site has a function URL for each environment instead, and the custom domain leads to them"
)


def program() -> None:
    """Declare the site; the stack's settings ``maimai:*`` say how its stacks differ.

    ``domain`` and ``certificateId`` (an id of the account's SSL service) go together; ``releaseVersion`` and
    ``prepubVersion`` hold an environment at a version, which else follows the newest. The secret ``databaseUrl`` names
    the database; without it there is one that lives as long as the instance.
    """
    settings = pulumi.Config("maimai")
    logs = tencent.LogProject("logs", retention_days=7)
    service = tencent.Service(
        "maimai",
        log_project=logs,
        vpc=_vpc(settings),
        # eip: true
        fixed_ip=True,
        tags={"service": "maimai", "stack": pulumi.get_stack()},
    )
    layer = tencent.Layer("packages", definition=_HERE.parent / "layers" / "maimai")
    database = settings.get_secret("databaseUrl")
    site = tencent.Function(
        "site",
        service=service,
        function_name=settings.get("functionName"),
        runtime="Python3.6",
        web=True,
        wsgi=True,
        handler="app.app",
        code=_HERE / "maimai" / "src",
        exclude=[".env", "__pycache__/**"],
        layers=[layer],
        memory=128,
        timeout=10,
        environment={"DEBUG": settings.get("debug") or "false"},
        secrets={"DATABASE_URL": database} if database is not None else None,
        secrets_key=_key() if database is not None else None,
    )
    pulumi.log.warn(_NOTICE, site)
    aliases = {
        name: tencent.Alias(name, function=site, alias_name=name, version=settings.get(f"{name}Version"))
        for name in _ENVIRONMENTS
    }
    for name, alias in aliases.items():
        url = tencent.Trigger(f"{name}-url", alias=alias, source=tencent.HttpSource(auth="anonymous"))
        pulumi.export(f"{name}Url", url.url)
    domain = settings.get("domain")
    if domain:
        routes = [_route(path, aliases[name]) for name, path in _ENVIRONMENTS.items()]
        tencent.CustomDomain(
            "domain", domain_name=domain, routes=routes, certificate_id=settings.require("certificateId")
        )
        pulumi.export("site", f"https://{domain}/")
    pulumi.export("function", site.function_name)
    pulumi.export("namespace", service.namespace)
    pulumi.export("version", site.version)


def _vpc(settings: pulumi.Config) -> tencent.Vpc | None:
    vpc, subnet = settings.get("vpcId"), settings.get("subnetId")
    return tencent.Vpc(vpc_id=vpc, subnet_id=subnet) if vpc and subnet else None


def _key() -> pulumi.Output[str]:
    """The id of the key that the secret is encrypted by. It goes with the stack, after a week in which it can be had
    back: what it encrypted is in the stack's settings still.
    """
    stack = pulumi.get_stack()
    key = tencentcloud.kms.Key(
        "secrets",
        alias=f"{stack}-secrets",
        description=f"secrets of {stack}",
        is_enabled=True,
        pending_delete_window_in_days=7,
    )
    return key.id


def _route(path: str, alias: tencent.Alias) -> tencent.Route:
    """The route of a path; the application sees what follows the environment's own part of it."""
    if path == "/*":
        return tencent.Route(path=path, alias=alias)
    return tencent.Route(
        path=path, alias=alias, rewrites=[tencent.Rewrite(kind="wildcard", match=path, replacement="/$")]
    )
