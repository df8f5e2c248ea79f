"""Decides by the policies that a user or role has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.policy_decision import OWNER, Decision, NamedPolicy, Place, judge, within
from yunfn.localcloud.tencent.cam.conditions import Context
from yunfn.localcloud.tencent.cam.documents import plain_action, read_policy
from yunfn.localcloud.tencent.cam.models import CamState

_Policy = NamedPolicy[Context]

ResourceTags = Callable[[str], Mapping[str, str]]
"""The tags of a resource, by its full QCS name."""


class Evaluator:
    """The local cloud's Authorizer: the union of a user's or role's policies, cut by a session's policy."""

    def __init__(self, state: CamState, clock: Clock, tags: ResourceTags) -> None:
        self._state = state
        self._clock = clock
        self._tags = tags
        self._generation = -1
        self._read: dict[tuple[str, str], tuple[_Policy, ...]] = {}
        self._sessions: dict[str, tuple[_Policy, ...]] = {}

    def decide(
        self, principal: Principal, action: str, resources: Sequence[str], context: Mapping[str, str]
    ) -> Decision:
        """Whether the principal may do ``action`` on what ``resources`` name, and why; the account may do all.

        A federated user may do what its maker may and its session's policy allows.
        """
        if principal.kind == "root":
            return OWNER
        action = plain_action(action)
        tags = {f"{key}&{value}" for resource in resources for key, value in self._tags(resource).items()}
        keys: Context = {
            "qcs:current_time": self._clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "qcs:resource_tag": tuple(sorted(tags)),
            "qcs:owner_uin": principal.account,
            **({"qcs:uin": principal.name} if principal.kind in ("user", "federated-user") else {}),
            **context,
        }
        if principal.kind == "federated-user" and principal.name == principal.account:
            # The account itself made the session: its policy is the only bound, and it always has one.
            return judge(self._session(principal.session_policy), action, resources, keys, Place.SESSION)
        has = judge(self._policies(principal), action, resources, keys)
        if not principal.session_policy:
            return has
        return within(has, judge(self._session(principal.session_policy), action, resources, keys, Place.SESSION))

    def _policies(self, principal: Principal) -> tuple[_Policy, ...]:
        if self._generation != self._state.generation:
            self._read.clear()
            self._generation = self._state.generation
        kind = "role" if principal.kind == "assumed-role" else "user"
        key = (kind, principal.name)
        found = self._read.get(key)
        if found is None:
            documents = self._state.documents_of(kind, principal.name)
            found = self._read[key] = tuple(NamedPolicy(name, read_policy(text)) for name, text in documents)
        return found

    def _session(self, document: str) -> tuple[_Policy, ...]:
        found = self._sessions.get(document)
        if found is None:
            if len(self._sessions) > 1000:
                self._sessions.clear()
            statements = read_policy(document) if document else ()
            found = self._sessions[document] = (NamedPolicy("", statements),)
        return found
