"""Buckets themselves: list, create, describe, delete."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import names
from yunfn.localcloud.alibaba.oss.exceptions import (
    AccessDenied,
    BucketAlreadyExists,
    BucketNotEmpty,
    InvalidArgument,
    InvalidLocationConstraint,
    TooManyBuckets,
)
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers
from yunfn.localcloud.alibaba.oss.responses.encryption import default_rule, rule_of_headers
from yunfn.localcloud.alibaba.oss.xml_documents import branch, document, leaf, parse, text_of
from yunfn.localcloud.alibaba.signatures.oss_times import iso
from yunfn.localcloud.objectstore import query
from yunfn.localcloud.objectstore.buckets import Bucket

BUCKET_ACLS = ("private", "public-read", "public-read-write")
STORAGE_CLASSES = ("Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive")
_REDUNDANCIES = ("LRS", "ZRS")
_MOST_BUCKETS = 100


async def list_buckets(request: OssRequest) -> Response:
    """GetService: the account's buckets in all regions; prefix, marker and max-keys (1–1000, default 100) honoured."""
    call, principal = request.call, request.call.principal
    if principal is None:
        raise AccessDenied("Anonymous access is forbidden for this operation.")
    call.require("oss:ListBuckets", f"acs:oss:*:{principal.account}:*")
    prefix, marker = call.param("prefix") or "", call.param("marker") or ""
    most = bounded(call.param("max-keys"), "max-keys", 1000, default=100, least=1)
    group = request.header("x-oss-resource-group-id")
    found = [
        bucket
        for bucket in request.state.buckets.of_account(principal.account)
        if bucket.name.startswith(prefix) and bucket.name > marker and (not group or bucket.resource_group == group)
    ]
    shown, truncated = found[:most], len(found) > most
    head = [leaf("Prefix", prefix), leaf("Marker", marker), leaf("MaxKeys", most), leaf("IsTruncated", truncated)]
    if truncated:
        head.append(leaf("NextMarker", shown[-1].name))
    body = document(
        "ListAllMyBucketsResult",
        *head,
        owner(principal.account),
        branch("Buckets", *(branch("Bucket", leaf("Comment", ""), *_description(bucket)) for bucket in shown)),
    )
    return answers.xml(request, body)


async def put_bucket(request: OssRequest) -> Response:
    """PutBucket; on a bucket of one's own that is just as asked it only sets the ACL, if one is named."""
    call, name, state = request.call, request.bucket_name, request.state
    names.check_bucket_name(name)
    if call.principal is None:
        raise AccessDenied("Anonymous access is forbidden for this operation.")
    account = call.principal.account
    call.require("oss:PutBucket", f"acs:oss:*:{account}:{name}")
    # The alicloud provider 1.285.0 sends the header empty where no ACL is set: that is "private".
    acl = request.header("x-oss-acl")
    if acl:
        check_one_of("x-oss-acl", acl, BUCKET_ACLS)
    wanted = Bucket(name, account, call.region, state.clock.time(), acl=acl or "private")
    wanted.resource_group = request.header("x-oss-resource-group-id")
    if rule := rule_of_headers(request):
        wanted.settings["encryption"] = rule
    _read_configuration(wanted, await call.body())
    present = state.buckets.find(name)
    if present is None:
        own = sum(1 for bucket in state.buckets.of_account(account) if bucket.region == call.region)
        if own >= _MOST_BUCKETS:
            raise TooManyBuckets(BucketName=name)
        state.buckets.save(wanted)
    elif _same(present, wanted):
        if acl:
            present.acl = acl
            state.buckets.save(present)
    else:
        raise BucketAlreadyExists(BucketName=name)
    return answers.empty(request, headers={"location": f"/{name}"})


async def delete_bucket(request: OssRequest) -> Response:
    """DeleteBucket; 409 BucketNotEmpty while it holds objects, versions or unfinished uploads."""
    bucket, state = request.bucket, request.state
    request.require("DeleteBucket", bucket)
    if not state.objects.is_empty(bucket) or not state.uploads.is_empty(bucket):
        raise BucketNotEmpty(BucketName=bucket.name)
    state.buckets.remove(bucket)
    return answers.empty(request, 204)


async def head_bucket(request: OssRequest) -> Response:
    """HeadBucket, which S3 clients ask before anything else."""
    request.require("GetBucketInfo", request.bucket)
    return answers.empty(request, headers={"x-oss-bucket-region": f"oss-{request.bucket.region}"})


