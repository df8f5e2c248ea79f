"""Everything OSS keeps, in one place for its operations."""

from __future__ import annotations

from yunfn.localcloud.alibaba.ram.models import RamState
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.objectstore.blob_leases import BlobLeases
from yunfn.localcloud.objectstore.buckets import Buckets
from yunfn.localcloud.objectstore.objects import Objects
from yunfn.localcloud.objectstore.reading import ObjectReader
from yunfn.localcloud.objectstore.uploads import Uploads


class OssState:
    """The models over one cloud's store and blobs."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.clock = cloud.clock
        self.blobs = cloud.blobs
        self.leases = BlobLeases(cloud.blobs)
        self.buckets = Buckets(cloud.store, "oss")
        self.objects = Objects(cloud.store, cloud.blobs, self.leases, "oss")
        self.reader = ObjectReader(cloud.blobs, self.leases)
        self.uploads = Uploads(cloud.store, self.leases, "oss")
        self.users = RamState(cloud.store, cloud.clock)
