"""COS's hosts, and which operation a request asks for."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import (
    bucket_settings,
    buckets,
    delete_objects,
    get_object,
    listing,
    multipart,
    object_properties,
    put_object,
    upload_listing,
)

Handler = Callable[[CosRequest], Awaitable[Response]]

# cos-internal and tencentcos.cn are the same endpoints, inside of a VPC and as newer SDKs fall back to
# (cos-python-sdk-v5 1.9.44, cos_comm.py).
_DOMAIN = r"(?:myqcloud\.com|tencentcos\.cn)"
HOSTS = (
    re.compile(rf"(?:(?P<bucket>[^.]+)\.)?cos\.(?P<accelerate>accelerate(?:-overseas)?)\.{_DOMAIN}"),
    re.compile(rf"(?:(?P<bucket>[^.]+)\.)?cos(?:-internal)?\.(?P<region>[a-z]+(?:-[a-z0-9]+)+)\.{_DOMAIN}"),
    re.compile(rf"service\.cos\.{_DOMAIN}"),
)

# Parameters that say more about an operation but do not choose it.
_MODIFIERS = frozenset(
    (
        "delimiter",
        "encoding-type",
        "key-marker",
        "list-type",
        "marker",
        "max-keys",
        "max-parts",
        "max-uploads",
        "part-number-marker",
        "partNumber",
        "prefix",
        "region",
        "upload-id-marker",
        "version-id-marker",
        "versionId",
        # The AWS SDK names its operation so.
        "x-id",
    )
)
_SIGNATURE = ("q-", "x-cos-", "x-amz-", "response-")
_COPY = "x-cos-copy-source"


@dataclass(frozen=True, slots=True)
class Route:
    """An operation: its name in COS's API reference, and what does it."""

    name: str
    handler: Handler


def find(kind: str, request: CosRequest) -> Route:
    """The operation of a request to a ``service``, ``bucket`` or ``object``; raises UnknownOperationError.

    Any parameter that is not known to change nothing chooses: a sub-resource of tomorrow must not pass for today's.
    """
    call = request.call
    selectors = {name for name, _ in call.params if name not in _MODIFIERS and not name.lower().startswith(_SIGNATURE)}
    selector = "+".join(sorted(selectors))
    if kind == "object" and call.method == "PUT" and request.header(_COPY):
        selector += "+copy"
    route = _ROUTES.get((kind, call.method, selector))
    if route is None:
        raise UnknownOperationError("cos", f"{call.method} {kind}" + (f"?{selector}" if selector else ""))
    return route


_ROUTES: dict[tuple[str, str, str], Route] = {
    ("service", "GET", ""): Route("GetService", buckets.list_buckets),
    ("bucket", "PUT", ""): Route("PutBucket", buckets.put_bucket),
    ("bucket", "HEAD", ""): Route("HeadBucket", buckets.head_bucket),
    ("bucket", "DELETE", ""): Route("DeleteBucket", buckets.delete_bucket),
    ("bucket", "GET", ""): Route("GetBucket", listing.list_objects),
    ("bucket", "GET", "versions"): Route("GetBucketObjectVersions", listing.list_object_versions),
    ("bucket", "GET", "location"): Route("GetBucketLocation", buckets.get_location),
    ("bucket", "GET", "acl"): Route("GetBucketACL", buckets.get_acl),
    ("bucket", "PUT", "acl"): Route("PutBucketACL", buckets.put_acl),
    ("bucket", "GET", "versioning"): Route("GetBucketVersioning", bucket_settings.get_versioning),
    ("bucket", "PUT", "versioning"): Route("PutBucketVersioning", bucket_settings.put_versioning),
    ("bucket", "GET", "encryption"): Route("GetBucketEncryption", bucket_settings.get_encryption),
    ("bucket", "PUT", "encryption"): Route("PutBucketEncryption", bucket_settings.put_encryption),
    ("bucket", "DELETE", "encryption"): Route("DeleteBucketEncryption", bucket_settings.delete_encryption),
    ("bucket", "GET", "lifecycle"): Route("GetBucketLifecycle", bucket_settings.get_lifecycle),
    ("bucket", "PUT", "lifecycle"): Route("PutBucketLifecycle", bucket_settings.put_lifecycle),
    ("bucket", "DELETE", "lifecycle"): Route("DeleteBucketLifecycle", bucket_settings.delete_lifecycle),
    ("bucket", "GET", "tagging"): Route("GetBucketTagging", bucket_settings.get_tagging),
    ("bucket", "PUT", "tagging"): Route("PutBucketTagging", bucket_settings.put_tagging),
    ("bucket", "DELETE", "tagging"): Route("DeleteBucketTagging", bucket_settings.delete_tagging),
    ("bucket", "GET", "uploads"): Route("ListMultipartUploads", upload_listing.list_multipart_uploads),
    ("bucket", "POST", "delete"): Route("DeleteMultipleObjects", delete_objects.delete_multiple_objects),
    ("object", "PUT", ""): Route("PutObject", put_object.put_object),
    ("object", "GET", ""): Route("GetObject", get_object.get_object),
    ("object", "HEAD", ""): Route("HeadObject", get_object.head_object),
    ("object", "DELETE", ""): Route("DeleteObject", delete_objects.delete_object),
    ("object", "POST", "uploads"): Route("InitiateMultipartUpload", multipart.initiate),
    ("object", "PUT", "uploadId"): Route("UploadPart", multipart.upload_part),
    ("object", "POST", "uploadId"): Route("CompleteMultipartUpload", multipart.complete),
    ("object", "DELETE", "uploadId"): Route("AbortMultipartUpload", multipart.abort),
    ("object", "GET", "uploadId"): Route("ListParts", upload_listing.list_parts),
    ("object", "GET", "acl"): Route("GetObjectACL", object_properties.get_acl),
    ("object", "PUT", "acl"): Route("PutObjectACL", object_properties.put_acl),
    ("object", "GET", "tagging"): Route("GetObjectTagging", object_properties.get_tagging),
    ("object", "PUT", "tagging"): Route("PutObjectTagging", object_properties.put_tagging),
    ("object", "DELETE", "tagging"): Route("DeleteObjectTagging", object_properties.delete_tagging),
    **{
        ("bucket", "GET", parameter): Route(operation, bucket_settings.unset(parameter))
        for parameter, (operation, _) in bucket_settings.UNSET.items()
    },
}

OPERATIONS: tuple[str, ...] = tuple(sorted({route.name for route in _ROUTES.values()}))
