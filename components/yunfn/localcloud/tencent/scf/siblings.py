"""What SCF asks of the other services of the same cloud."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.cls.exceptions import TopicNotExist
from yunfn.localcloud.tencent.cls.models import ClsState
from yunfn.localcloud.tencent.cos import CosService
from yunfn.localcloud.tencent.scf.exceptions import BucketNotFound, InvalidValue
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.transitions import Reason
from yunfn.localcloud.tencent.ssl import SslService
from yunfn.localcloud.tencent.tag import TagService

# Whom a function's role must trust ("Role and authorization").
_PRINCIPAL = "scf.qcloud.com"


def code_object(scope: ScfScope, bucket: str, key: str, region: str) -> AsyncIterator[bytes] | None:
    """The bytes of a COS object of the account, or None where there is none.

    ``bucket`` is named without the account's APPID. What is deleted meanwhile stays readable to the end.
    """
    cos = scope.cloud.find(CosService).state
    found = cos.buckets.find(f"{bucket}-{scope.cloud.tencent.app_id}")
    if found is None or found.region != region:
        return None
    stored = cos.objects.current(found, key)
    return None if stored is None else cos.reader.stream(stored, 0, stored.size)


def check_event_bucket(scope: ScfScope, bucket: str) -> None:
    """Raise ResourceNotFound.Cos unless the bucket (with APPID) is the account's own, in the scope's region."""
    found = scope.cloud.find(CosService).state.buckets.find(bucket)
    if found is None or found.account != scope.account or found.region != scope.region:
        raise BucketNotFound(bucket, scope.region)


def missing_role(scope: ScfScope, role: str) -> Reason | None:
    """Why a function cannot run as ``role`` ("" for none): it is missing, or does not trust SCF."""
    if not role:
        return None
    cam = scope.cloud.find(CamService)
    found = cam.role(role)
    if found is None:
        return Reason("FailedOperation.QcsRoleNotFound", f"there is no role {role}")
    if not cam.trusts(found, _PRINCIPAL):
        return Reason("InvalidParameter.RoleCheck", f"the role {role} does not trust {_PRINCIPAL}")
    return None


def check_log_topic(scope: ScfScope, logset: str, topic: str) -> None:
    """Raise InvalidParameterValue.Cls unless the topic is in the logset, in the function's region."""
    try:
        found = ClsState(scope.cloud.store, scope.cloud.clock, scope.account).topic(scope.region, topic)
    except TopicNotExist:
        raise InvalidValue("Cls", f"there is no topic {topic} in {scope.region}") from None
    if found["LogsetId"] != logset:
        raise InvalidValue("Cls", f"the topic {topic} is not in the logset {logset}")


def has_certificate(scope: ScfScope, certificate: str) -> bool:
    """Whether the account has a server certificate of that id."""
    return scope.cloud.find(SslService).certificate(certificate) is not None


def tag(scope: ScfScope, resource: str, tags: Mapping[str, str]) -> None:
    """Add tags to those a resource has already (``namespace/default/function/f``)."""
    scope.cloud.find(TagService).replace("scf", scope.region, resource, tags)


def tags_of(scope: ScfScope, resource: str) -> list[dict[str, str]]:
    """The tags of a resource, as SCF's API shows them."""
    tags = scope.cloud.find(TagService).of("scf", scope.region, resource)
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def forget_tags(scope: ScfScope, resource: str) -> None:
    """Drop the tags of a resource that is gone."""
    scope.cloud.find(TagService).forget("scf", scope.region, resource)
