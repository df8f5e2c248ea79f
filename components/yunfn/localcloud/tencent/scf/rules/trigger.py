"""What a trigger's TriggerDesc must say, by its type ("Trigger configuration description", 583/39901; "Function URL").

It holds no space: only a timer's is no JSON, a bare cron expression, which is ``{"cron": …}`` where it is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.exceptions import InvalidValue
from yunfn.localcloud.tencent.scf.rules.cron import is_cron
from yunfn.runtimes import SCF_LIMITS

UPDATABLE = ("timer", "ckafka", "http")
SWITCHABLE = ("timer", "cos", "ckafka")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
_BUCKET_HOST = re.compile(r"(?P<bucket>[a-z0-9-]+-\d+)\.cos\.(?P<region>[a-z0-9-]+)\.myqcloud\.com")
_COS_EVENT = re.compile(r"cos:[A-Z][A-Za-z]+:(\*|[A-Z][A-Za-z]+)")
_METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS", "*")


def read_description(trigger_type: str, name: str, text: str) -> dict[str, Any]:
    """A TriggerDesc as it was sent, as the object that is kept; raises InvalidParameterValue.

    Names and values that the type does not know are refused.
    """
    kind = _KINDS.get(trigger_type)
    if kind is None:
        hint = ": API Gateway is gone since 2025-06-30, a function URL (http) is in its place"
        raise InvalidValue(
            "Type",
            f"{trigger_type!r} must be one of {', '.join(_KINDS)}{hint if trigger_type == 'apigw' else ''}",
        )
    if trigger_type == "timer":
        return _timer(name, text)
    if re.search(r"\s", text):
        raise InvalidValue("TriggerDesc", "must not hold a space")
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InvalidValue("TriggerDesc", "must be a JSON object")
    return kind(name, found)


def bucket_of(name: str) -> tuple[str, str]:
    """Bucket and region of a COS trigger's name, the bucket's host; raises InvalidParameterValue.TriggerName."""
    found = _BUCKET_HOST.fullmatch(name)
    if found is None:
        raise InvalidValue("TriggerName", f"{name!r} must be <bucket>-<APPID>.cos.<region>.myqcloud.com")
    return found["bucket"], found["region"]


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether one event of an object could fire both COS triggers of a bucket."""
    if not (_covers(one["event"], other["event"]) or _covers(other["event"], one["event"])):
        return False
    (prefix, suffix), (prefix2, suffix2) = (
        (each["filter"]["Prefix"], each["filter"]["Suffix"]) for each in (one, other)
    )
    prefixes = prefix.startswith(prefix2) or prefix2.startswith(prefix)
    return bool(prefixes and (suffix.endswith(suffix2) or suffix2.endswith(suffix)))


def _covers(a: str, b: str) -> bool:
    return a == b or (a.endswith("*") and b.startswith(a[:-1]))


def _timer(name: str, text: str) -> dict[str, Any]:
    _check_name(name)
    if not is_cron(text):
        raise InvalidValue("TriggerDesc", f"{text!r} is no cron expression of seven fields")
    return {"cron": text}


def _cos(name: str, found: dict[str, Any]) -> dict[str, Any]:
    bucket_of(name)
    _only(found, "event", "filter")
    event, rule = found.get("event"), found.get("filter") or {}
    if not isinstance(event, str) or not _COS_EVENT.fullmatch(event):
        raise InvalidValue("TriggerDesc", f"event {event!r} must be such as cos:ObjectCreated:*")
    if not isinstance(rule, dict) or not all(isinstance(each, str) for each in rule.values()):
        raise InvalidValue("TriggerDesc", "filter must have Prefix and Suffix")
    _only(rule, "Prefix", "Suffix")
    return {"event": event, "filter": {"Prefix": rule.get("Prefix", ""), "Suffix": rule.get("Suffix", "")}}


