"""Everything OSS keeps, in one place for its operations."""

from __future__ import annotations

from yunfn.localcloud.alibaba.oss.models.blob_leases import BlobLeases
from yunfn.localcloud.alibaba.oss.models.buckets import Buckets
from yunfn.localcloud.alibaba.oss.models.objects import Objects
from yunfn.localcloud.alibaba.oss.models.uploads import Uploads
from yunfn.localcloud.alibaba.ram.models import RamState
from yunfn.localcloud.cloud import LocalCloud


class OssState:
    """The models over one cloud's store and blobs."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.clock = cloud.clock
        self.blobs = cloud.blobs
        self.leases = BlobLeases(cloud.blobs)
        self.buckets = Buckets(cloud.store)
        self.objects = Objects(cloud.store, cloud.blobs, self.leases)
        self.uploads = Uploads(cloud.store, self.leases)
        self.users = RamState(cloud.store, cloud.clock)
