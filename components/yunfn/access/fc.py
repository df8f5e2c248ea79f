"""Rights to call functions of Function Compute."""

from __future__ import annotations

import re

from yunfn.access.statement import Grant, Name, Statement, grant
from yunfn.exceptions import ValidationError

_PART = re.compile(r"[A-Za-z0-9_-]{1,128}")


def invoke(function: Name, qualifier: Name, *, region: Name = "*", account: Name = "*") -> Grant:
    """Call one function by one alias or version: ``fc:InvokeFunction``.

    A function's name is unique in its account and region only. Raises ValidationError for a name FC would not take.
    """
    return grant("fc.invoke", _invoke, function=function, qualifier=qualifier, region=region, account=account)


def _invoke(function: str, qualifier: str, region: str, account: str) -> tuple[Statement, ...]:
    for argument, value in (("function", function), ("qualifier", qualifier)):
        if not _PART.fullmatch(value):
            raise ValidationError("fc.invoke", argument, value, "1–128 letters, digits, '_' and '-'")
    at = f"acs:fc:{region}:{account}:functions/{function}/{qualifier}"
    return (Statement(("fc:InvokeFunction",), (at,)),)
