"""A bucket's sub-resources; those that no request can set here answer as unset."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from yunfn.localcloud.objectstore.lifecycle_sweep import SETTING
from yunfn.localcloud.tencent.cos import encryption, lifecycle_rules, tags
from yunfn.localcloud.tencent.cos.exceptions import NoSuchConfiguration
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses import answers
from yunfn.localcloud.tencent.cos.responses.answers import one_of, parse
from yunfn.localcloud.tencent.cos.responses.received import checked_body
from yunfn.localcloud.xml_documents import DECLARATION, document, leaf, serialize, text_of

Handler = Callable[[CosRequest], Awaitable[Response]]

# Operation and what it answers while unset: an error code, or an empty document. The tencentcloud provider 1.81.90
# reads them all at every refresh and takes no other codes; it can set them only by operations that are not here.
UNSET: dict[str, tuple[str, str]] = {
    "accelerate": ("GetBucketAccelerate", document("AccelerateConfiguration")),
    "cors": ("GetBucketCORS", "NoSuchCORSConfiguration"),
    "domain": ("GetBucketDomain", "DomainConfigNotFoundError"),
    "intelligenttiering": ("GetBucketIntelligentTiering", document("IntelligentTieringConfiguration")),
    "logging": ("GetBucketLogging", document("BucketLoggingStatus")),
    "origin": ("GetBucketOrigin", "OriginConfigNotFoundError"),
    "replication": ("GetBucketReplication", "ReplicationConfigurationNotFoundError"),
    "website": ("GetBucketWebsite", "NoSuchWebsiteConfiguration"),
}


def unset(parameter: str) -> Handler:
    """The operation that reads a sub-resource which is never set."""
    operation, answer = UNSET[parameter]

    async def get(request: CosRequest) -> Response:
        request.require(operation)
        if answer.startswith("<"):
            return answers.xml(request, answer)
        raise NoSuchConfiguration(answer, f"The {parameter} configuration does not exist.")

    return get


async def get_versioning(request: CosRequest) -> Response:
    """GetBucketVersioning: no Status for a bucket that never was versioned."""
    bucket = request.bucket
    request.require("GetBucketVersioning")
    status = [leaf("Status", bucket.versioning)] if bucket.versioning else []
    return answers.xml(request, document("VersioningConfiguration", *status))


async def put_versioning(request: CosRequest) -> Response:
    """PutBucketVersioning: Enabled or Suspended; there is no way back to unversioned."""
    body = await checked_body(request)
    bucket = request.bucket
    request.require("PutBucketVersioning")
    status = text_of(parse(body, "VersioningConfiguration"), "Status")
    bucket.versioning = one_of("Status", status, ("Enabled", "Suspended"))
    request.state.buckets.save(bucket)
    return answers.empty(request)


async def get_encryption(request: CosRequest) -> Response:
    """GetBucketEncryption: the configuration as it was put."""
    bucket = request.bucket
    request.require("GetBucketEncryption")
    text = bucket.settings.get("encryption")
    if text is None:
        raise NoSuchConfiguration(
            "NoSuchEncryptionConfiguration", "The bucket encryption configuration does not exist."
        )
    return answers.xml(request, text)


async def put_encryption(request: CosRequest) -> Response:
    """PutBucketEncryption: objects written from now on are encrypted by this rule unless they say otherwise."""
    body = await checked_body(request)
    bucket = request.bucket
    request.require("PutBucketEncryption")
    root = parse(body, encryption.ROOT)
    encryption.check_rule(root)
    bucket.settings["encryption"] = DECLARATION + serialize(root)
    request.state.buckets.save(bucket)
    return answers.empty(request)


async def delete_encryption(request: CosRequest) -> Response:
    """DeleteBucketEncryption; not an error where there is none."""
    return _forget(request, "encryption", "DeleteBucketEncryption")


async def get_lifecycle(request: CosRequest) -> Response:
    """GetBucketLifecycle: the rules as they were put."""
    bucket = request.bucket
    request.require("GetBucketLifecycle")
    text = bucket.settings.get(SETTING)
    if text is None:
        raise NoSuchConfiguration("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist.")
    return answers.xml(request, text)


async def put_lifecycle(request: CosRequest) -> Response:
    """PutBucketLifecycle: in place of the rules there were."""
    body = await checked_body(request)
    bucket = request.bucket
    request.require("PutBucketLifecycle")
    root = parse(body, lifecycle_rules.ROOT)
    lifecycle_rules.check(root)
    bucket.settings[SETTING] = DECLARATION + serialize(root)
    request.state.buckets.save(bucket)
    return answers.empty(request)


async def delete_lifecycle(request: CosRequest) -> Response:
    """DeleteBucketLifecycle; not an error where there is none."""
    return _forget(request, SETTING, "DeleteBucketLifecycle")


async def get_tagging(request: CosRequest) -> Response:
    """GetBucketTagging."""
    bucket = request.bucket
    request.require("GetBucketTagging")
    text = bucket.settings.get("tagging")
    if text is None:
        raise NoSuchConfiguration("NoSuchTagSet", "The TagSet does not exist.")
    return answers.xml(request, text)


async def put_tagging(request: CosRequest) -> Response:
    """PutBucketTagging: in place of the tags there were."""
    body = await checked_body(request)
    bucket = request.bucket
    request.require("PutBucketTagging")
    bucket.settings["tagging"] = tags.write(tags.read(body, tags.MOST_OF_A_BUCKET))
    request.state.buckets.save(bucket)
    return answers.empty(request, 204)


async def delete_tagging(request: CosRequest) -> Response:
    """DeleteBucketTagging; not an error where there is none."""
    return _forget(request, "tagging", "DeleteBucketTagging")


def _forget(request: CosRequest, setting: str, action: str) -> Response:
    bucket = request.bucket
    request.require(action)
    if bucket.settings.pop(setting, None) is not None:
        request.state.buckets.save(bucket)
    return answers.empty(request, 204)
