"""Getting temporary credentials: every rule first, then what the role lacks, then the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from yunfn.access.grammar import Grammar, PolicyDocument
from yunfn.access.statement import Grant
from yunfn.access.sts.checking import MissingRight, check
from yunfn.access.sts.credentials import Credentials, role_lacks
from yunfn.access.sts.request import SessionRequest
from yunfn.exceptions import MissingRightsError, ValidationError


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key asks: the account (uin on Tencent Cloud), and whether it is the account itself, a user or a role."""

    account: str
    kind: Literal["root", "user", "role"]
    name: str


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """What could be read of a role: its policies, and how many seconds its sessions last at most.

    ``unread`` says why nothing was; there are no policies then, and ``longest`` is the API's own bound.
    """

    policies: tuple[PolicyDocument, ...]
    longest: int
    unread: str = ""


def unread(request: SessionRequest, why: str) -> RoleFacts:
    """What is known of a role that could not be read, and why it could not."""
    return RoleFacts((), request.rules.longest, why)


@dataclass(frozen=True, slots=True)
class Assumed:
    """Credentials, and a sentence on what was checked before they were made."""

    credentials: Credentials
    checked: str


class TokenService(Protocol):
    """A cloud's STS, as ``yunfn.credentials`` asks it."""

    @property
    def grammar(self) -> Grammar:
        """Of the cloud."""

    def caller(self) -> Caller:
        """Whose key it is; raises CloudAnswerError."""

    def role(self, request: SessionRequest) -> RoleFacts:
        """The role, as far as the caller may read it; raises CloudAnswerError for other refusals than that."""

    def assume(self, request: SessionRequest) -> Credentials:
        """The call itself; raises CloudAnswerError with API, code and request id."""


def assume(service: TokenService, request: SessionRequest, wanted: Sequence[Grant] | None = None) -> Assumed:
    """Temporary credentials; raises before they exist if they would lack a right that is ``wanted``.

    By default all that the session policy allows is wanted.

    Raises:
        ValidationError: the caller may not take a session, or not for so long.
        MissingRightsError: a wanted right is not in the session policy, or the role does not have it.
        CloudAnswerError: the cloud refused.
    """
    require(request, wanted or ())
    name = request.role or "the federated user"
    _check_caller(service.caller(), request)
    facts = _facts(service, request)
    lacking: tuple[MissingRight, ...] = ()
    if not facts.unread:
        if not request.duration and facts.longest < request.seconds:
            request = replace(request, duration=facts.longest)
        request.check_duration(facts.longest, f"the role {request.role} allows")
        lacking = check(request.policy.statements, request.policy, facts.policies)
        _refuse(name, lacking if wanted is None else check(wanted, request.policy, facts.policies))
    made = replace(
        service.assume(request),
        role_checked=not facts.unread,
        lacking=tuple(sorted({role_lacks(each) for each in lacking})),
    )
    if facts.unread:
        return Assumed(made, f"only the session policy was checked: {facts.unread}")
    return Assumed(made, "the session policy and the role's policies were checked")


def require(request: SessionRequest, wanted: Sequence[Grant]) -> None:
    """Raise MissingRightsError unless the session policy allows all that is wanted; asks nobody."""
    _refuse(request.role or "the federated user", check(wanted, request.policy))


def _facts(service: TokenService, request: SessionRequest) -> RoleFacts:
    if request.role:
        return service.role(request)
    return unread(request, "what bounds a federated user are its maker's policies")


def _check_caller(caller: Caller, request: SessionRequest) -> None:
    rules = request.rules
    if caller.kind == "root":
        if not rules.owner:
            raise ValidationError(
                "sts.assume",
                "caller",
                caller.name,
                "an account itself cannot assume a role: use the key of a RAM user that has AliyunSTSAssumeRoleAccess "
                "and that the role's trust policy names (acs:ram::<account>:root there names all of the account)",
            )
        request.check_duration(min(rules.owner, rules.longest), "the account itself gets")
    elif caller.kind == "role":
        if not rules.chained:
            raise ValidationError(
                "sts.assume", "caller", caller.name, f"{rules.api} takes no temporary key: use that of a user"
            )
        request.check_duration(min(rules.chained, rules.longest), "a role that takes a role gets")


def _refuse(who: str, missing: Sequence[MissingRight]) -> None:
    if missing:
        raise MissingRightsError(who, tuple(map(str, missing)))
