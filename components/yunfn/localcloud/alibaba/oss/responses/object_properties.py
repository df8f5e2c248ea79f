"""An object's ACL, tags and symbolic links."""

from __future__ import annotations

import hashlib
from urllib.parse import quote, unquote

from starlette.responses import Response

from yunfn.localcloud.alibaba.oss import names
from yunfn.localcloud.alibaba.oss.exceptions import AccessDenied, NotSymlink
from yunfn.localcloud.alibaba.oss.request import OssRequest
from yunfn.localcloud.alibaba.oss.responses import answers, object_headers
from yunfn.localcloud.alibaba.oss.responses.bucket_settings import checked_body
from yunfn.localcloud.alibaba.oss.responses.buckets import acl_document, check_one_of
from yunfn.localcloud.alibaba.oss.responses.get_object import find_version
from yunfn.localcloud.alibaba.oss.responses.put_object import authorize_write, store
from yunfn.localcloud.alibaba.oss.setting_rules import read_tags
from yunfn.localcloud.alibaba.oss.xml_documents import branch, document, leaf, parse
from yunfn.localcloud.objectstore.stored_object import StoredObject


async def get_acl(request: OssRequest) -> Response:
    """GetObjectAcl."""
    stored = find_version(request, "GetObjectAcl")
    return answers.xml(request, acl_document(request.bucket.account, stored.acl), headers=_version(request, stored))


async def put_acl(request: OssRequest) -> Response:
    """PutObjectAcl, by the header x-oss-object-acl."""
    acl = request.header("x-oss-object-acl")
    check_one_of("x-oss-object-acl", acl, object_headers.OBJECT_ACLS)
    stored = find_version(request, "PutObjectAcl")
    if acl.startswith("public") and "true" in request.bucket.settings.get("publicAccessBlock", ""):
        raise AccessDenied("Put public object acl is not allowed.")
    stored.acl = acl
    request.state.objects.replace(request.bucket, request.key, stored)
    return answers.empty(request, headers=_version(request, stored))


async def get_tagging(request: OssRequest) -> Response:
    """GetObjectTagging."""
    stored = find_version(request, "GetObjectTagging")
    tags = (branch("Tag", leaf("Key", key), leaf("Value", value)) for key, value in stored.tags.items())
    return answers.xml(request, document("Tagging", branch("TagSet", *tags)), headers=_version(request, stored))


async def put_tagging(request: OssRequest) -> Response:
    """PutObjectTagging: at most 10 tags."""
    root = parse(await checked_body(request), "Tagging")
    # Nothing is awaited between reading the version and writing it back.
    stored = find_version(request, "PutObjectTagging")
    stored.tags = read_tags(
        root, object_headers.MOST_TAGS, object_headers.LONGEST_TAG_KEY, object_headers.LONGEST_TAG_VALUE
    )
    request.state.objects.replace(request.bucket, request.key, stored)
    return answers.empty(request, headers=_version(request, stored))


async def delete_tagging(request: OssRequest) -> Response:
    """DeleteObjectTagging."""
    stored = find_version(request, "DeleteObjectTagging")
    stored.tags = {}
    request.state.objects.replace(request.bucket, request.key, stored)
    return answers.empty(request, 204, _version(request, stored))


async def put_symlink(request: OssRequest) -> Response:
    """PutSymlink: an object that stands for another of its bucket, which need not be there yet."""
    names.check_key(request.key)
    authorize_write(request)
    target = unquote(request.header("x-oss-symlink-target"))
    names.check_key(target)
    stored = object_headers.template(request, request.bucket)
    stored.kind, stored.link_target = "Symlink", target
    stored.etag = hashlib.md5(target.encode(), usedforsecurity=False).hexdigest().upper()
    store(request, stored, "ObjectCreated:PutSymlink")
    return answers.empty(request, headers=_version(request, stored))


async def get_symlink(request: OssRequest) -> Response:
    """GetSymlink: the target's key in a header."""
    stored = find_version(request, "GetObject", right="read")
    if stored.kind != "Symlink":
        raise NotSymlink()
    headers = {
        "x-oss-symlink-target": quote(stored.link_target, safe="/"),
        "etag": f'"{stored.etag}"',
        "last-modified": stored.last_modified,
    }
    return answers.empty(request, headers={**headers, **_version(request, stored)})


def _version(request: OssRequest, stored: StoredObject) -> dict[str, str]:
    return {"x-oss-version-id": stored.version} if request.bucket.keeps_versions else {}
