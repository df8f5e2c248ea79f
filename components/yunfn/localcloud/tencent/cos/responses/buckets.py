"""Buckets: listed, made, asked for, removed, and who may use them."""

from __future__ import annotations

from starlette.responses import Response

from yunfn.localcloud.cloud_error import UnknownOperationError
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.tencent.cos import names
from yunfn.localcloud.tencent.cos.exceptions import (
    AccessDenied,
    BucketAlreadyExists,
    BucketAlreadyOwnedByYou,
    BucketNotEmpty,
    InvalidLocationConstraint,
    TooManyBuckets,
)
from yunfn.localcloud.tencent.cos.object_headers import refuse_unsupported
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import answers
from yunfn.localcloud.tencent.cos.responses.answers import bounded, iso, one_of, owner, parse
from yunfn.localcloud.xml_documents import branch, document, leaf, text_of

BUCKET_ACLS = ("private", "public-read", "public-read-write")
# COS documentation, "Specifications and limits" 436/14518.
_MOST_BUCKETS = 200
_MOST_LISTED = 2000


async def list_buckets(request: CosRequest) -> Response:
    """GetService: the account's buckets, those of one region only where the host or a parameter names it."""
    request.authorize("GetService", request.resource("*", "*"))
    region, marker = request.call.region or request.call.param("region"), request.call.param("marker") or ""
    most = bounded(request, "max-keys", _MOST_LISTED, default=_MOST_LISTED, least=1)
    account = request.sender.account
    found = [
        bucket
        for bucket in request.state.buckets.of_account(account)
        if bucket.name > marker and (not region or bucket.region == region)
    ]
    told = [owner(account), leaf("IsTruncated", len(found) > most)]
    if len(found) > most:
        told.append(leaf("NextMarker", found[most - 1].name))
    shown = (
        branch(
            "Bucket",
            leaf("Name", bucket.name),
            leaf("Location", bucket.region),
            leaf("CreationDate", iso(bucket.created)),
            leaf("BucketType", "cos"),
        )
        for bucket in found[:most]
    )
    return answers.xml(request, document("ListAllMyBucketsResult", *told, branch("Buckets", *shown)))


async def put_bucket(request: CosRequest) -> Response:
    """PutBucket, private unless x-cos-acl says otherwise."""
    name, region, state = request.bucket_name, request.call.region, request.state
    app_id = names.check_bucket_name(name, region)
    if app_id != state.cloud.tencent.app_id:
        raise AccessDenied("The APPID of the bucket is not the sender's.")
    request.authorize("PutBucket", request.resource(region, f"{name}/*"))
    refuse_unsupported(request)
    acl = one_of("x-cos-acl", request.header("x-cos-acl") or "private", BUCKET_ACLS)
    wanted = Bucket(name, request.sender.account, region, state.clock.time(), storage_class="STANDARD", acl=acl)
    wanted.redundancy = _redundancy(await request.call.body(), region)
    present = state.buckets.find(name)
    if present is not None:
        raise BucketAlreadyOwnedByYou() if present.account == wanted.account else BucketAlreadyExists()
    if sum(1 for _ in state.buckets.of_account(wanted.account)) >= _MOST_BUCKETS:
        raise TooManyBuckets()
    state.buckets.save(wanted)
    return answers.empty(request, headers={"location": f"/{name}"})


async def head_bucket(request: CosRequest) -> Response:
    """HeadBucket: its region, and whether it lies in several zones."""
    bucket = request.bucket
    request.require("HeadBucket", acl=bucket.acl, right="read")
    headers = {"x-cos-bucket-region": bucket.region}
    if bucket.redundancy == "MAZ":
        headers["x-cos-bucket-az-type"] = "MAZ"
    return answers.empty(request, headers=headers)


async def delete_bucket(request: CosRequest) -> Response:
    """DeleteBucket; 409 BucketNotEmpty while it holds objects, versions or unfinished uploads."""
    bucket, state = request.bucket, request.state
    request.require("DeleteBucket")
    if not state.objects.is_empty(bucket) or not state.uploads.is_empty(bucket):
        raise BucketNotEmpty()
    state.buckets.remove(bucket)
    return answers.empty(request, 204)


async def get_location(request: CosRequest) -> Response:
    """GetBucketLocation."""
    request.require("GetBucketLocation")
    return answers.xml(request, document("LocationConstraint", request.bucket.region))


async def get_acl(request: CosRequest) -> Response:
    """GetBucketACL."""
    bucket = request.bucket
    request.require("GetBucketACL")
    return answers.xml(request, acl_document(bucket.account, bucket.acl), headers={"x-cos-acl": bucket.acl})


async def put_acl(request: CosRequest) -> Response:
    """PutBucketACL by the header x-cos-acl."""
    bucket = request.bucket
    request.require("PutBucketACL")
    bucket.acl = await named_acl(request, BUCKET_ACLS)
    request.state.buckets.save(bucket)
    return answers.empty(request)


async def named_acl(request: CosRequest, allowed: tuple[str, ...]) -> str:
    """The ACL of the header x-cos-acl; grants to single accounts are an operation this cloud does not have."""
    refuse_unsupported(request)
    if (await request.call.body()).strip():
        raise UnknownOperationError("cos", f"{request.call.operation} with an AccessControlPolicy")
    return one_of("x-cos-acl", request.header("x-cos-acl"), allowed)


def acl_document(uin: str, acl: str) -> str:
    """The AccessControlPolicy document of a bucket or an object: the owner's right, and everyone's by the ACL."""
    identity = f"qcs::cam::uin/{uin}:uin/{uin}"
    grants = [_grant("CanonicalUser", "FULL_CONTROL", leaf("ID", identity), leaf("DisplayName", uin))]
    everyone = leaf("URI", "http://cam.qcloud.com/groups/global/AllUsers")
    if acl.startswith("public-read"):
        grants.append(_grant("Group", "READ", everyone))
    if acl == "public-read-write":
        grants.append(_grant("Group", "WRITE", everyone))
    return document("AccessControlPolicy", owner(uin), branch("AccessControlList", *grants))


def _grant(kind: str, permission: str, *grantee: str) -> str:
    space = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    return branch(
        "Grant",
        f'<Grantee {space} xsi:type="{kind}">{"".join(grantee)}</Grantee>',
        leaf("Permission", permission),
    )


def _redundancy(body: bytes, region: str) -> str:
    """``MAZ`` or "" by a CreateBucketConfiguration; raises InvalidLocationConstraint for another region."""
    if not body.strip():
        return ""
    root = parse(body, "CreateBucketConfiguration")
    if text_of(root, "LocationConstraint", region) != region:
        raise InvalidLocationConstraint()
    return one_of("BucketAZConfig", text_of(root, "BucketAZConfig"), ("", "MAZ", "OAZ")).replace("OAZ", "")
