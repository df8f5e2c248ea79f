"""Temporary credentials: handed on as environment, JSON or a file, and never shown."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from yunfn.access.grammar import GRAMMARS
from yunfn.access.statement import Grant
from yunfn.access.sts.checking import ROLE, MissingRight, check, speaks_of
from yunfn.access.sts.private_file import write_private
from yunfn.access.sts.session_policy import SessionPolicy, read_session_policy
from yunfn.exceptions import MissingRightsError, ValidationError

# What the clouds' clients read (id, secret, token), each family whole: where a shell still holds a permanent key under
# one of these names, a client that prefers that name would go on with all of its rights.
_NAMES: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "ram": (
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"),
        ("ALICLOUD_ACCESS_KEY", "ALICLOUD_SECRET_KEY", "ALICLOUD_SECURITY_TOKEN"),
        ("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"),
    ),
    "cam": (
        ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY", "TENCENTCLOUD_SECURITY_TOKEN"),
        ("TENCENT_SECRET_ID", "TENCENT_SECRET_KEY", "TENCENT_TOKEN"),
    ),
}
# What tells yunfn when the key in a shell ends.
_EXPIRATION: Final = "YUNFN_CREDENTIALS_EXPIRATION"
_FIELDS: Final = ("access_key_id", "access_key_secret", "security_token", "expiration", "role", "session")


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A temporary key: ``access_key_id`` (Tencent's TmpSecretId), its secret and token, until ``expiration`` (UTC).

    ``role`` is the ARN of the role ("" for a federated user) and ``session`` the session's name. ``policy`` is the
    session policy. ``role_checked`` says whether the role's own policies could be read when the credentials were
    made; ``lacking`` are the rights of the session policy that the role did not have then.
    """

    access_key_id: str
    access_key_secret: str
    security_token: str
    expiration: datetime
    policy: SessionPolicy
    role: str = ""
    session: str = ""
    role_checked: bool = False
    lacking: tuple[MissingRight, ...] = ()

    def __repr__(self) -> str:
        of = self.role or f"federated user {self.session}"
        return f"Credentials(of={of!r}, session={self.session!r}, expiration={self.expiration.isoformat()!r})"

    @property
    def cloud(self) -> str:
        """``alibaba`` or ``tencent``."""
        return self.policy.grammar.cloud

    def expired(self, now: datetime | None = None) -> bool:
        """Whether they have ended, by this machine's clock unless ``now`` is given."""
        return self.expiration <= (now or datetime.now(UTC))

    def check(self, wanted: Iterable[Grant]) -> tuple[MissingRight, ...]:
        """The wanted rights that these credentials lack; asks nobody.

        The role's policies are known as far as they were when the credentials were made.
        """
        wanted = tuple(wanted)
        found = list(check(wanted, self.policy))
        for statement in (each for grant in wanted for each in grant.statements() if each.allows):
            found += [each for each in self.lacking if speaks_of(self.policy.grammar, each, statement)]
        return tuple(sorted(set(found)))

    def require(self, wanted: Iterable[Grant]) -> None:
        """Raise MissingRightsError, which names each, if any of the wanted rights is missing."""
        if missing := self.check(wanted):
            raise MissingRightsError(repr(self), tuple(map(str, missing)))

    def as_env(self) -> dict[str, str]:
        """Environment variables for the cloud's clients. Holds the secrets."""
        values = (self.access_key_id, self.access_key_secret, self.security_token)
        named = {
            name: value
            for family in _NAMES[self.policy.grammar.name]
            for name, value in zip(family, values, strict=True)
        }
        # Rollouts that would last longer do not begin.
        return named | {_EXPIRATION: self.expiration.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}

    def as_shell(self) -> str:
        """Lines that export them in a POSIX shell. Holds the secrets."""
        return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in self.as_env().items())

    def as_json(self) -> str:
        """All of it as one JSON object, which ``from_json`` reads. Holds the secrets."""
        document = {
            "cloud": self.cloud,
            "access_key_id": self.access_key_id,
            "access_key_secret": self.access_key_secret,
            "security_token": self.security_token,
            "expiration": self.expiration.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "role": self.role,
            "session": self.session,
            "policy": json.loads(self.policy.text),
            "role_checked": self.role_checked,
            "lacking": [
                {"action": each.action, "resource": each.resource, "but": list(each.but)} for each in self.lacking
            ],
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def write(self, path: Path | str) -> None:
        """Write them as JSON to a file of mode 600; raises ValidationError and OSError as ``write_private`` does."""
        write_private(Path(path), self.as_json())

    @classmethod
    def load(cls, path: Path | str) -> Credentials:
        """Read them from a file that ``write`` made; raises ValidationError, which holds nothing of the content."""
        return cls.from_json(Path(path).read_bytes(), source=str(path))

    @classmethod
    def from_json(cls, text: str | bytes, *, source: str = "credentials") -> Credentials:
        """Read what ``as_json`` made.

        Raises:
            ValidationError: it is not that; the error names ``source`` and the field and holds nothing of the content.
        """
        document = _object(text, source)
        grammar = next((each for each in GRAMMARS.values() if each.cloud == document.get("cloud")), None)
        if grammar is None:
            raise ValidationError(source, "cloud", "?", "is neither alibaba nor tencent")
        for name in _FIELDS:
            if not isinstance(document.get(name), str):
                raise ValidationError(source, name, "?", "is missing or no text")
        try:
            expiration = datetime.fromisoformat(document["expiration"])
            lacking = tuple(map(role_lacks, document.get("lacking", ())))
        except (KeyError, TypeError, ValueError):
            raise ValidationError(source, "expiration, lacking", "?", "is not as yunfn wrote it") from None
        return cls(
            access_key_id=document["access_key_id"],
            access_key_secret=document["access_key_secret"],
            security_token=document["security_token"],
            expiration=expiration if expiration.tzinfo else expiration.replace(tzinfo=UTC),
            policy=read_session_policy(json.dumps(document.get("policy")), source=f"{source}: policy", grammar=grammar),
            role=document["role"],
            session=document["session"],
            role_checked=document.get("role_checked") is True,
            lacking=lacking,
        )


def role_lacks(right: MissingRight | Mapping[str, Any]) -> MissingRight:
    """A right that the role lacks, in the form that credentials carry: without conditions, which narrow no refusal."""
    if isinstance(right, MissingRight):
        return MissingRight(right.action, right.resource, ROLE, (), right.but)
    return MissingRight(str(right["action"]), str(right["resource"]), ROLE, (), tuple(map(str, right["but"])))


def _object(text: str | bytes, source: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        # The parser's words would quote the content.
        raise ValidationError(source, "content", "?", "is not JSON") from None
    if not isinstance(document, dict):
        raise ValidationError(source, "content", "?", "is not a JSON object")
    return document
