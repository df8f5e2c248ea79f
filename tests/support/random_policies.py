"""Random policies and requests of both grammars: few names, so that statements, denies and conditions often meet."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_DATES = ("2026-11-20T00:00:00Z", "2026-11-21T08:00:00+08:00", "2026-11-21", "2026-11-22T12:30:00Z", "soon")
_NUMBERS = (1, 5, 10.5, "5", "1e1", "many", -1)
_ADDRESSES = ("10.0.0.0/8", "10.1.2.3", "10.1.2.3/24", "192.168.0.1", "::1", "fe80::/10", "10.0.0.256")
_TEXTS = ("${uin}", "dev", "Dev", "de*", "d?v", "*", "prod", "", "true", "in/*")
# What requests say, by the key's number in ``sent_keys``: mostly something of the kind that conditions ask of it.
_SENT = (
    ("10.1.2.3", "10.1.2.77", "192.168.0.1", "::1", "nowhere"),
    _DATES,
    ("dev", "Dev", "prod", "true", "in/a", ""),
    ("5", "10.5", "5.0", "-1", "x", "1e1"),
    ("true", "false", "True", "dev"),
    ("17", "18"),
    ("dev", "worker", "x", "*", ""),
)


@dataclass(frozen=True)
class Words:
    """What one grammar's policies are made of."""

    version: tuple[str, str]
    statement: str
    effect: str
    effects: tuple[str, str]
    action: tuple[str, ...]
    resource: tuple[str, ...]
    condition: str
    principal: str
    actions: tuple[str, ...]
    asked_actions: tuple[str, ...]
    resources: tuple[str, ...]
    asked_resources: tuple[str, ...]
    operators: tuple[str, ...]
    families: tuple[tuple[str, tuple[Any, ...]], ...]
    # Which of ``keys`` each family asks, and last which the texts ask.
    keys: tuple[str, ...]
    key_of: tuple[int, ...]
    sent_keys: tuple[str, ...]
    trust: Mapping[str, tuple[str, ...]]


