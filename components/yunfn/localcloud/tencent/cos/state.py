"""Everything COS keeps, in one place for its operations."""

from __future__ import annotations

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.objectstore.blob_leases import BlobLeases
from yunfn.localcloud.objectstore.buckets import Buckets
from yunfn.localcloud.objectstore.objects import Objects
from yunfn.localcloud.objectstore.reading import ObjectReader
from yunfn.localcloud.objectstore.uploads import Uploads


class CosState:
    """The models over one cloud's store and blobs; a bucket's account is its owner's uin."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.clock = cloud.clock
        self.blobs = cloud.blobs
        self.leases = BlobLeases(cloud.blobs)
        self.buckets = Buckets(cloud.store, "cos")
        self.objects = Objects(cloud.store, cloud.blobs, self.leases, "cos")
        self.reader = ObjectReader(cloud.blobs, self.leases)
        self.uploads = Uploads(cloud.store, self.leases, "cos")
