"""What a trigger of SCF is told, as inputs: one object for each type, of which a trigger has one.

Sources: SCF documentation "Trigger Configuration Description" (583/34880) and "Function URL", limits in yunfn.runtimes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from yunfn.provider.declaration import CheckFailure, Property
from yunfn.runtimes import SCF_LIMITS

_BATCH_LEAST, _BATCH_MOST = SCF_LIMITS.ckafka_messages
_RETRY_LEAST, _RETRY_MOST = SCF_LIMITS.ckafka_retries
_FULL_LEAST, _FULL_MOST = SCF_LIMITS.ckafka_wait_s
_WAIT_LEAST, _WAIT_MOST = SCF_LIMITS.cls_wait_s
_CRON_FIELDS = 7
_BUCKET = re.compile(r"[a-z0-9-]+-\d+")
_TEXT = Property("item", "string", "One of them.")
_TIMER = (
    Property("cron", "string", "Seven fields, seconds first: 0 */5 * * * * *."),
    Property("customArgument", "string", "Text that the function gets in the event's Message.", False, default=""),
)
_COS = (
    Property("bucket", "string", "Name of the bucket with the APPID, in the function's region.", replaces=True),
    Property(
        "event", "string", "What happens there: cos:ObjectCreated:*, cos:ObjectRemove:* and so on.", replaces=True
    ),
    Property("prefix", "string", "What keys begin with.", required=False, replaces=True, default=""),
    Property("suffix", "string", "What keys end with.", required=False, replaces=True, default=""),
)
_CKAFKA = (
    Property("instanceId", "string", "Id of the CKafka instance.", replaces=True),
    Property("topicName", "string", "Name of the topic.", replaces=True),
    Property(
        "maxMsgNum",
        "integer",
        "Messages that make a batch.",
        False,
        default=100,
        minimum=_BATCH_LEAST,
        maximum=_BATCH_MOST,
    ),
    Property(
        "offset", "string", "Where to begin: latest, earliest or a time in Unix seconds.", False, default="latest"
    ),
    Property(
        "retry",
        "integer",
        "How often a failed batch is tried again.",
        False,
        default=10000,
        minimum=_RETRY_LEAST,
        maximum=_RETRY_MOST,
    ),
    Property(
        "timeOut",
        "integer",
        "Seconds to wait for a full batch.",
        False,
        default=60,
        minimum=_FULL_LEAST,
        maximum=_FULL_MOST,
    ),
    Property("consumerGroupName", "string", "Consumer group; by default one of SCF's own.", False, default=""),
)
_CLS = (
    Property("topicId", "string", "Id of the log topic.", replaces=True),
    Property(
        "maxWait",
        "integer",
        "Seconds to wait for more.",
        False,
        replaces=True,
        default=60,
        minimum=_WAIT_LEAST,
        maximum=_WAIT_MOST,
    ),
)
_NETWORK = (
    Property("enableExtranet", "boolean", "Whether the public address answers.", False, default=True),
    Property("enableIntranet", "boolean", "Whether an address within the VPC answers.", False, default=False),
)
_CORS = (
    Property("origins", "array", "Origins that may ask, or *.", False, items=_TEXT),
    Property("methods", "array", "Methods that they may use, or *.", False, items=_TEXT),
    Property("headers", "array", "Headers that they may send.", False, items=_TEXT),
    Property("exposeHeaders", "array", "Headers of the answer that they may see.", False, items=_TEXT),
    Property("credentials", "boolean", "Whether they may send cookies.", False, default=False),
    Property("maxAge", "integer", "Seconds that a browser may remember this.", False, default=0, minimum=0),
)
_HTTP = (
    Property("authType", "string", "NONE (anybody) or CAM (signed requests only).", allowed=("NONE", "CAM")),
    Property(
        "netConfig",
        "object",
        "Which addresses there are.",
        required=False,
        fields=_NETWORK,
        type_name="TriggerNetConfig",
        default={"enableExtranet": True, "enableIntranet": False},
    ),
    Property(
        "corsConfig", "object", "Which other sites' pages may ask.", False, fields=_CORS, type_name="TriggerCorsConfig"
    ),
)
#: The settings of each type, as inputs; API Gateway's triggers were switched off on 2025-06-30.
SETTINGS: Final[Mapping[str, Property]] = {
    "timer": Property(
        "timer", "object", "Calls at set times.", False, fields=_TIMER, type_name="TimerTrigger"
    ),
    "cos": Property(
        "cos", "object", "Calls for objects of a bucket.", False, fields=_COS, type_name="CosTrigger"
    ),
    "ckafka": Property(
        "ckafka", "object", "Calls for messages of CKafka.", False, fields=_CKAFKA, type_name="CkafkaTrigger"
    ),
    "cls": Property(
        "cls", "object", "Calls for lines of a log topic.", False, fields=_CLS, type_name="ClsTrigger"
    ),
    "http": Property(
        "http", "object", "A URL of the function's own.", False, fields=_HTTP, type_name="HttpTrigger"
    ),
}  # fmt: skip


def failures(kind: str, settings: Any) -> Iterator[CheckFailure]:
    """What SCF would refuse beside what the declaration says; unknown values pass."""
    told: Mapping[str, Any] = settings if isinstance(settings, Mapping) else {}
    cron, bucket = told.get("cron"), told.get("bucket")
    if kind == "timer" and isinstance(cron, str) and len(cron.split()) != _CRON_FIELDS:
        yield CheckFailure("timer.cron", f"must have {_CRON_FIELDS} fields, seconds first and years last, not {cron!r}")
    if kind == "cos" and isinstance(bucket, str) and not _BUCKET.fullmatch(bucket):
        yield CheckFailure("cos.bucket", f"must be the bucket's name with its APPID, <name>-<APPID>, not {bucket!r}")
