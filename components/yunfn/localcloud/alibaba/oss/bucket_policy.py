"""What a bucket's own policy says of a request (OSS documentation, "Bucket Policy"; the grammar is RAM's)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yunfn.localcloud.alibaba.oss.exceptions import OssError
from yunfn.localcloud.alibaba.ram.documents import Statement, read_policy
from yunfn.localcloud.cloud_error import CloudError
from yunfn.localcloud.globs import matches
from yunfn.localcloud.policy_decision import Decision, Place

_LONGEST = 16 * 1024


class InvalidPolicyDocument(OssError):
    """A bucket policy that is no policy."""

    code = "InvalidPolicyDocument"
    text = "The policy you provided is not well-formed or does not validate."


@dataclass(frozen=True, slots=True)
class _Rule:
    """One statement and whom it speaks of: ids, role session ARNs, ``*``; ``negated`` for NotPrincipal."""

    principals: tuple[str, ...]
    negated: bool
    statement: Statement


@lru_cache(maxsize=256)
def read(text: str) -> tuple[_Rule, ...]:
    """The rules of a policy; raises InvalidPolicyDocument."""
    if len(text) > _LONGEST:
        raise InvalidPolicyDocument(ErrorDetail=f"a bucket policy has at most {_LONGEST} bytes")
    try:
        policy = json.loads(text)
    except ValueError as error:
        raise InvalidPolicyDocument(ErrorDetail=str(error)) from None
    if not isinstance(policy, dict) or not isinstance(policy.get("Statement"), list) or not policy["Statement"]:
        raise InvalidPolicyDocument(ErrorDetail="a policy is an object with a list Statement")
    return tuple(_rule(policy.get("Version"), item) for item in policy["Statement"])


def verdict(
    text: str, bucket: str, names: Collection[str], action: str, resource: str, context: Mapping[str, str]
) -> Decision | None:
    """What the policy of ``bucket`` says; None where it does not speak of the request.

    ``names`` are all the names that mean the sender (account or user id, role session ARN); none for an anonymous
    one, whom only ``*`` means.
    """
    said: Decision | None = None
    for index, rule in enumerate(read(text)):
        if _means(rule, names) and rule.statement.covers(action, resource, context):
            decision = Decision(rule.statement.allow, Place.BUCKET, bucket, index, resource)
            if not decision.allowed:
                return decision
            said = said or decision
    return said


def _rule(version: object, item: Any) -> _Rule:
    if not isinstance(item, dict) or ("Principal" in item) == ("NotPrincipal" in item):
        raise InvalidPolicyDocument(ErrorDetail="each statement has either Principal or NotPrincipal")
    name = "Principal" if "Principal" in item else "NotPrincipal"
    principals = item[name] if isinstance(item[name], list) else [item[name]]
    if not principals or not all(isinstance(principal, str) and principal for principal in principals):
        raise InvalidPolicyDocument(ErrorDetail=f"{name} is a list of ids")
    rest = {key: value for key, value in item.items() if key != name}
    try:
        (statement,) = read_policy(json.dumps({"Version": version, "Statement": [rest]}), _LONGEST)
    except CloudError as error:
        raise InvalidPolicyDocument(ErrorDetail=error.message) from None
    return _Rule(tuple(principals), name == "NotPrincipal", statement)


def _means(rule: _Rule, names: Collection[str]) -> bool:
    named = "*" in rule.principals or any(matches(glob, name) for glob in rule.principals for name in names)
    return named is not rule.negated
