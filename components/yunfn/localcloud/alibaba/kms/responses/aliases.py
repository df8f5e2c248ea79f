"""Names for keys that can be moved from one to another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.alibaba.kms.exceptions import AliasAlreadyExists, AliasNotFound, InvalidParameter
from yunfn.localcloud.alibaba.kms.request import KmsRequest, check_not_leaving, check_stays

# CreateAlias: 1 to 255 characters, none that begins with alias/acs. Which characters is from memory of the console.
_NAME = re.compile(r"alias/(?!acs)[A-Za-z0-9/_-]+")
_LONGEST = 255


def create_alias(request: KmsRequest) -> Mapping[str, Any]:
    """CreateAlias."""
    name = _name(request)
    key = request.key()
    request.require(name)
    check_stays(key)
    if request.state.alias(request.place, name) is not None:
        raise AliasAlreadyExists
    request.state.set_alias(request.place, name, key.id)
    return {}


def update_alias(request: KmsRequest) -> Mapping[str, Any]:
    """UpdateAlias: it means another key from now on."""
    name = _name(request)
    key = request.key()
    request.require(name)
    check_not_leaving(key)
    if request.state.alias(request.place, name) is None:
        raise AliasNotFound
    request.state.set_alias(request.place, name, key.id)
    return {}


def delete_alias(request: KmsRequest) -> Mapping[str, Any]:
    """DeleteAlias: a right on the alias and on the key it means."""
    name = _name(request)
    request.call.resource = name
    request.require(name)
    meant = request.state.alias(request.place, name)
    if meant is None:
        raise AliasNotFound
    request.require(f"key/{meant}")
    request.state.drop_alias(request.place, name)
    return {}


def list_aliases(request: KmsRequest) -> Mapping[str, Any]:
    """ListAliases of the region."""
    request.require("alias")
    return _listed(request, "")


def list_aliases_by_key_id(request: KmsRequest) -> Mapping[str, Any]:
    """ListAliasesByKeyId."""
    return _listed(request, request.key().id)


def _listed(request: KmsRequest, key_id: str) -> Mapping[str, Any]:
    rows = [
        {"AliasName": name, "AliasArn": request.arn(name), "KeyId": meant}
        for name, meant in request.state.aliases(request.place)
        if key_id in ("", meant)
    ]
    shown, paging = request.page(rows)
    return {"Aliases": {"Alias": shown}, **paging}


def _name(request: KmsRequest) -> str:
    name = request.text("AliasName")
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        raise InvalidParameter("AliasName", f"it is alias/<name>, at most {_LONGEST} characters long, not alias/acs…")
    return name
