"""Two functions behind one HTTP domain by path, and behind one HTTPS domain with a certificate of its own."""

import pulumi

from yunfn.alibaba import Alias, Certificate, CustomDomain, Function, Rewrite, Route, Service

config = pulumi.Config("t")
service = Service("pages")
aliases = {}
for name in ("first", "second"):
    function = Function(
        name,
        service=service,
        runtime="python3.10",
        handler="index.handler",
        code=config.require("code"),
        environment={"WHO": name},
    )
    aliases[name] = Alias(f"{name}-live", function=function)
CustomDomain(
    "plain",
    domain_name=config.require("plain"),
    routes=[
        Route(path="/first/*", alias=aliases["first"], methods=["GET", "POST"]),
        Route(
            path="/second/*",
            alias=aliases["second"],
            methods=["GET"],
            rewrites=[Rewrite(kind="wildcard", match="/second/*", replacement="/rewritten/*")],
        ),
        Route(path="/second/exact", alias=aliases[config.get("exact") or "first"]),
    ],
)
secure = CustomDomain(
    "secure",
    domain_name=config.require("secure"),
    routes=[Route(path="/*", alias=aliases["second"])],
    certificate=Certificate(name="own", chain=config.require("chain"), private_key=config.require_secret("key")),
)
pulumi.export("first", aliases["first"].function.function_name)
pulumi.export("domain", secure.domain_name)
