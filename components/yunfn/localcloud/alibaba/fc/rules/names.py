"""The names of Function Compute's resources (FCD "CreateFunction", "CreateAlias", "CreateTrigger" and limits)."""

from __future__ import annotations

import re

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.state import LATEST

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}")
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_ROLE = re.compile(r"acs:ram::(?P<account>\d+):role/[A-Za-z0-9_.@/-]{1,256}")

NAME_RULE = "1 to 128 letters, digits, underscores and hyphens, not starting with a digit or a hyphen"


def check_name(kind: str, name: str) -> None:
    """Raise unless ``name`` may name a ``kind`` (functionName, triggerName, layerName)."""
    if not _NAME.fullmatch(name):
        raise InvalidArgument(f"{kind} '{name}' is invalid: {NAME_RULE}")


def check_alias_name(name: str) -> None:
    """Raise unless ``name`` may name an alias: like every name, and not LATEST."""
    check_name("aliasName", name)
    if name == LATEST:
        raise InvalidArgument(f"aliasName '{name}' is reserved")


def check_domain_name(name: str) -> None:
    """Raise unless ``name`` is a domain name in lower case, with at least two labels."""
    if not _DOMAIN.fullmatch(name):
        raise InvalidArgument(f"domainName '{name}' is invalid")


def check_role(field: str, role: str, account: str) -> None:
    """Raise unless ``role`` is the full name of a role of ``account``; "" means none.

    Whether the role exists and trusts Function Compute shows when it is assumed, at the first call (FCD
    "permissions": error InvalidArgument/AccessDenied at invocation), so it is not looked up here.
    """
    if not role:
        return
    match = _ROLE.fullmatch(role)
    if match is None:
        raise InvalidArgument(f"{field} '{role}' is invalid: acs:ram::<account id>:role/<role name> is wanted")
    if match["account"] != account:
        raise InvalidArgument(f"{field} '{role}' belongs to another account")
