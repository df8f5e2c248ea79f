"""Operations on a bucket's sub-resources: most are read, written and removed alike (``settings.py``)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import bucket_policy
from yunfn.localcloud.alibaba.oss.exceptions import InvalidDigest, NoSuchConfiguration, OssError
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers
from yunfn.localcloud.alibaba.oss.responses.buckets import check_one_of
from yunfn.localcloud.alibaba.oss.settings import Setting
from yunfn.localcloud.alibaba.oss.xml_documents import DECLARATION, document, leaf, parse, serialize, text_of
from yunfn.localcloud.objectstore.buckets import Bucket

Handler = Callable[[OssRequest], Awaitable[Response]]


class InvalidTargetBucketForLogging(OssError):
    """Access logs can only go to a bucket of the same owner and region."""

    code = "InvalidTargetBucketForLogging"
    text = "The target bucket for logging does not exist or is not in the same region and account."


def getter(setting: Setting) -> Handler:
    """The operation that reads ``setting``."""

    async def get(request: OssRequest) -> Response:
        bucket = request.bucket
        request.require(f"Get{setting.action}", bucket)
        text = bucket.settings.get(setting.parameter)
        if text is not None:
            return answers.xml(request, text)
        if isinstance(setting.unset, str):
            return answers.xml(request, setting.unset)
        raise setting.refuse_unset(bucket.name)

    return get


def putter(setting: Setting) -> Handler:
    """The operation that sets ``setting``."""

    async def put(request: OssRequest) -> Response:
        body = await checked_body(request)
        bucket = request.bucket
        request.require(f"Put{setting.action}", bucket)
        root = parse(body, setting.root)
        if setting.check is not None:
            setting.check(root)
        if setting.parameter == "logging":
            _check_log_target(request, bucket, text_of(root, "LoggingEnabled/TargetBucket"))
        bucket.settings[setting.parameter] = DECLARATION + serialize(root)
        request.state.buckets.save(bucket)
        return answers.empty(request)

    return put


def remover(setting: Setting) -> Handler:
    """The operation that makes ``setting`` unset again; not an error where it is."""

    async def delete(request: OssRequest) -> Response:
        bucket = request.bucket
        request.require(f"Delete{setting.action}", bucket)
        if bucket.settings.pop(setting.parameter, None) is not None:
            request.state.buckets.save(bucket)
        return answers.empty(request, 204)

    return delete


async def get_versioning(request: OssRequest) -> Response:
    """GetBucketVersioning: no Status for a bucket that never was versioned."""
    bucket = request.bucket
    request.require("GetBucketVersioning", bucket)
    status = [leaf("Status", bucket.versioning)] if bucket.versioning else []
    return answers.xml(request, document("VersioningConfiguration", *status))


async def put_versioning(request: OssRequest) -> Response:
    """PutBucketVersioning: Enabled or Suspended; there is no way back to unversioned."""
    body = await checked_body(request)
    bucket = request.bucket
    request.require("PutBucketVersioning", bucket)
    status = text_of(parse(body, "VersioningConfiguration"), "Status")
    check_one_of("Status", status, ("Enabled", "Suspended"))
    bucket.versioning = status
    request.state.buckets.save(bucket)
    return answers.empty(request)


async def get_resource_group(request: OssRequest) -> Response:
    """GetBucketResourceGroup: an empty id for a bucket that was put into none."""
    bucket = request.bucket
    request.require("GetBucketResourceGroup", bucket)
    body = document("BucketResourceGroupConfiguration", leaf("ResourceGroupId", bucket.resource_group))
    return answers.xml(request, body)


async def put_resource_group(request: OssRequest) -> Response:
    """PutBucketResourceGroup."""
    body = await checked_body(request)
    bucket = request.bucket
    request.require("PutBucketResourceGroup", bucket)
    root = parse(body, "BucketResourceGroupConfiguration")
    bucket.resource_group = text_of(root, "ResourceGroupId")
    request.state.buckets.save(bucket)
    return answers.empty(request)


async def get_policy(request: OssRequest) -> Response:
    """GetBucketPolicy: the JSON text as it was put."""
    bucket = request.bucket
    request.require("GetBucketPolicy", bucket)
    text = bucket.settings.get("policy")
    if text is None:
        raise NoSuchConfiguration("NoSuchBucketPolicy", "The bucket policy does not exist.", BucketName=bucket.name)
    return Response(text.encode(), headers={**answers.own_headers(request.call), "content-type": "application/json"})


async def put_policy(request: OssRequest) -> Response:
    """PutBucketPolicy."""
    body = await checked_body(request)
    bucket = request.bucket
    request.require("PutBucketPolicy", bucket)
    text = body.decode("utf-8", "replace")
    bucket_policy.read(text)
    bucket.settings["policy"] = text
    request.state.buckets.save(bucket)
    return answers.empty(request)


async def delete_policy(request: OssRequest) -> Response:
    """DeleteBucketPolicy."""
    bucket = request.bucket
    request.require("DeleteBucketPolicy", bucket)
    bucket.settings.pop("policy", None)
    request.state.buckets.save(bucket)
    return answers.empty(request, 204)


async def checked_body(request: OssRequest) -> bytes:
    """The whole body of a small request; InvalidDigest if it does not fit its Content-MD5."""
    body = await request.call.body()
    expected = request.header("content-md5")
    if expected and expected != base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode():
        raise InvalidDigest()
    return body


def _check_log_target(request: OssRequest, bucket: Bucket, target: str) -> None:
    if not target:
        return
    found = request.state.buckets.find(target)
    if found is None or (found.account, found.region) != (bucket.account, bucket.region):
        raise InvalidTargetBucketForLogging(TargetBucket=target)
