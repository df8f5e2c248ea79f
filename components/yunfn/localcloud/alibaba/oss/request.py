"""One request as OSS's operations see it: the call, what it names, and what the sender may do."""

from __future__ import annotations

from yunfn.localcloud.alibaba.oss import bucket_policy
from yunfn.localcloud.alibaba.oss.events import ObjectEvent
from yunfn.localcloud.alibaba.oss.exceptions import AccessDenied, NoSuchBucket, WrongEndpoint
from yunfn.localcloud.alibaba.oss.state import OssState
from yunfn.localcloud.call import Call
from yunfn.localcloud.cloud_error import AccessDeniedError
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.policy_decision import NOBODY, Decision

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
        """Raise an access error unless the sender may do ``action`` (a RAM action without ``oss:``).

        ``acl`` is the ACL in force and ``right`` what it would have to give everyone: "read" or "write". What denies
        explicitly wins, in RAM as in the bucket's policy, and so does a session's policy that does not allow it; then
        an Allow of one of them, or of the ACL, is enough (OSS documentation, "Authorization process"). The bucket's own
        account may do all.
        """
        principal = self.call.principal
        own = principal is not None and principal.account == bucket.account
        if own and principal is not None and principal.kind == "root":
            return
        cloud, action = self.state.cloud, "oss:" + action
        resource = f"acs:oss:*:{bucket.account}:{bucket.name}" + (f"/{key}" if key else "")
        blocked = "true" in bucket.settings.get("publicAccessBlock", "")
        context = self._context(action)
        said = self._said(bucket, action, resource, context)
        if said is not None and not said.allowed:
            cloud.note(self.call, said, action, resource)
            raise AccessDenied("Access denied by bucket policy.", AuthAction=action, AuthResource=resource)
        by_policy = said is not None and not (blocked and principal is None)
        by_acl = bool(right) and acl in _PUBLIC[right] and not blocked
        if principal is not None and own:
            if not cloud.permits(self.call, action, resource, conditions=context, otherwise=by_policy or by_acl):
                raise AccessDeniedError(principal.arn, action, resource)
        elif not (by_policy or by_acl):
            cloud.note(self.call, NOBODY, action, resource)
            raise AccessDenied() if right else AccessDenied("Anonymous access is forbidden for this operation.")

    def _said(self, bucket: Bucket, action: str, resource: str, context: dict[str, str]) -> Decision | None:
        """What the bucket's own policy says of it; None where it does not speak of it."""
        policy = bucket.settings.get("policy")
        if policy is None:
            return None
        return bucket_policy.verdict(policy, bucket.name, self._names(), action, resource, context)

    def _context(self, action: str) -> dict[str, str]:
        """The condition keys of the request (OSS documentation, "Condition" of RAM policies)."""
        context = {
            "acs:SourceIp": "127.0.0.1",
            "acs:SecureTransport": "true",
            "acs:UserAgent": self.header("user-agent"),
        }
        if action.startswith("oss:List"):
            context["oss:Prefix"] = self.call.param("prefix") or ""
            context["oss:Delimiter"] = self.call.param("delimiter") or ""
        return context

    def _names(self) -> tuple[str, ...]:
        """How a bucket policy may name the sender; none for an anonymous one."""
        principal = self.call.principal
        if principal is None:
            return ()
        if principal.kind == "root":
            return (principal.account,)
        if principal.kind == "user":
            user = self.state.users.get(principal.account, "user", principal.name)
            return () if user is None else (str(user["UserId"]),)
        return (f"arn:sts::{principal.account}:assumed-role/{principal.name}/{principal.session}",)

    def publish(self, name: str, key: str, stored: StoredObject | None = None) -> None:
        """Tell the cloud's other services what happened to the object at ``key`` of this bucket."""
        bucket = self.bucket
        size, etag = (stored.size, stored.etag) if stored else (0, "")
        now = self.state.clock.time()
        self.state.cloud.events.publish(
            ObjectEvent(bucket.account, bucket.region, bucket.name, key, name, size, etag, now)
        )
