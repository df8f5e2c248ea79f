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
from yunfn.provider.trigger_settings import SETTINGS

#: The types whose settings UpdateTrigger changes, and those that UpdateTriggerStatus switches.
UPDATABLE: Final = frozenset(("timer", "ckafka", "http"))
SWITCHABLE: Final = frozenset(("timer", "ckafka", "http", "cos"))
_FIELDS = {each.name: each.fields for each in SETTINGS["http"].fields}
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
        network, cors = (_small(said.get(_capital(each)), _FIELDS[each]) for each in ("netConfig", "corsConfig"))
        return {"authType": said["AuthType"], "netConfig": network, **({"corsConfig": cors} if cors else {})}
    parts = _CKAFKA_NAME.fullmatch(name)
    named = {"instanceId": parts["instance"] if parts else "", "topicName": parts["topic"] if parts else name}
    # The documentation of CLS writes its names in another way.
    told = {_camel(key): value for key, value in said.items()}
    known = {**(named if kind == "ckafka" else {"topicId": name}), **told}
    # The documentation says text of numbers.
    return {
        each.name: int(known[each.name]) if each.name in _NUMBERS else known[each.name]
        for each in SETTINGS[kind].fields
        if each.name in known
    }


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _camel(name: str) -> str:
    return re.sub("_([a-z])", lambda letter: letter[1].upper(), name)


def _capitals(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_capital(name): _whole(value) for name, value in values.items()}


def _small(values: Mapping[str, Any] | None, declared: tuple[Property, ...]) -> dict[str, Any]:
    """Those of the values that are declared, by the declared names; the cloud adds others, and null."""
    found = {each.name: (values or {}).get(_capital(each.name)) for each in declared}
    return {name: value for name, value in found.items() if value is not None}


def _whole(value: Any) -> Any:
    """Numbers come off Pulumi's wire as floats."""
    return int(value) if isinstance(value, float) and not value % 1 else value
