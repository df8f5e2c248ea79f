"""OSS's hosts, and which operation a request asks for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import cors
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import (
    append_object,
    bucket_settings,
    buckets,
    copy_object,
    delete_objects,
    get_object,
    listing,
    multipart,
    object_properties,
    post_object,
    put_object,
    upload_listing,
    version_listing,
    worm,
)
from yunfn.localcloud.alibaba.oss.settings import SETTINGS
from yunfn.localcloud.alibaba.signatures.oss_v1 import SIGNED_PARAMETERS
from yunfn.localcloud.cloud_error import UnknownOperationError

Handler = Callable[[OssRequest], Awaitable[Response]]

HOSTS = (
    # The s3. forms are the S3-compatible names of the same endpoints.
    re.compile(
        r"(?:(?P<bucket>[^.]+)\.(?<!^s3\.))?(?:s3\.)?oss-(?P<region>[a-z]{2}-[a-z0-9-]+?)(?:-internal)?\.aliyuncs\.com"
    ),
    re.compile(r"(?:(?P<bucket>[^.]+)\.)?(?P<accelerate>oss-accelerate(?:-overseas)?)\.aliyuncs\.com"),
)

# Parameters that say more about an operation but do not choose it.
_MODIFIERS = frozenset(
    (
        "continuation-token",
        "encoding-type",
        "endTime",
        "partNumber",
        "position",
        "response-cache-control",
        "response-content-disposition",
        "response-content-encoding",
        "response-content-language",
        "response-content-type",
        "response-expires",
        "security-token",
        "sequential",
        "startTime",
        "versionId",
        "wormExtend",
        "x-oss-ac-forward-allow",
        "x-oss-ac-source-ip",
        "x-oss-ac-subnet-mask",
        "x-oss-ac-vpc-id",
        "x-oss-request-payer",
        "x-oss-traffic-limit",
        "x-oss-process",
    )
)
# Sub-resources that some client knows; those that V1 does not sign stand here.
_SELECTORS = (SIGNED_PARAMETERS - _MODIFIERS) | {
    "objectWorm",
    "overwriteConfig",
    "responseHeader",
    "userDefinedLogFieldsConfig",
    "vectors",
}


@dataclass(frozen=True, slots=True)
class Route:
    """An operation: its name in OSS's API reference, and what does it."""

    name: str
    handler: Handler


def find(kind: str, request: OssRequest) -> Route:
    """The operation of a request to a ``service``, ``bucket`` or ``object``; raises UnknownOperationError."""
    call = request.call
    selectors = []
    for name, value in call.params:
        # A bare name that nobody knows is an operation of tomorrow; name=value may be any caller's own note.
        if name in _SELECTORS or (
            not value and name.isidentifier() and name not in _MODIFIERS and name not in _LISTING
        ):
            selectors.append(name)
    selector = "+".join(sorted(set(selectors)))
    if kind == "bucket" and selector == "" and call.method == "GET" and call.param("list-type") == "2":
        selector = "list-type"
    if kind == "object" and call.method == "PUT" and copy_object.HEADER in request.headers:
        selector += "+copy"
    route = _ROUTES.get((kind, call.method, selector))
    if route is None:
        raise UnknownOperationError("oss", f"{call.method} {kind}" + (f"?{selector}" if selector else ""))
    return route


_LISTING = frozenset(("prefix", "marker", "delimiter", "max-keys", "key-marker", "tag-key", "tag-value"))

