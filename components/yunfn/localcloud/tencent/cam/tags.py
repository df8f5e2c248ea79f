"""The tags of CAM's own resources: kept by Tag, so that its API shows the same."""

from __future__ import annotations

from yunfn.localcloud.store import Document
from yunfn.localcloud.tencent.api import ApiRequest
from yunfn.localcloud.tencent.cam.exceptions import InvalidParameter
from yunfn.localcloud.tencent.tag import TagService


def store(request: ApiRequest) -> TagService:
    """Where tags are kept."""
    return request.cloud.find(TagService)


def role(document: Document) -> str:
    """What Tag calls a role."""
    return f"role/{document['RoleId']}"


def policy(document: Document) -> str:
    """What Tag calls a policy."""
    return f"policyid/{document['PolicyId']}"


def read(request: ApiRequest, name: str) -> dict[str, str]:
    """Tags written as a list of Key and Value; raises InvalidParameter for a key that comes twice or is missing."""
    found: dict[str, str] = {}
    for each in request.inners(name):
        key = each.text("Key", "")
        if not key or key in found:
            raise InvalidParameter("TagParamError", f"{name}: the key {key!r} is empty or comes twice.")
        found[key] = each.text("Value", "")
    return found
