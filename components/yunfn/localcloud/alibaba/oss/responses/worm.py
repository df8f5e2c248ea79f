"""Retention: a bucket's WORM policy and what it keeps from being changed."""

from __future__ import annotations

import json
import secrets
from typing import Any

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss.exceptions import FileImmutable, InvalidArgument, NoSuchConfiguration, OssError
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers
from yunfn.localcloud.alibaba.oss.responses.bucket_settings import checked_body
from yunfn.localcloud.alibaba.oss.xml_documents import document, leaf, parse, text_of
from yunfn.localcloud.alibaba.signatures.oss_times import iso
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.stored_object import StoredObject

_DAY = 86400.0
_LONGEST = 25550
_KIND = "worm"


class WormConfigurationLocked(OssError):
    """A locked retention policy can neither be aborted nor shortened."""

    code = "WORMConfigurationLocked"
    status = 409
    text = "The WORM configuration is locked and cannot be changed this way."


def check(bucket: Bucket, stored: StoredObject | None, now: float) -> None:
    """Raise FileImmutable if the bucket's policy still protects ``stored`` from being overwritten or deleted."""
    if stored is None or (policy := _policy(bucket, now)) is None:
        return
    if now < stored.modified + policy["days"] * _DAY:
        raise FileImmutable()


async def initiate(request: OssRequest) -> Response:
    """InitiateBucketWorm: protection begins, and can be aborted for 24 hours."""
    body = await checked_body(request)
    bucket, now = request.bucket, request.state.clock.time()
    request.require("InitiateBucketWorm", bucket)
    days = _days(body, "InitiateWormConfiguration")
    if _policy(bucket, now) is not None:
        raise WormConfigurationLocked("The bucket has a WORM configuration already.")
    policy = {"id": secrets.token_hex(16).upper(), "state": "InProgress", "days": days, "created": now}
    _save(request, bucket, policy)
    return answers.empty(request, headers={"x-oss-worm-id": str(policy["id"])})


async def complete_or_extend(request: OssRequest) -> Response:
    """CompleteBucketWorm locks the policy of ``wormId``; with wormExtend ExtendBucketWorm lengthens a locked one."""
    body = await checked_body(request)
    bucket, extend = request.bucket, request.call.param("wormExtend") is not None
    request.call.operation = "ExtendBucketWorm" if extend else "CompleteBucketWorm"
    request.require(request.call.operation, bucket)
    policy = _named(request, bucket)
    if extend:
        days = _days(body, "ExtendWormConfiguration")
        if policy["state"] != "Locked" or days < policy["days"]:
            raise WormConfigurationLocked()
        policy["days"] = days
    else:
        policy["state"] = "Locked"
    _save(request, bucket, policy)
    return answers.empty(request)


async def abort(request: OssRequest) -> Response:
    """AbortBucketWorm, possible until the policy is locked."""
    bucket = request.bucket
    request.require("AbortBucketWorm", bucket)
    policy = _policy(bucket, request.state.clock.time())
    if policy is not None and policy["state"] == "Locked":
        raise WormConfigurationLocked()
    bucket.settings.pop(_KIND, None)
    request.state.buckets.save(bucket)
    return answers.empty(request, 204)


async def get(request: OssRequest) -> Response:
    """GetBucketWorm."""
    bucket = request.bucket
    request.require("GetBucketWorm", bucket)
    policy = _policy(bucket, request.state.clock.time())
    if policy is None:
        raise _unset(bucket)
    body = document(
        "WormConfiguration",
        leaf("WormId", policy["id"]),
        leaf("State", policy["state"]),
        leaf("RetentionPeriodInDays", policy["days"]),
        leaf("CreationDate", iso(policy["created"])),
        leaf("ExpirationDate", iso(policy["created"] + _DAY)),
    )
    return answers.xml(request, body)


def _policy(bucket: Bucket, now: float) -> dict[str, Any] | None:
    """The policy in force; one that nobody locked within 24 hours is none any more."""
    text = bucket.settings.get(_KIND)
    if text is None:
        return None
    policy: dict[str, Any] = json.loads(text)
    return None if policy["state"] == "InProgress" and now > policy["created"] + _DAY else policy


def _named(request: OssRequest, bucket: Bucket) -> dict[str, Any]:
    policy = _policy(bucket, request.state.clock.time())
    if policy is None or policy["id"] != request.call.param("wormId"):
        raise _unset(bucket)
    return policy


def _unset(bucket: Bucket) -> NoSuchConfiguration:
    text = "The WORM Configuration does not exist."
    return NoSuchConfiguration("NoSuchWORMConfiguration", text, BucketName=bucket.name)


def _save(request: OssRequest, bucket: Bucket, policy: dict[str, Any]) -> None:
    bucket.settings[_KIND] = json.dumps(policy)
    request.state.buckets.save(bucket)


def _days(body: bytes, root: str) -> int:
    text = text_of(parse(body, root), "RetentionPeriodInDays")
    if not text.isdecimal() or not 1 <= int(text) <= _LONGEST:
        raise InvalidArgument(f"RetentionPeriodInDays is 1 to {_LONGEST}.", ArgumentName="RetentionPeriodInDays")
    return int(text)