RAM = Words(
    version=("Version", "1"),
    statement="Statement",
    effect="Effect",
    effects=("Allow", "Deny"),
    action=("Action", "NotAction"),
    resource=("Resource", "NotResource"),
    condition="Condition",
    principal="Principal",
    actions=(
        "*",
        "oss:*",
        "oss:Get*",
        "oss:GetObject",
        "OSS:getobject",
        "oss:?etObject",
        "*:Get*",
        "oss:*Object",
        "oss:PutObject",
        "ram:PassRole",
        "ram:*",
        "fc:Invoke*",
        "*:*",
        "oss:G*t*b*t",
        "o*s:List?uckets",
    ),
    asked_actions=(
        "oss:GetObject",
        "oss:PutObject",
        "ram:PassRole",
        "fc:InvokeFunction",
        "OSS:GETOBJECT",
        "oss:ListBuckets",
    ),
    resources=(
        "*",
        "acs:oss:*:*:pics/*",
        "acs:oss:*:*:pics",
        "acs:oss:cn-*:17:pics/in/*",
        "acs:oss:*:*:pics/*.png",
        "acs:oss:*:1?:*",
        "acs:ram:*:*:role/Worker",
        "acs:ram::17:role/work*",
        "acs:*:*:*:*",
        "acs:oss:*:*:PICS/*",
        "acs:ACS:*:*:*",
        "acs:fc:cn-hangzhou:17:functions/f/live",
        "acs:fc:*:*:functions/f*",
        "acs::::",
        "acs:oss:*:*:p**s/*?",
    ),
    asked_resources=(
        "*",
        "acs:oss:cn-hangzhou:17:pics/in/a.png",
        "acs:oss:*:17:pics",
        "acs:oss:cn-hangzhou:18:pics/b",
        "acs:ram::17:role/worker",
        "acs:ram:*:17:role/Worker",
        "acs:fc:cn-hangzhou:17:functions/f/live",
        "acs:fc:cn-hangzhou:17:functions/g",
        "acs:oss:cn-hangzhou:17:pics/",
    ),
    operators=(
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
        "Bool",
        "IpAddress",
        "NotIpAddress",
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ),
    families=(("Ip", _ADDRESSES), ("Numeric", _NUMBERS), ("Date", _DATES), ("Bool", (True, False, "True"))),
    keys=("acs:sourceip", "fc:Size", "acs:CurrentTime", "acs:SecureTransport", "oss:Prefix", "acs:SourceIp"),
    key_of=(0, 1, 2, 3, 4),
    sent_keys=("acs:SourceIp", "ACS:currenttime", "oss:Prefix", "fc:Size", "acs:SecureTransport"),
    trust={
        "Service": ("fc.aliyuncs.com", "17@log.aliyuncs.com", "ecs.aliyuncs.com", "*", "ess.aliyuncs.com", "no one"),
        "RAM": ("acs:ram::17:root", "acs:ram::17:user/a", "*", "acs:ram::17:role/b", "acs:ram:17:root"),
        "Federated": ("acs:ram::17:saml-provider/idp", "acs:ram::17:oidc-provider/idp", "idp"),
    },
)
CAM = Words(
    version=("version", "2.0"),
    statement="statement",
    effect="effect",
    effects=("allow", "deny"),
    action=("action",),
    resource=("resource",),
    condition="condition",
    principal="principal",
    actions=(
        "*",
        "name/*",
        "cos:*",
        "name/cos:*",
        "cos:GetObject",
        "name/cos:GetObject",
        "cos:Get*",
        "cos:?etObject",
        "cos:getobject",
        "cos:*Object",
        "name/cos:PutObject",
        "cam:PassRole",
        "scf:Invoke*",
        "cos:G*t*b*t",
        "name/*:*",
        "permid/280655",
    ),
    asked_actions=("cos:GetObject", "name/cos:GetObject", "cos:PutObject", "cam:PassRole", "scf:InvokeFunction"),
    resources=(
        "*",
        "qcs::cos:ap-guangzhou:uid/125:pics-125/*",
        "qcs::cos::uid/125:pics-125/in/*",
        "qcs::cos:*:uid/*:*",
        "qcs::cos:ap-*:*:pics-125/*.png",
        "qcs::*:*:*:*",
        "qcs::scf::uin/17:namespace/default/function/f",
        "qcs::scf:*:uin/17:*",
        "qcs::scf:ap-guangzhou::namespace/*/function/f",
        "qcs:id/0:cam::uin/17:role/*",
        "qcs::cos:ap-guangzhou:uin/125:pics-125/*",
        "qcs::cam::uin/:role*",
        "qcs::c?s::uid/125:p**s-125/*?",
        "qcs::cos:::*",
        "qcs::::uin/17:namespace/*",
        "qcs::scf::uin/${owner_uin}:namespace/*",
        "qcs::cam::uin/17:role*${uin}*",
        "qcs::c${app_id}:*:*:*",
    ),
    asked_resources=(
        "*",
        "qcs::cos:ap-guangzhou:uid/125:pics-125/in/a.png",
        "qcs::cos:ap-guangzhou:uid/125:pics-125/b",
        "qcs::scf:ap-guangzhou:uin/17:namespace/default/function/f",
        "qcs::cam::uin/17:roleName/worker",
        "qcs::cam::uin/17:roleName/dev",
        "qcs::cos:ap-beijing:uid/126:other-126/",
        "qcs::scf:ap-beijing:uin/18:namespace/n/function/f",
        "qcs:cos",
    ),
    operators=(
        "string_equal",
        "string_not_equal",
        "string_equal_ignore_case",
        "string_not_equal_ignore_case",
        "string_like",
        "string_not_like",
        "bool_equal",
        "binary_equal",
        "ip_equal",
        "ip_not_equal",
        "numeric_equal",
        "numeric_not_equal",
        "numeric_less_than",
        "numeric_less_than_equal",
        "numeric_greater_than",
        "numeric_greater_than_equal",
        "date_equal",
        "date_not_equal",
        "date_less_than",
        "date_less_than_equal",
        "date_greater_than",
        "date_greater_than_equal",
        "null_equal",
    ),
    families=(
        ("ip_", _ADDRESSES),
        ("numeric", _NUMBERS),
        ("date", _DATES),
        ("bool", (True, False, "True")),
        ("null", (True, False, "true")),
    ),
    keys=("qcs:ip", "size", "qcs:current_time", "qcs:secure", "qcs:resource_tag", "qcs:IP"),
    key_of=(0, 1, 2, 3, 5, 4),
    sent_keys=("qcs:ip", "qcs:current_time", "qcs:resource_tag", "size", "qcs:secure", "qcs:owner_uin", "qcs:uin"),
    trust={
        "service": ("scf.qcloud.com", "cls.cloud.tencent.com", "*", "ckafka.qcloud.com", "scf.example.com"),
        "qcs": (
            "qcs::cam::uin/17:root",
            "qcs::cam::uin/17:uin/18",
            "qcs::cam::anyone:anyone",
            "*",
            "qcs::cam::uin/17:roleName/a",
            "17",
        ),
        "federated": ("qcs::cam::uin/17:saml-provider/idp", "idp"),
    },
)


