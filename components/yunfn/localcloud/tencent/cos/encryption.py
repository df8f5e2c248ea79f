"""Server-side encryption as far as one can see it: the rule of a bucket, the headers of an object.

Nothing is encrypted on disk: the blob folder is the user's own, mode 0700.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from yunfn.localcloud.objectstore.buckets import Bucket
from yunfn.localcloud.objectstore.stored_object import StoredObject
from yunfn.localcloud.tencent.cos.exceptions import InvalidArgument
from yunfn.localcloud.tencent.cos.request import CosRequest
from yunfn.localcloud.tencent.cos.responses.answers import one_of, parse
from yunfn.localcloud.xml_documents import text_of

ROOT = "ServerSideEncryptionConfiguration"
ALGORITHMS = ("AES256", "KMS", "cos/kms", "SM4")
_RULE = "Rule/ApplyServerSideEncryptionByDefault"
_RULES = "Rule/ApplySideEncryptionConfiguration"
_HEADER = "x-cos-server-side-encryption"
_KMS_KEY = _HEADER + "-cos-kms-key-id"


def check_rule(root: Element) -> None:
    """Raise InvalidArgument unless the configuration names an algorithm of COS."""
    one_of("SSEAlgorithm", _read(root)[0], ALGORITHMS)


def default_rule(bucket: Bucket) -> tuple[str, str]:
    """The bucket's default algorithm and KMS key id, "" where there is none."""
    text = bucket.settings.get("encryption")
    return _read(parse(text.encode(), ROOT)) if text else ("", "")


def requested(request: CosRequest, bucket: Bucket) -> tuple[str, str]:
    """The algorithm and KMS key for a new object: the request's headers, else the bucket's rule."""
    algorithm = request.header(_HEADER)
    if not algorithm:
        return default_rule(bucket)
    if algorithm not in ALGORITHMS:
        raise InvalidArgument("The encryption algorithm is not supported.", ArgumentValue=algorithm)
    return algorithm, request.header(_KMS_KEY)


def headers(stored: StoredObject) -> dict[str, str]:
    """The headers that tell how an object is encrypted; none for a plain one."""
    if not stored.encryption:
        return {}
    told = {_HEADER: stored.encryption}
    if stored.kms_key:
        told[_KMS_KEY] = stored.kms_key
    return told


def _read(root: Element) -> tuple[str, str]:
    """Algorithm and key id; S3 clients and COS's own call the inner element differently."""
    for path in (_RULES, _RULE):
        if algorithm := text_of(root, f"{path}/SSEAlgorithm"):
            return algorithm, text_of(root, f"{path}/KMSMasterKeyID")
    return "", ""
