"""``TriggerDesc``: what a trigger of SCF is told, a text of another grammar for each type, as typed settings.

Written, the text has no spaces outside a cron expression (SCF refuses JSON with any); read, it becomes the settings
again, whatever the cloud adds. Sources: SCF documentation "Trigger Configuration Description" (583/34880),
tencentcloud-sdk-python scf CreateTriggerRequest and UpdateTriggerRequest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.declaration import Property

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
    Property("maxMsgNum", "integer", "Messages that make a batch.", False, default=100, minimum=1, maximum=10000),
    Property(
        "offset", "string", "Where to begin: latest, earliest or a time in Unix seconds.", False, default="latest"
    ),
    Property("retry", "integer", "How often a failed batch is tried again.", False, default=10000, minimum=0),
    Property("timeOut", "integer", "Seconds to wait for a full batch.", False, default=60, minimum=1, maximum=300),
    Property("consumerGroupName", "string", "Consumer group; by default one of SCF's own.", False, default=""),
)
_CLS = (
    Property("topicId", "string", "Id of the log topic.", replaces=True),
    Property(
        "maxWait", "integer", "Seconds to wait for more.", False, replaces=True, default=60, minimum=3, maximum=300
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
#: The types whose settings UpdateTrigger changes, and those that UpdateTriggerStatus switches.
UPDATABLE: Final = frozenset(("timer", "ckafka", "http"))
SWITCHABLE: Final = frozenset(("timer", "ckafka", "http", "cos"))
_COS_HOST = re.compile(r"(?P<bucket>.+)\.cos\.[a-z0-9-]+\.myqcloud\.com")
_CKAFKA_NAME = re.compile(r"(?P<instance>ckafka-[^-]+)-(?P<topic>.+)")
_NUMBERS = frozenset(("maxMsgNum", "retry", "timeOut", "maxWait"))


def trigger_name(kind: str, settings: Mapping[str, Any], region: str) -> str | None:
    """The name of a trigger that SCF wants named after what it listens to; None where any name will do."""
    if kind == "cos":
        return f"{settings['bucket']}.cos.{region}.myqcloud.com"
    if kind == "ckafka":
        return f"{settings['instanceId']}-{settings['topicName']}"
    if kind == "cls":
        return str(settings["topicId"])
    return None


def written(kind: str, settings: Mapping[str, Any]) -> str:
    """The TriggerDesc of these settings, defaults included."""
    if kind == "timer":
        return str(settings["cron"])
    if kind == "cos":
        only = {"Prefix": settings["prefix"], "Suffix": settings["suffix"]}
        said: dict[str, Any] = {"event": settings["event"], "filter": only}
    elif kind == "http":
        said = {"AuthType": settings["authType"], "NetConfig": _capitals(settings["netConfig"])}
        if cors := settings.get("corsConfig"):
            said["CorsConfig"] = _capitals(cors)
    else:
        # Instance and topic of CKafka stand in the trigger's name.
        said = {name: _whole(value) for name, value in settings.items() if name not in ("instanceId", "topicName")}
    # No space may stand in the text; JSON has another way to say one.
    return json.dumps(said, separators=(",", ":"), ensure_ascii=False).replace(" ", "\\u0020")


def read(kind: str, name: str, description: str, custom_argument: str | None = None) -> dict[str, Any]:
    """The settings that a TriggerDesc says, for the trigger called ``name``.

    Raises:
        CloudAnswerError: no trigger of this type has such a text.
    """
    try:
        said = json.loads(description) if description.lstrip().startswith("{") else {"cron": description}
        return _settings(kind, name, said, custom_argument)
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise CloudAnswerError(
            f"the trigger {name} has a TriggerDesc that no {kind} trigger has: {description!r}"
        ) from error


def urls(description: str) -> tuple[str | None, str | None]:
    """The addresses of an http trigger, public and within the VPC; None for one that is not there."""
    network = json.loads(description).get("NetConfig") or {}
    return network.get("ExtranetUrl") or None, network.get("IntranetUrl") or None


def _settings(kind: str, name: str, said: Mapping[str, Any], custom_argument: str | None) -> dict[str, Any]:
    if kind == "timer":
        return {"cron": said["cron"], "customArgument": custom_argument or ""}
    if kind == "cos":
        host, only = _COS_HOST.fullmatch(name), said.get("filter") or {}
        prefix, suffix = only.get("Prefix") or "", only.get("Suffix") or ""
        return {"bucket": host["bucket"] if host else name, "event": said["event"], "prefix": prefix, "suffix": suffix}
    if kind == "http":
        network, cors = _small(said.get("NetConfig"), _NETWORK), _small(said.get("CorsConfig"), _CORS)
        return {"authType": said["AuthType"], "netConfig": network, **({"corsConfig": cors} if cors else {})}
    parts = _CKAFKA_NAME.fullmatch(name)
    named = {"instanceId": parts["instance"] if parts else "", "topicName": parts["topic"] if parts else name}
    known = {**(named if kind == "ckafka" else {"topicId": name}), **said}
    # The documentation says text of numbers.
    return {
        each.name: int(known[each.name]) if each.name in _NUMBERS else known[each.name]
        for each in SETTINGS[kind].fields
        if each.name in known
    }


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _capitals(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_capital(name): _whole(value) for name, value in values.items()}


def _small(values: Mapping[str, Any] | None, declared: tuple[Property, ...]) -> dict[str, Any]:
    """Those of the values that are declared, by the declared names; the cloud adds others, and null."""
    found = {each.name: (values or {}).get(_capital(each.name)) for each in declared}
    return {name: value for name, value in found.items() if value is not None}


def _whole(value: Any) -> Any:
    """Numbers come off Pulumi's wire as floats."""
    return int(value) if isinstance(value, float) and not value % 1 else value
