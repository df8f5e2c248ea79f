"""One request as COS's operations see it: the call, what it names, and what the sender may do."""

from __future__ import annotations

from urllib.parse import quote

from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError
from yunfn.localcloud.keys import Principal
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.policy_decision import NOBODY
from yunfn.localcloud.tencent.cos.events import CosObjectEvent
from yunfn.localcloud.tencent.cos.exceptions import AccessDenied, NoSuchBucket
from yunfn.localcloud.tencent.cos.state import CosState

# What the condition key cos:prefix is told of (COS documentation, "Condition keys").
_LISTING = frozenset({"GetBucket", "GetBucketObjectVersions", "ListMultipartUploads"})
_PUBLIC = {"read": ("public-read", "public-read-write"), "write": ("public-read-write",)}


class CosRequest:
    """A request to the service, a bucket or an object; ``bucket_name`` and ``key`` are "" where it names none.

    ``headers`` have lower-case names; those of S3 clients (``x-amz-…``) stand under COS's names.
    """

    __slots__ = ("_bucket", "bucket_name", "call", "headers", "key", "state")

    def __init__(self, call: Call, state: CosState, bucket_name: str, key: str, headers: dict[str, str]) -> None:
        self.call = call
        self.state = state
        self.bucket_name = bucket_name
        self.key = key
        self.headers = headers
        self._bucket: Bucket | None = None

    @property
    def bucket(self) -> Bucket:
        """The bucket of the host; raises NoSuchBucket, also if it lies in another region."""
        if self._bucket is None:
            self._bucket = self.find_bucket()
        return self._bucket

    def find_bucket(self) -> Bucket:
        """The bucket as it is now; raises NoSuchBucket."""
        bucket = self.state.buckets.find(self.bucket_name)
        if bucket is None or bucket.region != self.call.region:
            raise NoSuchBucket()
        return bucket

    @property
    def sender(self) -> Principal:
        """Whom the request speaks for; raises AccessDenied for nobody."""
        if self.call.principal is None:
            raise AccessDenied()
        return self.call.principal

    def header(self, name: str) -> str:
        """The header's value, or "" where it is absent."""
        return self.headers.get(name, "")

    def require(self, action: str, *, acl: str = "", right: str = "", key: str | None = None) -> None:
        """Raise an access error unless the sender may do ``action`` (a CAM action without ``name/cos:``).

        ``acl`` is the ACL in force and ``right`` what it would have to give everyone: "read" or "write". ``key`` is the
        object in question, by default the request's.
        """
        bucket, principal = self.bucket, self.call.principal
        public = bool(right) and acl in _PUBLIC[right]
        resource = self.resource(bucket.region, f"{bucket.name}/{self.key if key is None else key}")
        if principal is not None and principal.account == bucket.account:
            self.authorize(action, resource, otherwise=public)
        elif not public:
            self.state.cloud.note(self.call, NOBODY, f"name/cos:{action}", resource)
            raise AccessDenied()

    def authorize(self, action: str, resource: str, *, otherwise: bool = False) -> None:
        """Raise an access error unless the sender's policies let it do ``action`` on a full ``resource``.

        ``otherwise`` says whether an ACL does where they say nothing.
        """
        conditions: dict[str, str] = {}
        asked = self.call.param("prefix") if action in _LISTING else None
        if asked is not None:
            # As it stands in the URL: policies in use write in%2F for in/, and find that in/ denies.
            conditions["cos:prefix"] = quote(asked, safe="")
        action, principal = "name/cos:" + action, self.sender
        if not self.state.cloud.permits(self.call, action, resource, conditions=conditions, otherwise=otherwise):
            raise AccessDeniedError(principal.arn, action, resource)

    def resource(self, region: str, path: str) -> str:
        """The QCS name of what ``path`` names (``bucket-appid/key``); COS names accounts by their APPID."""
        return f"qcs::cos:{region}:uid/{self.state.cloud.tencent.app_id}:{path}"

    def publish(self, name: str, key: str, stored: StoredObject | None = None) -> None:
        """Tell the cloud's other services what happened to the object at ``key`` of this bucket."""
        bucket = self.bucket
        size, etag = (stored.size, stored.etag) if stored else (0, "")
        now = self.state.clock.time()
        self.state.cloud.events.publish(
            CosObjectEvent(bucket.account, bucket.region, bucket.name, key, name, size, etag, now)
        )