def policy(rng: random.Random, words: Words, *, trust: bool = False) -> dict[str, Any]:
    """A policy that the cloud takes, if it is no trust policy: some of those name nobody."""
    version, one = words.version
    statements = [_statement(rng, words, trust) for _ in range(rng.choice((1, 1, 2, 3)))]
    return {version: one, words.statement: statements}


def request(rng: random.Random, words: Words) -> tuple[str, str, dict[str, str]]:
    """An action, a resource and what is known of the request."""
    context = {
        key: rng.choice(rng.choice(_SENT) if rng.random() < 0.2 else _SENT[index])
        for index, key in enumerate(words.sent_keys)
        if rng.random() < 0.8
    }
    return rng.choice(words.asked_actions), rng.choice(words.asked_resources), context


def spoiled(rng: random.Random, document: dict[str, Any]) -> dict[str, Any]:
    """The policy with one thing in it changed for something that often does not belong there."""
    document = json.loads(json.dumps(document))
    places: list[tuple[Any, Any]] = []
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in items:
            places.append((value, key))
            if isinstance(each, dict | list):
                waiting.append(each)
    container, key = rng.choice(places)
    kind = rng.randrange(4)
    if kind == 0:
        del container[key]
    elif kind == 1 and isinstance(container, dict):
        container[rng.choice((f"{key}s", f"Not{key}", key.swapcase(), "Sid", "sid", "Principal", "principal"))] = (
            container.pop(key)
        )
    elif kind == 2 and isinstance(container[key], str):
        old = container[key]
        container[key] = rng.choice((old[1:], old + " ", old.replace(":", ""), old.upper(), f"x{old}", old + ":x", ""))
    else:
        container[key] = rng.choice((None, 1, 2.5, True, "", "x", [], {}, [1], [[]], [{}], {"x": 1}, ["*"], "*"))
    return document


def _statement(rng: random.Random, words: Words, trust: bool) -> dict[str, Any]:
    found: dict[str, Any] = {words.effect: words.effects[rng.random() < 0.25]}
    found[_element(rng, words.action)] = _listed(rng, words.actions)
    if trust:
        kinds = rng.sample(sorted(words.trust), rng.choice((1, 1, 1, 2)))
        found[words.principal] = {kind: _listed(rng, words.trust[kind]) for kind in kinds}
    else:
        found[_element(rng, words.resource)] = _listed(rng, words.resources)
    if rng.random() < 0.5:
        found[words.condition] = _conditions(rng, words)
    return found


def _element(rng: random.Random, names: tuple[str, ...]) -> str:
    return names[-1] if rng.random() < 0.15 else names[0]


def _listed(rng: random.Random, values: tuple[Any, ...]) -> Any:
    count = rng.choice((1, 1, 2, 3))
    return rng.choice(values) if count == 1 and rng.random() < 0.5 else rng.sample(values, min(count, len(values)))


def _conditions(rng: random.Random, words: Words) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(rng.choice((1, 1, 2))):
        name = rng.choice(words.operators)
        family = next((index for index, (part, _) in enumerate(words.families) if part in name), None)
        values = _TEXTS if family is None else words.families[family][1]
        fitting = words.keys[words.key_of[family] if family is not None else words.key_of[-1]]
        if "_" in name:
            name = rng.choice(("", "", "", "for_any_value:", "for_all_value:")) + name
            name += "" if "null" in name else rng.choice(("", "", "", "_if_exist"))
        keys = [fitting] if rng.random() < 0.75 else rng.sample(words.keys, rng.choice((1, 1, 2)))
        found[name] = {key: _listed(rng, values) for key in keys}
    return found