def _ckafka(name: str, found: dict[str, Any]) -> dict[str, Any]:
    _check_name(name)
    _only(found, "maxMsgNum", "offset", "retry", "timeOut", "consumerGroupName")
    document = dict(found)
    for field, (low, high) in (
        ("maxMsgNum", SCF_LIMITS.ckafka_messages),
        ("retry", SCF_LIMITS.ckafka_retries),
        ("timeOut", SCF_LIMITS.ckafka_wait_s),
    ):
        # The documentation says String, its sample numbers.
        value = found.get(field)
        if value is None and field != "maxMsgNum":
            continue
        if not str(value).isdigit() or isinstance(value, bool) or not low <= int(str(value)) <= high:
            raise InvalidValue("TriggerDesc", f"{field} {value!r} must be {low} to {high}")
    offset = str(found.get("offset"))
    if offset not in ("latest", "earliest") and not offset.isdigit():
        raise InvalidValue("TriggerDesc", f"offset {offset!r} must be latest, earliest or a time in ms")
    return document


def _cls(name: str, found: dict[str, Any]) -> dict[str, Any]:
    _only(found, "topicId", "topic_id", "maxWait", "max_wait", "maxSize", "max_size")
    if not isinstance(found.get("topicId", found.get("topic_id")), str):
        raise InvalidValue("TriggerDesc", "topicId is required")
    wait = found.get("maxWait", found.get("max_wait"))
    low, high = SCF_LIMITS.cls_wait_s
    if wait is not None and (not str(wait).isdigit() or not low <= int(str(wait)) <= high):
        raise InvalidValue("TriggerDesc", f"maxWait {wait!r} must be {low} to {high}")
    return found


def _http(name: str, found: dict[str, Any]) -> dict[str, Any]:
    _check_name(name)
    _only(found, "AuthType", "NetConfig", "CorsConfig")
    authority = found.get("AuthType")
    if authority not in ("NONE", "CAM"):
        raise InvalidValue("TriggerDesc", f"AuthType {authority!r} must be NONE or CAM")
    net = found.get("NetConfig") or {}
    if not isinstance(net, dict) or not all(isinstance(each, bool) for each in net.values()):
        raise InvalidValue("TriggerDesc", "NetConfig must have EnableIntranet and EnableExtranet, true or false")
    _only(net, "EnableIntranet", "EnableExtranet")
    document: dict[str, Any] = {
        "AuthType": authority,
        "NetConfig": {
            "EnableIntranet": net.get("EnableIntranet", False),
            "EnableExtranet": net.get("EnableExtranet", False),
        },
    }
    if found.get("CorsConfig"):
        document["CorsConfig"] = _cors(found["CorsConfig"])
    return document


def _cors(sent: Any) -> dict[str, Any]:
    if not isinstance(sent, dict):
        raise InvalidValue("Cors", "CorsConfig must be an object")
    _only(sent, "Enable", "Origins", "Methods", "Headers", "ExposeHeaders", "Credentials", "MaxAge", field="Cors")
    cors = Parameters(sent)
    for name in ("Origins", "Methods", "Headers", "ExposeHeaders"):
        if any(not value for value in cors.texts(name, [])):
            raise InvalidValue("Cors", f"{name} has an empty value")
    if unknown := set(cors.texts("Methods", [])) - set(_METHODS):
        raise InvalidValue("Cors", f"Methods has {', '.join(sorted(unknown))}")
    cors.flag("Credentials", default=False)
    if cors.integer("MaxAge", 0) < 0:
        raise InvalidValue("Cors", "MaxAge must be 0 or more")
    return sent


def _only(found: dict[str, Any], *names: str, field: str = "TriggerDesc") -> None:
    for name in found:
        if name not in names:
            raise InvalidValue(field, f"has {name!r}, which is none of {', '.join(names)}")


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidValue("TriggerName", f"{name!r} must have 1-100 letters, digits, - and _")


_KINDS: dict[str, Callable[[str, dict[str, Any]], dict[str, Any]]] = {
    "timer": lambda name, found: found,
    "cos": _cos,
    "ckafka": _ckafka,
    "cls": _cls,
    "http": _http,
}
