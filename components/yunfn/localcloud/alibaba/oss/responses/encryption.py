"""Server-side encryption as far as one can see it: the rule of a bucket, the headers of an object.

Nothing is encrypted on disk: the blob folder is the user's own, mode 0700.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from yunfn.localcloud.alibaba.oss.exceptions import OssError
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.xml_documents import branch, document, leaf, parse, text_of
from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.stored_object import StoredObject

ALGORITHMS = ("AES256", "KMS", "SM4")
_RULE = "ApplyServerSideEncryptionByDefault"
_HEADER = "x-oss-server-side-encryption"


class InvalidEncryptionAlgorithm(OssError):
    """An encryption algorithm that OSS does not have."""

    code = "InvalidEncryptionAlgorithmError"
    text = "The Encryption Algorithm you specified is not valid. Supported values: AES256, KMS, SM4."


def check_rule(root: Element) -> None:
    """Raise InvalidEncryptionAlgorithm unless a ServerSideEncryptionRule names an algorithm of OSS."""
    if text_of(root, f"{_RULE}/SSEAlgorithm") not in ALGORITHMS:
        raise InvalidEncryptionAlgorithm()


def rule_of_headers(request: OssRequest) -> str:
    """The rule that PutBucket's headers give a new bucket, as XML; "" where they say nothing.

    So the alicloud provider 1.285.0 makes a bucket with its ``server_side_encryption_rule``.
    """
    algorithm = request.header(_HEADER)
    if not algorithm:
        return ""
    if algorithm not in ALGORITHMS:
        raise InvalidEncryptionAlgorithm(ArgumentValue=algorithm)
    key = request.header(_HEADER + "-key-id")
    parts = [leaf("SSEAlgorithm", algorithm), *([leaf("KMSMasterKeyID", key)] if key else [])]
    return document("ServerSideEncryptionRule", branch(_RULE, *parts))


def default_rule(bucket: Bucket) -> tuple[str, str]:
    """The bucket's default algorithm and KMS key id, "" where there is none."""
    text = bucket.settings.get("encryption")
    if not text:
        return "", ""
    root = parse(text.encode(), "ServerSideEncryptionRule")
    return text_of(root, f"{_RULE}/SSEAlgorithm"), text_of(root, f"{_RULE}/KMSMasterKeyID")


def requested(request: OssRequest, bucket: Bucket) -> tuple[str, str]:
    """The algorithm and KMS key for a new object: the request's headers, else the bucket's rule."""
    algorithm = request.header(_HEADER)
    if not algorithm:
        return default_rule(bucket)
    if algorithm not in ALGORITHMS:
        raise InvalidEncryptionAlgorithm(ArgumentValue=algorithm)
    return algorithm, request.header(_HEADER + "-key-id")


def headers(stored: StoredObject) -> dict[str, str]:
    """The headers that tell how an object is encrypted; none for a plain one."""
    if not stored.encryption:
        return {}
    told = {_HEADER: stored.encryption}
    if stored.kms_key:
        told[_HEADER + "-key-id"] = stored.kms_key
    return told
