"""KMS's keys: found by the id a call names, with the right to use them."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from yunfn.localcloud.keystore import Key, KeyState, KeyStore, Place, canonical_context
from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameter
from yunfn.localcloud.tencent.kms.exceptions import CmkNotFound, InvalidValue
from yunfn.localcloud.tencent.tag import TagService

if TYPE_CHECKING:
    from yunfn.localcloud.cloud import LocalCloud

USAGE = "ENCRYPT_DECRYPT"
_ID = re.compile(r"[0-9a-f-]{36}")
_LONGEST_CONTEXT = 1024


class KmsKeys:
    """The account's keys by region, and their names in CAM and Tag.

    A key belongs to who made it: its name is ``key/creatorUin/<creator's uin>/<id>`` ("KMS: resource types that can be
    authorized").
    """

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self.store = KeyStore(cloud, self._forget)

    def place(self, request: ApiRequest) -> Place:
        """Where a call's keys are."""
        return Place(request.uin, request.region)

    def all(self, request: ApiRequest) -> list[Key]:
        """The region's keys, oldest first."""
        return self.store.all(self.place(request))

    def require(self, request: ApiRequest, resource: str = "") -> None:
        """Raise AccessDeniedError unless the sender may do the operation on a resource, or at all where it names none.

        Which operations take a key is said by KMS's "APIs that support authorization by resource".
        """
        name = f"qcs::kms:{request.region}:uin/{request.uin}:{resource}" if resource else "*"
        request.require(f"kms:{request.call.operation}", name)

    def named(self, request: ApiRequest, parameter: str = "KeyId") -> Key:
        """The key that a parameter names, which the sender may use so."""
        return self.usable(request, request.text(parameter))

    def usable(self, request: ApiRequest, key_id: str) -> Key:
        """The key of that id, which the sender may use so; raises InvalidKeyId, AccessDeniedError, CmkNotFound."""
        if not _ID.fullmatch(key_id):
            raise InvalidValue("InvalidKeyId", "The KeyId is not valid.")
        request.call.resource = key_id
        key = self.store.find(self.place(request), key_id)
        if key is None:
            # Whose it would be nobody knows.
            self.require(request, f"key/creatorUin/{request.uin}/{key_id}")
            raise CmkNotFound
        self.require(request, resource_name(key))
        return key

    def save(self, request: ApiRequest, key: Key) -> None:
        """Keep a key that was changed."""
        self.store.put(self.place(request), key)

    def tags(self, request: ApiRequest, key: Key) -> dict[str, str]:
        """A key's tags, as Tag has them."""
        return self._cloud.find(TagService).of("kms", request.region, resource_name(key))

    def tag(self, request: ApiRequest, key: Key, tags: dict[str, str]) -> None:
        """Give a key tags; raises what Tag refuses them by."""
        self._cloud.find(TagService).replace("kms", request.region, resource_name(key), tags)

    def _forget(self, place: Place, key: Key) -> None:
        self._cloud.find(TagService).forget("kms", place.region, resource_name(key))


def resource_name(key: Key) -> str:
    """The last segment of a key's full name."""
    return f"key/{key.details['resource']}"


def state_name(key: Key) -> str:
    """The key's state in the API's words."""
    return "PendingDelete" if key.state is KeyState.PENDING_DELETION else key.state.value


def plain(request: ApiRequest, name: str, kind: str) -> bytes:
    """Bytes sent in base64; raises MissingParameter, InvalidValue of ``kind``."""
    try:
        return base64.b64decode(request.text(name), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidValue(kind, f"{name} is not base64.") from None


def context(request: ApiRequest, name: str = "EncryptionContext") -> bytes:
    """The encryption context in one form for all of the same pairs; raises InvalidParameter."""
    try:
        return canonical_context(request.text(name, ""), _LONGEST_CONTEXT)
    except ValueError:
        rule = f"must be a JSON object of texts, at most {_LONGEST_CONTEXT} characters long"
        raise InvalidParameter(name, rule) from None
