"""What a custom domain may be (API reference, "CreateCustomDomain": EndpointsConf, PathRewriteRule)."""

from __future__ import annotations

import re
from typing import Any

from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.exceptions import InvalidValue
from yunfn.localcloud.tencent.scf.state import DEFAULT_NAMESPACE, LATEST

PROTOCOLS = ("HTTP", "HTTPS", "HTTP&HTTPS")
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_PATH = re.compile(r"/|(/[^/*\s?#]+)+/?|(/[^/*\s?#]+)*/\*")
_REWRITES = ("WildcardRules", "ExactRules")


def check_domain_name(name: str) -> None:
    """Raise InvalidParameterValue.Domain unless ``name`` is a domain in lower case without a wildcard."""
    if not _DOMAIN.fullmatch(name):
        raise InvalidValue("Domain", f"{name!r} is no domain name")


def read_endpoint(sent: Parameters) -> dict[str, Any]:
    """One of EndpointsConfig as it is kept; raises InvalidParameterValue.PathMatch, .PathRewrite."""
    rules = []
    for each in sent.inners("PathRewrite"):
        rule = {name: each.text(name) for name in ("Path", "Type", "Rewrite")}
        if not _PATH.fullmatch(rule["Path"]) or rule["Type"] not in _REWRITES or not rule["Rewrite"].startswith("/"):
            raise InvalidValue("PathRewrite", f"{rule} must have a Path, Type of {', '.join(_REWRITES)}, and /… to put")
        rules.append(rule)
    match = sent.text("PathMatch")
    if not _PATH.fullmatch(match):
        raise InvalidValue("PathMatch", f"{match!r} must be such as /, /*, /a, /a/b or /a/*")
    return {
        "Namespace": sent.text("Namespace", "") or DEFAULT_NAMESPACE,
        "FunctionName": sent.text("FunctionName"),
        "Qualifier": sent.text("Qualifier", "") or LATEST,
        "PathMatch": match,
        "PathRewrite": rules,
    }