_ROUTES: dict[tuple[str, str, str], Route] = {
    ("service", "GET", ""): Route("ListBuckets", buckets.list_buckets),
    ("bucket", "PUT", ""): Route("PutBucket", buckets.put_bucket),
    ("bucket", "HEAD", ""): Route("HeadBucket", buckets.head_bucket),
    ("bucket", "DELETE", ""): Route("DeleteBucket", buckets.delete_bucket),
    ("bucket", "GET", "bucketInfo"): Route("GetBucketInfo", buckets.get_bucket_info),
    ("bucket", "GET", "stat"): Route("GetBucketStat", buckets.get_bucket_stat),
    ("bucket", "GET", "location"): Route("GetBucketLocation", buckets.get_bucket_location),
    ("bucket", "GET", "acl"): Route("GetBucketAcl", buckets.get_bucket_acl),
    ("bucket", "PUT", "acl"): Route("PutBucketAcl", buckets.put_bucket_acl),
    ("bucket", "GET", "versioning"): Route("GetBucketVersioning", bucket_settings.get_versioning),
    ("bucket", "PUT", "versioning"): Route("PutBucketVersioning", bucket_settings.put_versioning),
    ("bucket", "GET", "resourceGroup"): Route("GetBucketResourceGroup", bucket_settings.get_resource_group),
    ("bucket", "PUT", "resourceGroup"): Route("PutBucketResourceGroup", bucket_settings.put_resource_group),
    ("bucket", "GET", "policy"): Route("GetBucketPolicy", bucket_settings.get_policy),
    ("bucket", "PUT", "policy"): Route("PutBucketPolicy", bucket_settings.put_policy),
    ("bucket", "DELETE", "policy"): Route("DeleteBucketPolicy", bucket_settings.delete_policy),
    ("bucket", "GET", ""): Route("ListObjects", listing.list_objects),
    ("bucket", "GET", "list-type"): Route("ListObjectsV2", listing.list_objects_v2),
    ("bucket", "POST", "delete"): Route("DeleteMultipleObjects", delete_objects.delete_multiple_objects),
    ("object", "PUT", ""): Route("PutObject", put_object.put_object),
    ("object", "GET", ""): Route("GetObject", get_object.get_object),
    ("object", "HEAD", ""): Route("HeadObject", get_object.head_object),
    ("object", "HEAD", "objectMeta"): Route("GetObjectMeta", get_object.get_object_meta),
    ("object", "DELETE", ""): Route("DeleteObject", delete_objects.delete_object),
    ("object", "PUT", "+copy"): Route("CopyObject", copy_object.copy_object),
    ("object", "POST", "append"): Route("AppendObject", append_object.append_object),
    ("object", "POST", "uploads"): Route("InitiateMultipartUpload", multipart.initiate),
    ("object", "PUT", "uploadId"): Route("UploadPart", multipart.upload_part),
    ("object", "PUT", "uploadId+copy"): Route("UploadPartCopy", multipart.upload_part_copy),
    ("object", "POST", "uploadId"): Route("CompleteMultipartUpload", multipart.complete),
    ("object", "DELETE", "uploadId"): Route("AbortMultipartUpload", multipart.abort),
    ("object", "GET", "uploadId"): Route("ListParts", upload_listing.list_parts),
    ("bucket", "GET", "uploads"): Route("ListMultipartUploads", upload_listing.list_multipart_uploads),
    ("bucket", "GET", "versions"): Route("ListObjectVersions", version_listing.list_object_versions),
    ("object", "GET", "acl"): Route("GetObjectAcl", object_properties.get_acl),
    ("object", "PUT", "acl"): Route("PutObjectAcl", object_properties.put_acl),
    ("object", "GET", "tagging"): Route("GetObjectTagging", object_properties.get_tagging),
    ("object", "PUT", "tagging"): Route("PutObjectTagging", object_properties.put_tagging),
    ("object", "DELETE", "tagging"): Route("DeleteObjectTagging", object_properties.delete_tagging),
    ("object", "PUT", "symlink"): Route("PutSymlink", object_properties.put_symlink),
    ("object", "GET", "symlink"): Route("GetSymlink", object_properties.get_symlink),
    ("bucket", "POST", ""): Route("PostObject", post_object.post_object),
    ("bucket", "OPTIONS", ""): Route("OptionObject", cors.preflight),
    ("object", "OPTIONS", ""): Route("OptionObject", cors.preflight),
    ("bucket", "POST", "worm"): Route("InitiateBucketWorm", worm.initiate),
    ("bucket", "GET", "worm"): Route("GetBucketWorm", worm.get),
    ("bucket", "DELETE", "worm"): Route("AbortBucketWorm", worm.abort),
    ("bucket", "POST", "wormId"): Route("CompleteBucketWorm", worm.complete_or_extend),
}

for _setting in SETTINGS.values():
    _key = _setting.parameter
    _ROUTES["bucket", "GET", _key] = Route(f"Get{_setting.noun}", bucket_settings.getter(_setting))
    _ROUTES["bucket", "PUT", _key] = Route(f"Put{_setting.noun}", bucket_settings.putter(_setting))
    if _setting.deletable:
        _ROUTES["bucket", "DELETE", _key] = Route(f"Delete{_setting.noun}", bucket_settings.remover(_setting))

OPERATIONS: tuple[str, ...] = tuple(sorted({route.name for route in _ROUTES.values()} | {"ExtendBucketWorm"}))
