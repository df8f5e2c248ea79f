"""Decides by the policies that a user or role has."""

from __future__ import annotations

from collections.abc import Mapping

from yunfn.localcloud.alibaba.ram.documents import Statement, read_policy
from yunfn.localcloud.alibaba.ram.models import RamState
from yunfn.localcloud.clock import Clock
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.policy_decision import decide


class Evaluator:
    """The local cloud's Authorizer: the union of a user's or role's policies, cut by a session policy."""

    def __init__(self, state: RamState, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._generation = -1
        self._read: dict[tuple[str, str, str], tuple[Statement, ...]] = {}
        self._sessions: dict[str, tuple[Statement, ...]] = {}

    def allows(self, principal: Principal, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """Whether the principal may do ``action`` on ``resource``; the account itself may do all."""
        if principal.kind == "root":
            return True
        keys = {"acs:CurrentTime": self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"), **context}
        if not decide(self._statements(principal), action, resource, keys):
            return False
        if not principal.session_policy:
            return True
        return decide(self._session(principal.session_policy), action, resource, keys)

    def _statements(self, principal: Principal) -> tuple[Statement, ...]:
        if self._generation != self._state.generation:
            self._read.clear()
            self._generation = self._state.generation
        kind = "user" if principal.kind == "user" else "role"
        key = (principal.account, kind, principal.name.lower())
        found = self._read.get(key)
        if found is None:
            documents = self._state.documents_of(principal.account, kind, principal.name)
            found = self._read[key] = tuple(one for text in documents for one in read_policy(text))
        return found

    def _session(self, document: str) -> tuple[Statement, ...]:
        found = self._sessions.get(document)
        if found is None:
            if len(self._sessions) > 1000:
                self._sessions.clear()
            found = self._sessions[document] = read_policy(document)
        return found
