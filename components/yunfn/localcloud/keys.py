"""The access keys the cloud knows, and whom each one speaks for."""

from __future__ import annotations

import secrets
import string
from dataclasses import asdict, dataclass

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief
from yunfn.localcloud.store import Store

_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a request speaks for.

    ``kind`` is ``root`` (the account itself), ``user`` or ``assumed-role``; ``name`` the user's or role's name;
    ``session`` the session name; ``session_policy`` the policy document given at AssumeRole, or "".
    """

    account: str
    kind: str
    name: str = ""
    session: str = ""
    session_policy: str = ""

    @property
    def arn(self) -> str:
        """The principal's name as the cloud writes it."""
        if self.kind == "root":
            return f"acs:ram::{self.account}:root"
        if self.kind == "user":
            return f"acs:ram::{self.account}:user/{self.name}"
        return f"acs:ram::{self.account}:assumed-role/{self.name}/{self.session}"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key pair, temporary if ``token`` is set; ``expires`` is seconds since the epoch by the cloud's clock."""

    id: str
    secret: str
    principal: Principal
    token: str = ""
    expires: float = 0.0

    def __repr__(self) -> str:
        return f"AccessKey(id={self.id!r}, principal={self.principal.arn!r})"


class KeyRing:
    """Makes, keeps and finds access keys."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._keys = store.collection("", "", "keys")
        self._clock = clock
        self._cache: dict[str, AccessKey] = {}

    def create(self, principal: Principal) -> AccessKey:
        """A new permanent key for ``principal``."""
        return self._remember(AccessKey("LTAI5t" + _random(18), _random(30), principal))

    def create_temporary(self, principal: Principal, duration: float) -> AccessKey:
        """A new key with a security token, valid for ``duration`` seconds of the cloud's clock."""
        return self._remember(
            AccessKey(
                "STS." + _random(24),
                _random(44),
                principal,
                token="CAIS" + _random(200),
                expires=self._clock.time() + duration,
            )
        )

    def find(self, access_key_id: str, token: str = "") -> AccessKey:
        """The key of that id; raises AuthenticationError if it is unknown, expired or its token is wrong."""
        key = self._cache.get(access_key_id) or self._load(access_key_id)
        if key is None:
            raise AuthenticationError(Disbelief.UNKNOWN_KEY, access_key_id)
        if not secrets.compare_digest(key.token.encode(), token.encode()):
            raise AuthenticationError(Disbelief.WRONG_TOKEN, access_key_id)
        if key.expires and key.expires < self._clock.time():
            raise AuthenticationError(Disbelief.EXPIRED, access_key_id)
        return key

    def forget(self) -> None:
        """Drop what is held in memory, after the store was cleared."""
        self._cache.clear()

    def _remember(self, key: AccessKey) -> AccessKey:
        self._keys.put(key.id, asdict(key))
        self._cache[key.id] = key
        return key

    def _load(self, access_key_id: str) -> AccessKey | None:
        document = self._keys.get(access_key_id)
        if document is None:
            return None
        document["principal"] = Principal(**document["principal"])
        key = AccessKey(**document)
        self._cache[key.id] = key
        return key


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
