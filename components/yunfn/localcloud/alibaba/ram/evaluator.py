"""Decides by the policies that a user or role has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from yunfn.localcloud.alibaba.ram.documents import read_policy
from yunfn.localcloud.alibaba.ram.models import RamState
from yunfn.localcloud.clock import Clock
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.policy_decision import OWNER, Decision, NamedPolicy, Place, judge, within

_Policy = NamedPolicy[Mapping[str, str]]


class Evaluator:
    """The local cloud's Authorizer: the union of a user's or role's policies, cut by a session policy."""

    def __init__(self, state: RamState, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._generation = -1
        self._read: dict[tuple[str, str, str], tuple[_Policy, ...]] = {}
        self._sessions: dict[str, tuple[_Policy, ...]] = {}

    def decide(
        self, principal: Principal, action: str, resources: Sequence[str], context: Mapping[str, str]
    ) -> Decision:
        """Whether the principal may do ``action`` on what ``resources`` name, and why; the account may do all."""
        if principal.kind == "root":
            return OWNER
        keys = {"acs:CurrentTime": self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"), **context}
        has = judge(self._policies(principal), action, resources, keys)
        if not principal.session_policy:
            return has
        return within(has, judge(self._session(principal.session_policy), action, resources, keys, Place.SESSION))

    def _policies(self, principal: Principal) -> tuple[_Policy, ...]:
        if self._generation != self._state.generation:
            self._read.clear()
            self._generation = self._state.generation
        kind = "user" if principal.kind == "user" else "role"
        key = (principal.account, kind, principal.name.lower())
        found = self._read.get(key)
        if found is None:
            documents = self._state.documents_of(principal.account, kind, principal.name)
            found = self._read[key] = tuple(NamedPolicy(name, read_policy(text)) for name, text in documents)
        return found

    def _session(self, document: str) -> tuple[_Policy, ...]:
        found = self._sessions.get(document)
        if found is None:
            if len(self._sessions) > 1000:
                self._sessions.clear()
            found = self._sessions[document] = (NamedPolicy("", read_policy(document)),)
        return found
