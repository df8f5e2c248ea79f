"""A function with a secret in its environment and a domain with a private key."""

import pulumi

from yunfn.alibaba import Alias, Certificate, CustomDomain, Function, HttpSource, Route, Service, Trigger

config = pulumi.Config("t")
service = Service("vault")
function = Function(
    "keeper",
    service=service,
    runtime="python3.10",
    handler="index.handler",
    code=config.require("code"),
    function_name=config.get("function-name"),
    environment={"PLAIN": "seen by all", "TOKEN": config.require_secret("token")},
)
alias = Alias("keeper-live", function=function)
trigger = Trigger("web", alias=alias, source=HttpSource(auth="anonymous", methods=["GET"]))
CustomDomain(
    "domain",
    domain_name=config.require("domain"),
    routes=[Route(path="/*", alias=alias)],
    # The key is given as plain text: the component itself makes it secret.
    certificate=Certificate(name="own", chain=config.require("chain"), private_key=config.require("key")),
)
pulumi.export("function", function.function_name)
pulumi.export("version", function.version)
pulumi.export("url", trigger.url)
