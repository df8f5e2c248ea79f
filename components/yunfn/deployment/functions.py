"""The functions of a stack, found in its exported state: pure.

Names are taken from the resources' ids, which are never secret; of everything else a secret is as good as unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_FC_FUNCTION, _FC_ALIAS = "alicloud:fc/v3Function:V3Function", "yunfn:fc:Alias"
# What earlier releases made, and programs do that name upstream's resource.
_FC_UPSTREAM_ALIAS = "alicloud:fc/v3Alias:V3Alias"
_SCF_FUNCTION, _SCF_ALIAS = "yunfn:scf:Function", "yunfn:scf:Alias"
_FUNCTIONS = (_FC_FUNCTION, _SCF_FUNCTION)
# The alias that SCF calls where nobody names one.
_SCF_DEFAULT = "$DEFAULT"
# Seconds that a call may last where nothing is said, on both clouds (FCD and SCFD "limits").
_TIMEOUT = 3


@dataclass(frozen=True, slots=True)
class DeployedFunction:
    """A function that a stack's state holds.

    ``name`` is what the program calls it (the component's name), ``function_name`` what the cloud does. ``account`` is
    Alibaba's account id or Tencent's APPID. ``namespace`` is Tencent's, "" on Alibaba. ``log`` says where its lines
    go: (project, logstore) on Alibaba, (topic id,) on Tencent, () where the state does not tell. ``timeout`` in
    seconds is how long one call may last.
    """

    cloud: str
    name: str
    function_name: str
    namespace: str
    account: str
    region: str
    aliases: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    timeout: int = _TIMEOUT

    @property
    def default_qualifier(self) -> str | None:
        """By which version or alias it is called where nobody says.

        ``$DEFAULT`` on Tencent if it has that alias or none, else its one alias, else LATEST on Alibaba; None where it
        has several.
        """
        if self.cloud == "tencent" and (not self.aliases or _SCF_DEFAULT in self.aliases):
            return _SCF_DEFAULT
        if len(self.aliases) > 1:
            return None
        return self.aliases[0] if self.aliases else "LATEST"


def functions_in(exported: Mapping[str, Any]) -> list[DeployedFunction]:
    """Every function in a stack's state, by cloud and name.

    Resources of other kinds are left out, and functions that are only read, that wait to be deleted, or whose creation
    was not finished.
    """
    resources = [each for each in _resources(exported) if not each.get("delete") and not each.get("external")]
    found = [function for each in resources if (function := _function(each, resources))]
    return sorted(found, key=lambda function: (function.cloud, function.name, function.function_name))


def unfinished_in(exported: Mapping[str, Any]) -> list[str]:
    """The names of the functions that a run is making, changing or deleting, or was when it was interrupted.

    A creation stays pending in the state until a refresh, also once another run has made what it was to make: one whose
    function is there is over (seen with Pulumi 3.256; other kinds of operations are dropped by the next run).
    """
    owned = [each for each in _resources(exported) if not each.get("delete") and not each.get("external")]
    made = {each["urn"] for each in owned if _place(each) is not None}
    under_way = [
        each["resource"]
        for each in (exported.get("deployment") or {}).get("pending_operations") or []
        if each["type"] != "reading" and not (each["type"] == "creating" and each["resource"]["urn"] in made)
    ]
    half_made = [each for each in owned if each["urn"] not in made]
    return sorted({_name(each) for each in (*under_way, *half_made) if each["type"] in _FUNCTIONS})


def _resources(exported: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = (exported.get("deployment") or {}).get("resources") or []
    return found


def _function(resource: Mapping[str, Any], all_resources: list[Mapping[str, Any]]) -> DeployedFunction | None:
    if resource["type"] not in _FUNCTIONS or (place := _place(resource)) is None:
        return None
    outputs, id = resource.get("outputs") or {}, str(resource["id"])
    log: tuple[str, ...]
    kinds: tuple[str, ...]
    namespace, _, name = id.rpartition("/")
    if resource["type"] == _FC_FUNCTION:
        cloud, kinds = "alibaba", (_FC_ALIAS, _FC_UPSTREAM_ALIAS)
        settings = outputs.get("logConfig")
        settings = settings if isinstance(settings, Mapping) else {}
        log = (_text(settings.get("project")), _text(settings.get("logstore")))
    else:
        cloud, kinds = "tencent", (_SCF_ALIAS,)
        log = (_text(outputs.get("clsTopicId")),)
    timeout = outputs.get("timeout")
    return DeployedFunction(
        cloud,
        _name(resource),
        name,
        namespace,
        *place,
        tuple(sorted(_aliases(all_resources, kinds, resource))),
        log if all(log) else (),
        int(timeout) if isinstance(timeout, int | float) else _TIMEOUT,
    )


def _place(resource: Mapping[str, Any]) -> tuple[str, str] | None:
    """Account and region of a function; None if its creation was not finished."""
    outputs = resource.get("outputs") or {}
    if not resource.get("id"):
        return None
    if resource["type"] == _FC_FUNCTION:
        # acs:fc:<region>:<account>:functions/<name>
        parts = _text(outputs.get("functionArn")).split(":", 4)
        region, account = (parts[2], parts[3]) if len(parts) == 5 else ("", "")
    else:
        region, account = _text(outputs.get("region")), _text(outputs.get("account"))
    return (account, region) if account and region else None


def _aliases(
    resources: list[Mapping[str, Any]], kinds: tuple[str, ...], function: Mapping[str, Any]
) -> Iterator[str]:  # fmt: skip
    """An alias's id is its function's, a colon and its name, on both clouds."""
    for each in resources:
        owner, _, alias = str(each.get("id", "")).rpartition(":")
        if each["type"] in kinds and owner == function["id"] and _together(each, function):
            yield alias


def _together(alias: Mapping[str, Any], function: Mapping[str, Any]) -> bool:
    """Whether both, whose ids fit, are of one account and region; upstream's alias tells neither, but its provider."""
    if alias["type"] == _FC_UPSTREAM_ALIAS:
        return bool(alias.get("provider") == function.get("provider"))
    outputs = alias.get("outputs") or {}
    return (outputs.get("account"), outputs.get("region")) == _place(function)


def _text(value: object) -> str:
    """A string of the state; "" for a secret, which is an object, and for what is not there."""
    return value if isinstance(value, str) else ""


def _name(resource: Mapping[str, Any]) -> str:
    """The component's name if the function is part of one (``<component>-function``), else its own."""
    urn = str(resource["urn"])
    own = urn.rpartition("::")[2]
    inside = urn.rpartition("::")[0].rpartition("::")[2].count("$") > 0
    return own.removesuffix("-function") if inside else own
