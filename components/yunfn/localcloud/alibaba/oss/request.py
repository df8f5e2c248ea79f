"""One request as OSS's operations see it: the call, what it names, and what the sender may do."""

from __future__ import annotations

from yunfn.localcloud.alibaba.oss.events import ObjectEvent
from yunfn.localcloud.alibaba.oss.exceptions import AccessDenied, NoSuchBucket, WrongEndpoint
from yunfn.localcloud.alibaba.oss.models.buckets import Bucket
from yunfn.localcloud.alibaba.oss.models.stored_object import StoredObject
from yunfn.localcloud.alibaba.oss.state import OssState
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError

_PUBLIC = {"read": ("public-read", "public-read-write"), "write": ("public-read-write",)}


class OssRequest:
    """A request to the service, a bucket or an object; ``bucket_name`` and ``key`` are "" where it names none."""

    __slots__ = ("_bucket", "bucket_name", "call", "headers", "key", "state")

    def __init__(self, call: Call, state: OssState, bucket_name: str, key: str) -> None:
        self.call = call
        self.state = state
        self.bucket_name = bucket_name
        self.key = key
        # Looked up some fifteen times a request: a plain dict, names in lower case, instead of a list of pairs.
        self.headers = dict(call.headers.items())
        self._bucket: Bucket | None = None

    @property
    def bucket(self) -> Bucket:
        """The bucket of the host; raises NoSuchBucket, or WrongEndpoint if it lies in another region."""
        if self._bucket is None:
            self._bucket = self.find_bucket(self.bucket_name)
        return self._bucket

    def find_bucket(self, name: str) -> Bucket:
        """The bucket ``name`` of this region; raises NoSuchBucket or WrongEndpoint."""
        bucket = self.state.buckets.find(name)
        if bucket is None:
            raise NoSuchBucket(BucketName=name)
        if bucket.region != self.call.region:
            raise WrongEndpoint(Bucket=name, Endpoint=f"oss-{bucket.region}.aliyuncs.com")
        return bucket

    def header(self, name: str) -> str:
        """The header's value, or "" where it is absent."""
        return self.headers.get(name, "")

    def require(self, action: str, bucket: Bucket, key: str = "", *, acl: str = "", right: str = "") -> None:
        """Raise an AccessDenied unless the sender may do ``action`` (a RAM action without ``oss:``).

        ``acl`` is the ACL in force and ``right`` what it would have to give everyone: "read" or "write".
        """
        public = right != "" and acl in _PUBLIC[right]
        principal = self.call.principal
        if principal is None or principal.account != bucket.account:
            if not public:
                raise AccessDenied() if right else AccessDenied("Anonymous access is forbidden for this operation.")
            return
        resource = f"acs:oss:*:{bucket.account}:{bucket.name}" + (f"/{key}" if key else "")
        try:
            self.call.require("oss:" + action, resource)
        except AccessDeniedError:
            if not public:
                raise
            self.call.denied = ""

    def publish(self, name: str, key: str, stored: StoredObject | None = None) -> None:
        """Tell the cloud's other services what happened to the object at ``key`` of this bucket."""
        bucket = self.bucket
        size, etag = (stored.size, stored.etag) if stored else (0, "")
        now = self.state.clock.time()
        self.state.cloud.events.publish(
            ObjectEvent(bucket.account, bucket.region, bucket.name, key, name, size, etag, now)
        )
