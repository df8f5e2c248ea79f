"""Rights to call functions of Serverless Cloud Function."""

from __future__ import annotations

import re

from yunfn.access.names import uin
from yunfn.access.statement import Grant, Name, Statement, grant
from yunfn.exceptions import ValidationError

_PART = re.compile(r"[A-Za-z0-9_-]{1,60}")


def invoke(function: Name, namespace: Name = "default", *, region: Name = "*", account: Name = "*") -> Grant:
    """Call one function, by any of its aliases and versions: CAM's names of functions end at the function.

    ``scf:InvokeFunction``, and ``scf:Invoke``, the older call of the same. ``account`` is the uin; a function's name is
    unique in account, region and namespace only. Raises ValidationError for a name SCF would not take.
    """
    return grant("scf.invoke", _invoke, function=function, namespace=namespace, region=region, account=account)


def _invoke(function: str, namespace: str, region: str, account: str) -> tuple[Statement, ...]:
    for argument, value in (("function", function), ("namespace", namespace)):
        if not _PART.fullmatch(value):
            raise ValidationError("scf.invoke", argument, value, "1–60 letters, digits, '_' and '-'")
    owner = uin("scf.invoke", "account", account)
    at = f"qcs::scf:{region}:uin/{owner}:namespace/{namespace}/function/{function}"
    return (Statement(("scf:Invoke", "scf:InvokeFunction"), (at,)),)
