"""The functions of a stack, found in its exported state: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_FC_FUNCTION, _FC_ALIASES = "alicloud:fc/v3Function:V3Function", ("alicloud:fc/v3Alias:V3Alias", "yunfn:fc:Alias")
_SCF_FUNCTION, _SCF_ALIAS = "yunfn:scf:Function", "yunfn:scf:Alias"


@dataclass(frozen=True, slots=True)
class DeployedFunction:
    """A function that a stack's state holds.

    ``name`` is what the program calls it (the component's name), ``function_name`` what the cloud does. ``account`` is
    Alibaba's account id or Tencent's APPID. ``namespace`` is Tencent's, "" on Alibaba. ``log`` says where its lines
    go: (project, logstore) on Alibaba, (topic id,) on Tencent, () nowhere.
    """

    cloud: str
    name: str
    function_name: str
    namespace: str
    account: str
    region: str
    aliases: tuple[str, ...] = ()
    log: tuple[str, ...] = ()

    @property
    def default_qualifier(self) -> str | None:
        """By which version or alias it is called where nobody says: its one alias; None where it has several."""
        if len(self.aliases) > 1:
            return None
        return self.aliases[0] if self.aliases else ("LATEST" if self.cloud == "alibaba" else "$DEFAULT")


def functions_in(exported: Mapping[str, Any]) -> list[DeployedFunction]:
    """Every function in a stack's state, in the order of their names; resources of other kinds are left out."""
    resources = [each for each in _resources(exported) if not each.get("delete")]
    found = [function for each in resources if (function := _function(each, resources))]
    return sorted(found, key=lambda function: (function.cloud, function.name))


def interrupted_in(exported: Mapping[str, Any]) -> list[str]:
    """The names of the functions that a run was making or changing when it was interrupted."""
    pending = (exported.get("deployment") or {}).get("pending_operations") or []
    kinds = (_FC_FUNCTION, _SCF_FUNCTION)
    return sorted({_name(each["resource"]) for each in pending if each["resource"]["type"] in kinds})


def _resources(exported: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = (exported.get("deployment") or {}).get("resources") or []
    return found


def _function(resource: Mapping[str, Any], all_resources: list[Mapping[str, Any]]) -> DeployedFunction | None:
    outputs = resource.get("outputs") or {}
    if resource["type"] == _FC_FUNCTION:
        # acs:fc:<region>:<account>:functions/<name>
        _, _, region, account, _ = str(outputs["functionArn"]).split(":", 4)
        log = outputs.get("logConfig") or {}
        where = (str(log["project"]), str(log["logstore"])) if log.get("project") and log.get("logstore") else ()
        name = str(outputs["functionName"])
        aliases = tuple(_fc_aliases(all_resources, name))
        return DeployedFunction("alibaba", _name(resource), name, "", account, region, aliases, where)
    if resource["type"] == _SCF_FUNCTION:
        namespace, name = str(outputs["namespace"]), str(outputs["functionName"])
        topic = outputs.get("clsTopicId")
        return DeployedFunction(
            "tencent",
            _name(resource),
            name,
            namespace,
            str(outputs["account"]),
            str(outputs["region"]),
            tuple(_scf_aliases(all_resources, f"{namespace}/{name}")),
            (str(topic),) if topic else (),
        )
    return None


def _fc_aliases(resources: list[Mapping[str, Any]], function: str) -> Iterator[str]:
    for each in resources:
        outputs = each.get("outputs") or {}
        if each["type"] in _FC_ALIASES and outputs.get("functionName") == function:
            yield str(outputs["aliasName"])


def _scf_aliases(resources: list[Mapping[str, Any]], function: str) -> Iterator[str]:
    for each in resources:
        owner, _, alias = str(each.get("id", "")).rpartition(":")
        if each["type"] == _SCF_ALIAS and owner == function:
            yield alias


def _name(resource: Mapping[str, Any]) -> str:
    """The component's name if the function is part of one (``<component>-function``), else its own."""
    urn = str(resource["urn"])
    own = urn.rpartition("::")[2]
    inside = urn.rpartition("::")[0].rpartition("::")[2].count("$") > 0
    return own.removesuffix("-function") if inside else own
