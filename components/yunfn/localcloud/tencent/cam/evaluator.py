"""Decides by the policies that a user or role has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.policy_decision import decide
from yunfn.localcloud.tencent.cam.conditions import Context
from yunfn.localcloud.tencent.cam.documents import Statement, plain_action, read_policy
from yunfn.localcloud.tencent.cam.models import CamState

ResourceTags = Callable[[str], Mapping[str, str]]
"""The tags of a resource, by its full QCS name."""


class Evaluator:
    """The local cloud's Authorizer: the union of a user's or role's policies, cut by a session's policy."""

    def __init__(self, state: CamState, clock: Clock, tags: ResourceTags) -> None:
        self._state = state
        self._clock = clock
        self._tags = tags
        self._generation = -1
        self._read: dict[tuple[str, str], tuple[Statement, ...]] = {}
        self._sessions: dict[str, tuple[Statement, ...]] = {}

    def allows(self, principal: Principal, action: str, resource: str, context: Mapping[str, str]) -> bool:
        """Whether the principal may do ``action`` on ``resource``; the account itself may do all.

        A federated user may do what its maker may and its session's policy allows.
        """
        if principal.kind == "root":
            return True
        action = plain_action(action)
        keys: Context = {
            "qcs:current_time": self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "qcs:resource_tag": tuple(f"{key}&{value}" for key, value in self._tags(resource).items()),
            **context,
        }
        maker_is_owner = principal.kind == "federated-user" and principal.name == principal.account
        if not maker_is_owner and not decide(self._statements(principal), action, resource, keys):
            return False
        if not principal.session_policy:
            return not maker_is_owner
        return decide(self._session(principal.session_policy), action, resource, keys)

    def _statements(self, principal: Principal) -> tuple[Statement, ...]:
        if self._generation != self._state.generation:
            self._read.clear()
            self._generation = self._state.generation
        kind = "role" if principal.kind == "assumed-role" else "user"
        key = (kind, principal.name)
        found = self._read.get(key)
        if found is None:
            documents = self._state.documents_of(kind, principal.name)
            found = self._read[key] = tuple(one for text in documents for one in read_policy(text))
        return found

    def _session(self, document: str) -> tuple[Statement, ...]:
        found = self._sessions.get(document)
        if found is None:
            if len(self._sessions) > 1000:
                self._sessions.clear()
            found = self._sessions[document] = read_policy(document)
        return found