async def get_bucket_info(request: OssRequest) -> Response:
    """GetBucketInfo; Versioning only where it was set, as the provider plans a change for every value it finds."""
    bucket = request.bucket
    request.require("GetBucketInfo", bucket)
    parts = [
        *_description(bucket),
        leaf("AccessMonitor", "Enabled" if "Enabled" in bucket.settings.get("accessmonitor", "") else "Disabled"),
        leaf("BlockPublicAccess", "true" in bucket.settings.get("publicAccessBlock", "")),
        leaf("DataRedundancyType", bucket.redundancy),
        owner(bucket.account),
        branch("AccessControlList", leaf("Grant", bucket.acl)),
    ]
    algorithm, kms_key = default_rule(bucket)
    rule = [leaf("SSEAlgorithm", algorithm or "None")]
    if kms_key:
        rule.append(leaf("KMSMasterKeyID", kms_key))
    parts.append(branch("ServerSideEncryptionRule", *rule))
    if bucket.versioning:
        parts.append(leaf("Versioning", bucket.versioning))
    return answers.xml(request, document("BucketInfo", branch("Bucket", *parts)))


async def get_bucket_stat(request: OssRequest) -> Response:
    """GetBucketStat, counted now: bytes, objects and unfinished uploads."""
    bucket, state = request.bucket, request.state
    request.require("GetBucketStat", bucket)
    size = count = markers = 0
    for _, stored, _ in state.objects.versions(bucket):
        size += stored.size
        count += not stored.marker
        markers += stored.marker
    body = document(
        "BucketStat",
        leaf("Storage", size),
        leaf("ObjectCount", count),
        leaf("MultipartUploadCount", state.uploads.count(bucket)),
        leaf("LiveChannelCount", 0),
        leaf("LastModifiedTime", int(state.clock.time())),
        leaf("StandardStorage", size),
        leaf("StandardObjectCount", count),
        leaf("DeleteMarkerCount", markers),
    )
    return answers.xml(request, body)


async def get_bucket_location(request: OssRequest) -> Response:
    """GetBucketLocation."""
    request.require("GetBucketLocation", request.bucket)
    return answers.xml(request, document("LocationConstraint", f"oss-{request.bucket.region}"))


async def get_bucket_acl(request: OssRequest) -> Response:
    """GetBucketAcl."""
    bucket = request.bucket
    request.require("GetBucketAcl", bucket)
    return answers.xml(request, acl_document(bucket.account, bucket.acl))


async def put_bucket_acl(request: OssRequest) -> Response:
    """PutBucketAcl: the header x-oss-acl, or the AccessControlPolicy that S3 clients know is refused."""
    bucket = request.bucket
    request.require("PutBucketAcl", bucket)
    acl = request.header("x-oss-acl")
    check_one_of("x-oss-acl", acl, BUCKET_ACLS)
    if acl != "private" and "true" in bucket.settings.get("publicAccessBlock", ""):
        raise AccessDenied("Put public bucket acl is not allowed.")
    bucket.acl = acl
    request.state.buckets.save(bucket)
    return answers.empty(request)


def owner(account: str) -> str:
    """The Owner element."""
    return branch("Owner", leaf("ID", account), leaf("DisplayName", account))


def acl_document(account: str, acl: str) -> str:
    """The AccessControlPolicy document of a bucket or an object."""
    return document("AccessControlPolicy", owner(account), branch("AccessControlList", leaf("Grant", acl)))


def check_one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise InvalidArgument unless the header or element ``name`` has one of the allowed values."""
    if value not in allowed:
        raise InvalidArgument(f"no such {name}: {value!r}", ArgumentName=name, ArgumentValue=value)


def bounded(text: str | None, name: str, most: int, *, default: int, least: int = 0) -> int:
    """A whole number from the query between ``least`` and ``most``; InvalidArgument outside."""
    try:
        return query.bounded(text, least, most, default)
    except query.NotInRange:
        raise InvalidArgument(
            f"Argument {name} must be an integer between {least} and {most}.", ArgumentName=name
        ) from None


def _description(bucket: Bucket) -> list[str]:
    return [
        leaf("CreationDate", iso(bucket.created)),
        leaf("ExtranetEndpoint", f"oss-{bucket.region}.aliyuncs.com"),
        leaf("IntranetEndpoint", f"oss-{bucket.region}-internal.aliyuncs.com"),
        leaf("Location", f"oss-{bucket.region}"),
        leaf("Name", bucket.name),
        leaf("Region", bucket.region),
        leaf("StorageClass", bucket.storage_class),
        leaf("ResourceGroupId", bucket.resource_group),
    ]


def _read_configuration(bucket: Bucket, body: bytes) -> None:
    if not body.strip():
        return
    root = parse(body, "CreateBucketConfiguration")
    location = text_of(root, "LocationConstraint")
    if location and location.removeprefix("oss-") != bucket.region:
        raise InvalidLocationConstraint(BucketName=bucket.name, LocationConstraint=location)
    bucket.storage_class = text_of(root, "StorageClass") or bucket.storage_class
    check_one_of("StorageClass", bucket.storage_class, STORAGE_CLASSES)
    bucket.redundancy = text_of(root, "DataRedundancyType") or bucket.redundancy
    check_one_of("DataRedundancyType", bucket.redundancy, _REDUNDANCIES)


def _same(present: Bucket, wanted: Bucket) -> bool:
    return (present.account, present.region, present.storage_class, present.redundancy) == (
        wanted.account,
        wanted.region,
        wanted.storage_class,
        wanted.redundancy,
    )
