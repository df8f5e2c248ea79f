"""What logsets and topics have in common: ids, names, tags, and how they are named in CAM."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from yunfn.localcloud.tencent.api import ApiRequest, InvalidParameterValue
from yunfn.localcloud.tencent.cls.exceptions import TooManyTags
from yunfn.localcloud.tencent.tag import TagService

_LONGEST = 255
_TAGS = 10
_RESERVED = ("cls_service_log", "loglistener_status", "loglistener_alarm", "loglistener_business", "cls_service_metric")


def resource(request: ApiRequest, kind: str, identifier: str = "*") -> str:
    """A logset or topic in six segments."""
    return f"qcs::cls:{request.region}:uin/{request.uin}:{kind}/{identifier}"


def allowed(request: ApiRequest, kind: str, identifier: str) -> None:
    """Note for the journal what the call is about; raise AccessDeniedError unless the sender may do it."""
    request.call.resource = identifier
    request.require(f"cls:{request.call.operation}", resource(request, kind, identifier))


def new_id(request: ApiRequest, parameter: str) -> str:
    """The id of something new: the sender's own, which ends with the APPID, or a random one.

    Raises InvalidParameterValue (rules: CreateLogset and CreateTopic in the API's reference).
    """
    chosen = request.text(parameter, "")
    if not chosen:
        return str(uuid.uuid4())
    app_id = request.cloud.tencent.app_id
    if not re.fullmatch(rf"[a-z0-9][a-z0-9-]{{1,38}}[a-z0-9]-{app_id}", chosen):
        raise InvalidParameterValue(parameter, f"must be 3 to 40 of a-z, 0-9 and -, followed by -{app_id}")
    return chosen


def new_name(request: ApiRequest, parameter: str) -> str:
    """A logset's or topic's name; raises MissingParameter or InvalidParameterValue."""
    name = request.text(parameter)
    if not name or len(name) > _LONGEST or "|" in name:
        raise InvalidParameterValue(parameter, f"must be 1 to {_LONGEST} characters without |")
    if parameter == "TopicName" and name in _RESERVED:
        raise InvalidParameterValue(parameter, "is reserved")
    return name


def put_tags(request: ApiRequest, name: str) -> None:
    """Make Tags, if they are sent, all the tags of ``name`` (``topic/<id>``).

    Raises InvalidParameterValue, TooManyTags, and what the tag store raises.
    """
    if "Tags" not in request:
        return
    sent = request.objects("Tags")
    tags = {str(one.get("Key") or ""): str(one.get("Value") or "") for one in sent}
    if len(tags) < len(sent):
        raise InvalidParameterValue("Tags", "must not have a key twice")
    if len(tags) > _TAGS:
        raise TooManyTags(_TAGS)
    store = request.cloud.find(TagService)
    gone = set(store.of("cls", request.region, name)) - set(tags)
    store.replace("cls", request.region, name, tags, gone)


def tags_of(request: ApiRequest, name: str) -> Mapping[str, str]:
    """The tags of ``name``."""
    return request.cloud.find(TagService).of("cls", request.region, name)


def written(tags: Mapping[str, str]) -> list[dict[str, Any]]:
    """Tags as CLS writes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def forget_tags(request: ApiRequest, name: str) -> None:
    """Drop the tags of ``name``, which is gone."""
    request.cloud.find(TagService).forget("cls", request.region, name)
