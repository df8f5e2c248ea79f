"""Temporary credentials that can do no more than they should: session policies, their rules, and what they lack.

Knows no cloud SDK: ``yunfn.credentials`` asks the clouds. A client that was handed nothing but the credentials reads
them with ``Credentials.load`` and asks ``credentials.require([ots.read(…)])`` before it starts: a right that is missing
is told then, and not by an empty answer later.
"""

from __future__ import annotations

from yunfn.access.sts.assuming import Assumed, Caller, RoleFacts, TokenService, assume, require, unread
from yunfn.access.sts.checking import MissingRight, check
from yunfn.access.sts.credentials import Credentials
from yunfn.access.sts.refreshing import RefreshingCredentials
from yunfn.access.sts.request import SessionRequest, grammar_of_role
from yunfn.access.sts.rules import ASSUME_ROLE, FEDERATION
from yunfn.access.sts.session_policy import SessionPolicy, read_session_policy, session_policy

__all__ = [
    "ASSUME_ROLE",
    "FEDERATION",
    "Assumed",
    "Caller",
    "Credentials",
    "MissingRight",
    "RefreshingCredentials",
    "RoleFacts",
    "SessionPolicy",
    "SessionRequest",
    "TokenService",
    "assume",
    "check",
    "grammar_of_role",
    "read_session_policy",
    "require",
    "session_policy",
    "unread",
]
