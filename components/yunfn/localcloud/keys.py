"""The access keys the cloud knows, and whom each one speaks for."""

from __future__ import annotations

import secrets
import string
from dataclasses import asdict, dataclass

from yunfn.localcloud.clock import Clock
from yunfn.localcloud.cloud_error import AuthenticationError, Disbelief
from yunfn.localcloud.store import Store

_LETTERS = string.ascii_letters + string.digits
ALIBABA = "alibaba"
TENCENT = "tencent"


@dataclass(frozen=True, slots=True)
class KeyForm:
    """How a cloud's keys look: the first letters of each kind of id, how many follow, and the secrets' lengths."""

    collection: str
    prefix: str
    length: int
    secret_length: int
    temporary_prefix: str
    temporary_length: int
    temporary_secret_length: int
    token_prefix: str


_FORMS = {
    ALIBABA: KeyForm("keys", "LTAI5t", 18, 30, "STS.", 24, 44, "CAIS"),
    TENCENT: KeyForm("tencent/keys", "AKID", 32, 32, "AKID", 60, 44, ""),
}
KEY_COLLECTIONS = frozenset(form.collection for form in _FORMS.values())
"""The kinds of documents that hold keys."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Whom a request speaks for.

    ``kind`` is ``root`` (the account itself), ``user`` or ``assumed-role``; ``name`` the user's or role's name;
    ``session`` the session name; ``session_policy`` the policy document given at AssumeRole, or "". ``cloud`` is whose
    account it is, ``alibaba`` or ``tencent``. A Tencent ``account`` is its uin, and so is a user's name there; Tencent
    knows ``federated-user`` too: ``name`` is the uin of who made the session, which bounds what it may do.
    """

    account: str
    kind: str
    name: str = ""
    session: str = ""
    session_policy: str = ""
    cloud: str = ALIBABA

    @property
    def arn(self) -> str:
        """The principal's name as the cloud writes it."""
        if self.cloud == TENCENT:
            return self._tencent_name()
        if self.kind == "root":
            return f"acs:ram::{self.account}:root"
        if self.kind == "user":
            return f"acs:ram::{self.account}:user/{self.name}"
        return f"acs:ram::{self.account}:assumed-role/{self.name}/{self.session}"

    def _tencent_name(self) -> str:
        """The form of STS GetCallerIdentity's Arn and of COS's owner ids (wire-level facts of both)."""
        if self.kind == "root":
            return f"qcs::cam::uin/{self.account}:uin/{self.account}"
        if self.kind == "user":
            return f"qcs::cam::uin/{self.account}:uin/{self.name}"
        if self.kind == "federated-user":
            return f"qcs::sts::uin/{self.account}:federated-user/{self.name}/{self.session}"
        return f"qcs::sts::uin/{self.account}:assumed-role/{self.name}/{self.session}"


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
    """Makes, keeps and finds one cloud's access keys; the other cloud's are unknown to it."""

    def __init__(self, store: Store, clock: Clock, cloud: str = ALIBABA) -> None:
        self._form = _FORMS[cloud]
        self._keys = store.collection("", "", self._form.collection)
        self._clock = clock
        self._cache: dict[str, AccessKey] = {}

    def create(self, principal: Principal) -> AccessKey:
        """A new permanent key for ``principal``."""
        form = self._form
        return self._remember(AccessKey(form.prefix + _random(form.length), _random(form.secret_length), principal))

    def create_temporary(self, principal: Principal, duration: float) -> AccessKey:
        """A new key with a security token, valid for ``duration`` seconds of the cloud's clock."""
        form = self._form
        return self._remember(
            AccessKey(
                form.temporary_prefix + _random(form.temporary_length),
                _random(form.temporary_secret_length),
                principal,
                token=form.token_prefix + _random(200),
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

    def restore(self, key: AccessKey) -> None:
        """Put a key back into a store that was cleared."""
        self._remember(key)

    def remove(self, access_key_id: str) -> AccessKey:
        """Take away a key that there is; it is unknown from now on. Raises KeyError for one that there is not."""
        key = self._cache.pop(access_key_id, None) or self._load(access_key_id)
        if key is None:
            raise KeyError(access_key_id)
        self._cache.pop(access_key_id, None)
        self._keys.delete(access_key_id)
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
