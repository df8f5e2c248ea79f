"""The versions of a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.kms.exceptions import KeyVersionNotFound, LimitExceeded
from yunfn.localcloud.alibaba.kms.request import KmsRequest, check_usable
from yunfn.localcloud.alibaba.kms.responses.descriptions import version

_MOST_VERSIONS = 50


def create_key_version(request: KmsRequest) -> Mapping[str, Any]:
    """CreateKeyVersion: it encrypts from now on; what older ones encrypted stays readable.

    The page of 2021 has it for asymmetric keys, once in seven days; here it makes a rotation visible without moving
    the clock.
    """
    key = request.key(aliases=True)
    check_usable(key)
    if len(key.versions) >= _MOST_VERSIONS:
        raise LimitExceeded(f"{_MOST_VERSIONS} versions of a key")
    return {"KeyVersion": version(key, request.state.keys.rotate(request.place, key))}


def describe_key_version(request: KmsRequest) -> Mapping[str, Any]:
    """DescribeKeyVersion."""
    key = request.key(aliases=True)
    wanted = request.text("KeyVersionId")
    for each in key.versions:
        if each.id == wanted:
            return {"KeyVersion": version(key, each)}
    raise KeyVersionNotFound


def list_key_versions(request: KmsRequest) -> Mapping[str, Any]:
    """ListKeyVersions, oldest first."""
    key = request.key(aliases=True)
    shown, paging = request.page([version(key, each) for each in key.versions])
    return {"KeyVersions": {"KeyVersion": shown}, **paging}
