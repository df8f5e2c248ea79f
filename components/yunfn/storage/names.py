"""Where artifacts go: the bucket of an account and region, and the key of a digest in it."""

from __future__ import annotations

import hashlib
import re

from yunfn.exceptions import ValidationError

_DIGEST = re.compile(r"[0-9a-f]{64}")
_ACCOUNT = re.compile(r"[0-9]{1,20}")
_REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_COS_HOST = 60
#: What makes the bucket, once per account and region: a stack of the bootstrap program, by the storage's name. It looks
#: first whether the bucket is still there: ``yunfn artifacts purge --bucket`` removes it, and no stack knows.
BOOTSTRAP = {"oss": "pulumi up --stack bootstrap --refresh", "cos": "pulumi up --stack bootstrap-tencent --refresh"}


def artifact_bucket(account: str, region: str) -> str:
    """Name the OSS bucket that holds the artifacts of one account in one region.

    OSS names are unique among all users and 3–63 lower-case letters, digits and hyphens (OSS documentation,
    "bucket naming"); account and region make this one unique and let everyone compute it.

    Raises:
        ValidationError: the account is no number, or the region no region id.
    """
    if not _ACCOUNT.fullmatch(account):
        raise ValidationError("artifact bucket", "account", account, "an account id is digits only")
    if not _REGION.fullmatch(region):
        raise ValidationError("artifact bucket", "region", region, "a region id looks like cn-shanghai")
    return f"yunfn-artifacts-{account}-{region}"


def cos_artifact_bucket(appid: str, region: str) -> str:
    """Name the COS bucket that holds the artifacts of one account in one region: ``yunfn-<region>-<APPID>``.

    A bucket's whole host, ``<bucket>.cos.<region>.myqcloud.com``, has at most 60 characters (COS documentation, "Bucket
    overview"): there is no room for more words, and none for the longest regions, which a digest stands for.

    Raises:
        ValidationError: the APPID is no number, or the region no region id.
    """
    if not _ACCOUNT.fullmatch(appid):
        raise ValidationError("artifact bucket", "appid", appid, "an APPID is digits only")
    if not _REGION.fullmatch(region):
        raise ValidationError("artifact bucket", "region", region, "a region id looks like ap-shanghai")
    name = f"yunfn-{region}-{appid}"
    if len(f"{name}.cos.{region}.myqcloud.com") <= _COS_HOST:
        return name
    return f"yunfn-{hashlib.sha256(region.encode()).hexdigest()[:8]}-{appid}"


def code_key(name: str, digest: str) -> str:
    """Key of the code package of the function called ``name``: ``code/<name>/<digest>.zip``."""
    return _key("code", name, digest)


def layer_key(name: str, digest: str) -> str:
    """Key of the package of the layer called ``name``: ``layers/<name>/<digest>.zip``."""
    return _key("layers", name, digest)


def _key(folder: str, name: str, digest: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValidationError(
            "artifact key", "name", name, "1–128 letters, digits, '_', '.' and '-', not starting with '.' or '-'"
        )
    if not _DIGEST.fullmatch(digest):
        raise ValidationError("artifact key", "digest", digest, "64 hexadecimal digits (SHA-256)")
    return f"{folder}/{name}/{digest}.zip"
