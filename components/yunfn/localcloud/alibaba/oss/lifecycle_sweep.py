"""OSS's lifecycle sweep, at every midnight UTC: retention goes before lifecycle."""

from __future__ import annotations

from yunfn.localcloud.alibaba.oss import lifecycle_rules
from yunfn.localcloud.alibaba.oss.exceptions import FileImmutable
from yunfn.localcloud.alibaba.oss.responses import worm
from yunfn.localcloud.alibaba.oss.state import OssState
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.lifecycle_sweep import LifecycleSweep
from yunfn.localcloud.objectstore.stored_object import StoredObject


def sweep_of(state: OssState) -> LifecycleSweep:
    """The sweep over OSS's buckets."""
    return LifecycleSweep(
        state.clock, state.buckets, state.objects, state.uploads, lifecycle_rules.read, protected=_is_immutable
    )


def _is_immutable(bucket: Bucket, stored: StoredObject, now: float) -> bool:
    try:
        worm.check(bucket, stored, now)
    except FileImmutable:
        return True
    return False
