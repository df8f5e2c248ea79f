"""What a trigger's configuration must say, by its type (FCD "triggers" and the SDK's trigger config models)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from yunfn.localcloud.alibaba.fc.dataplane.schedule import parse_schedule
from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.rules.fields import Fields

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")
AUTH_TYPES = ("anonymous", "function", "jwt")
# FCD "OSS triggers": the events, and the whole kinds of them.
OSS_EVENTS = (
    "oss:ObjectCreated:*",
    "oss:ObjectCreated:PutObject",
    "oss:ObjectCreated:PostObject",
    "oss:ObjectCreated:CopyObject",
    "oss:ObjectCreated:InitiateMultipartUpload",
    "oss:ObjectCreated:UploadPart",
    "oss:ObjectCreated:UploadPartCopy",
    "oss:ObjectCreated:CompleteMultipartUpload",
    "oss:ObjectCreated:AppendObject",
    "oss:ObjectCreated:PutSymlink",
    "oss:ObjectRemoved:*",
    "oss:ObjectRemoved:DeleteObject",
    "oss:ObjectRemoved:DeleteObjects",
    "oss:ObjectRemoved:AbortMultipartUpload",
    "oss:ObjectReplication:*",
    "oss:ObjectReplication:ObjectCreated",
    "oss:ObjectReplication:ObjectModified",
    "oss:ObjectReplication:ObjectRemoved",
)


def parse_trigger_config(text: str | None) -> dict[str, Any]:
    """The triggerConfig string as an object; raises InvalidArgument."""
    try:
        config = json.loads(text or "{}")
    except ValueError:
        raise InvalidArgument("triggerConfig is not valid JSON") from None
    if not isinstance(config, dict):
        raise InvalidArgument("triggerConfig must be a JSON object")
    return config


def check_trigger(trigger_type: str, config: dict[str, Any], source: str, account: str, region: str) -> None:
    """Raise InvalidArgument for the first rule that a trigger's source or configuration breaks."""
    kind = _KINDS.get(trigger_type)
    if kind is None:
        raise InvalidArgument(f"triggerType must be one of {', '.join(_KINDS)}, got '{trigger_type}'")
    pattern, check = kind
    if pattern is None:
        if source:
            raise InvalidArgument(f"sourceArn does not go with triggerType {trigger_type}")
    elif not re.fullmatch(pattern.format(region=re.escape(region), account=account), source):
        raise InvalidArgument(f"sourceArn '{source}' is invalid for triggerType {trigger_type}")
    check(Fields(config, "triggerConfig"))


def bucket_of(source: str) -> str:
    """The bucket of an OSS trigger's sourceArn."""
    return source.rsplit(":", 1)[1]


def overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether one object event could fire both OSS trigger configurations of a bucket."""
    if not any(_covers(a, b) or _covers(b, a) for a in one["events"] for b in other["events"]):
        return False
    (prefix, suffix), (prefix2, suffix2) = _key_filter(one), _key_filter(other)
    prefixes = prefix.startswith(prefix2) or prefix2.startswith(prefix)
    return prefixes and (suffix.endswith(suffix2) or suffix2.endswith(suffix))


def _covers(a: str, b: str) -> bool:
    return a == b or (a.endswith("*") and b.startswith(a[:-1]))


def _key_filter(config: dict[str, Any]) -> tuple[str, str]:
    key = (config.get("filter") or {}).get("key") or {}
    return key.get("prefix") or "", key.get("suffix") or ""


def _check_http(config: Fields) -> None:
    config.choice("authType", AUTH_TYPES)
    methods = config.texts("methods")
    if not methods:
        raise InvalidArgument("triggerConfig.methods is required")
    for method in methods:
        if method not in METHODS:
            raise InvalidArgument(f"triggerConfig.methods: '{method}' is not one of {', '.join(METHODS)}")
    config.flag("disableURLInternet")


def _check_timer(config: Fields) -> None:
    try:
        parse_schedule(config.required("cronExpression"), 0.0)
    except ValueError as error:
        raise InvalidArgument(str(error)) from None
    config.flag("enable")
    config.text("payload")


def _check_oss(config: Fields) -> None:
    events = config.texts("events")
    if not events:
        raise InvalidArgument("triggerConfig.events is required")
    for event in events:
        if event not in OSS_EVENTS:
            raise InvalidArgument(f"triggerConfig.events: '{event}' is not an event of OSS")
    key = config.inner("filter").inner("key")
    key.text("prefix")
    key.text("suffix")


def _check_log(config: Fields) -> None:
    config.inner("sourceConfig").required("logstore")
    job = config.inner("jobConfig")
    job.integer("maxRetryTime", 0, 100)
    job.integer("triggerInterval", 3, 600)
    log = config.inner("logConfig")
    if bool(log.text("project")) != bool(log.text("logstore")):
        raise InvalidArgument("triggerConfig.logConfig needs both project and logstore")
    config.block("functionParameter")
    config.flag("enable")


def _check_topic(config: Fields) -> None:
    config.choice("notifyContentFormat", ("STREAM", "JSON"))
    config.choice("notifyStrategy", ("BACKOFF_RETRY", "EXPONENTIAL_DECAY_RETRY"))
    if len(config.text("filterTag") or "") > 16:
        raise InvalidArgument("triggerConfig.filterTag must not be longer than 16 characters")


def _check_cdn(config: Fields) -> None:
    config.required("eventName")
    config.required("eventVersion")
    config.text("notes")
    if not config.block("filter"):
        raise InvalidArgument("triggerConfig.filter is required")


def _check_table(config: Fields) -> None:
    """A Tablestore trigger says all by its source."""


def _check_event_bridge(config: Fields) -> None:
    config.flag("triggerEnable")
    config.flag("asyncInvocationType")
    config.text("eventRuleFilterPattern")
    if not config.block("eventSourceConfig"):
        raise InvalidArgument("triggerConfig.eventSourceConfig is required")


_KINDS: dict[str, tuple[str | None, Callable[[Fields], None]]] = {
    "http": (None, _check_http),
    "timer": (None, _check_timer),
    "oss": (r"acs:oss:{region}:{account}:[a-z0-9][a-z0-9-]{{1,61}}[a-z0-9]", _check_oss),
    "log": (r"acs:log:{region}:{account}:project/[a-z0-9][a-z0-9_-]{{1,126}}", _check_log),
    "mns_topic": (r"acs:mns:{region}:{account}:/topics/[A-Za-z0-9][A-Za-z0-9-]{{0,119}}", _check_topic),
    "cdn_events": (r"acs:cdn:\*:{account}", _check_cdn),
    "tablestore": (r"acs:ots:{region}:{account}:instance/[^/]+/table/[^/]+", _check_table),
    "eventbridge": (r"|acs:eventbridge:{region}:{account}:.+", _check_event_bridge),
}
