"""``yunfn:scf:Trigger``: what calls a function, always through an alias or version.

Its qualifier is ``$DEFAULT`` where none is given, not SCF's own default of ``$LATEST``, which would call what no
canary has seen. One resource is one trigger, so that editing it touches no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.exceptions import CloudAnswerError
from yunfn.provider import trigger_desc, trigger_settings
from yunfn.provider.cloud_function import DEFAULT, FUNCTION_GONE, LATEST, CloudFunction
from yunfn.provider.declaration import CheckFailure, Declaration, Difference, Property, refreshed, root, with_defaults
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.function_place import PLACE, function_at, imported_place, thing_id
from yunfn.provider.mark import described, mark_of, somebody_elses, split_mark
from yunfn.provider.operations import Operation
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions
from yunfn.provider.trigger_desc import SWITCHABLE, UPDATABLE
from yunfn.provider.trigger_settings import SETTINGS

_PAGE = 100
_GONE = FUNCTION_GONE | {"ResourceNotFound.Trigger", "ResourceNotFound.Timer"}
# What a creation of one that is there is refused with.
_TAKEN = ("ResourceInUse.Trigger", "ResourceInUse.TriggerName", "InvalidParameterValue.CosNotifyRuleConflict")
_QUALIFIER = Property(
    "qualifier", "string", "The alias or version to call.", required=False, replaces=True, default=DEFAULT
)
_ENABLED = Property("enabled", "boolean", "Whether it calls.", required=False, default=True)
_DESCRIPTION = Property("description", "string", "Text shown in the console.", required=False, default="")
_NAME = Property(
    "triggerName",
    "string",
    "Its name; that of a cos, ckafka or cls trigger follows from its settings.",
    required=False,
    replaces=True,
)


class Trigger(DeclaredResource):
    """Makes, changes and removes triggers of functions on SCF."""

    declaration = Declaration(
        token="yunfn:scf:Trigger",  # noqa: S106
        description=(
            "What calls a function: times, objects, messages, log lines or HTTP. Exactly one of timer, cos, ckafka, "
            "cls and http is given, and says which."
        ),
        inputs=(*PLACE, _NAME, _QUALIFIER, _ENABLED, _DESCRIPTION, *SETTINGS.values()),
        outputs=(
            *PLACE,
            Property("triggerName", "string", "Its name."),
            _QUALIFIER,
            _ENABLED,
            _DESCRIPTION,
            *SETTINGS.values(),
            Property("type", "string", "Its type: timer, cos, ckafka, cls or http."),
            Property("url", "string", "The public address of an http trigger.", required=False),
            Property("intranetUrl", "string", "The address of an http trigger within its VPC.", required=False),
        ),
        # A URL has to serve until its domain has moved to the other one.
        identity=(*(each.name for each in PLACE), "qualifier"),
    )
    timeouts = Timeouts(create=300, update=300, delete=300, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        failures = super().check(inputs)
        given = [kind for kind in SETTINGS if inputs.get(kind) is not None]
        if len(given) != 1:
            said = ", ".join(given) or "none"
            named = given[1] if given else "type"
            failures.append(CheckFailure(named, f"exactly one of {', '.join(SETTINGS)} must be given, not {said}"))
        elif given[0] in ("timer", "http") and inputs.get("triggerName") is None:
            failures.append(CheckFailure("triggerName", f"is required of a {given[0]} trigger"))
        elif given[0] not in ("timer", "http") and inputs.get("triggerName") is not None:
            failures.append(CheckFailure("triggerName", f"follows from {given[0]}; it cannot be given"))
        return failures + [each for kind in given for each in trigger_settings.failures(kind, inputs.get(kind))]

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """See Resource. What the API has no call to change for the type makes another trigger."""
        found = super().diff(old_inputs, old_outputs, inputs)
        old, new = _kind(old_inputs), _kind(inputs)
        if old is None or new is None:
            return found
        fixed = set[str]()
        if old != new:
            fixed |= {old, new}
        if new not in UPDATABLE:
            fixed |= {"description", new}
        if new not in SWITCHABLE:
            fixed.add("enabled")
        # A bucket has one rule for an event, whichever function is called.
        return [
            Difference(each.property, each.replaces or root(each.property) in fixed, each.kind, in_the_way=old == "cos")
            for each in found
        ]

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        """See Resource."""
        planned = super().plan(inputs, old_outputs)
        kind = _kind(inputs)
        whole = with_defaults(self.declaration.inputs, inputs)
        if kind is None:
            return planned
        name = _name(kind, whole) if _certain(whole[kind]) and whole["region"] is not UNKNOWN else UNKNOWN
        urls = {} if kind == "http" else {"url": None, "intranetUrl": None}
        return {**planned, "type": kind, "triggerName": whole.get("triggerName", name), **urls}

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        whole, kind = self._whole(inputs)
        function = await function_at(operation, self._sessions, whole)
        try:
            answer = await function.change("CreateTrigger", of=_of(whole), **_parameters(operation, whole, kind))
            found = answer.get("TriggerInfo") or {}
        except CloudAnswerError as error:
            if error.code not in _TAKEN:
                raise
            found = await self._adopt(operation, function, whole, kind, error)
        if kind == "http" and not any(trigger_desc.urls(str(found.get("TriggerDesc") or "{}"))):
            found = await _find(function, kind, whole) or {}
        return State(_id(whole, kind), self._recorded(whole, kind, found))

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        where: Mapping[str, Any] = outputs
        if "account" not in outputs:
            form = "<namespace>/<function>:<qualifier>:<type>:<trigger>"
            where, (qualifier, kind, name) = await imported_place(operation, self._sessions, id, form, 3)
            where = {**where, "qualifier": qualifier, "type": kind, "triggerName": name}
            if kind not in SETTINGS:
                raise CloudAnswerError(f"{operation.name}: {id!r} cannot be imported: the id is {form}")
        function, kind = await function_at(operation, self._sessions, where), where["type"]
        found = await _find(function, kind, where)
        if found is None:
            return None
        told = {each.name: where[each.name] for each in PLACE} | _told(kind, found)
        known = {name: value for name, value in told.items() if name != "triggerName" or kind in ("timer", "http")}
        others = dict.fromkeys(SETTINGS)
        now = refreshed(self.declaration.inputs, inputs, {**others, **known})
        return State(id, self._recorded(told, kind, found), now)

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource."""
        whole, kind = self._whole(inputs)
        function = await function_at(operation, self._sessions, whole)
        await _bring_about(operation, function, whole, kind)
        return self._recorded(whole, kind, await _find(function, kind, whole) or {})

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        function, kind = await function_at(operation, self._sessions, outputs), outputs["type"]
        try:
            await function.change("DeleteTrigger", **_named(kind, with_defaults(self.declaration.inputs, outputs)))
        except CloudAnswerError as error:
            if error.code not in _GONE:
                raise

    def _whole(self, inputs: Properties) -> tuple[dict[str, Any], str]:
        """The inputs with all defaults and the trigger's name, and its type."""
        whole, kind = with_defaults(self.declaration.inputs, inputs), _kind(inputs)
        assert kind is not None
        return {**whole, "triggerName": _name(kind, whole)}, kind

    def _recorded(self, whole: Mapping[str, Any], kind: str, found: Mapping[str, Any]) -> dict[str, Any]:
        return self.recorded({**whole, "type": kind, **_urls(kind, found)})

    async def _adopt(
        self,
        operation: Operation,
        function: CloudFunction,
        whole: Mapping[str, Any],
        kind: str,
        refusal: CloudAnswerError,
    ) -> Mapping[str, Any]:
        """The trigger that is there already, made what is wanted, if it bears this resource's mark."""
        found = await _find(function, kind, whole)
        if found is None and kind == "http":
            raise CloudAnswerError(
                f"{operation.name}: {function.namespace}/{function.name} ({whole['qualifier']}) has a URL by another "
                f"trigger, and SCF gives one to each alias: bind this one to another, or delete that one ({refusal})"
            ) from refusal
        if found is None:
            raise refusal
        if split_mark(str(found.get("Description") or ""))[1] != mark_of(operation.urn):
            raise CloudAnswerError(
                somebody_elses(
                    operation.urn,
                    f"the {kind} trigger {whole['triggerName']} of {function.namespace}/{function.name} "
                    f"({whole['qualifier']})",
                    _id(whole, kind),
                )
            ) from refusal
        if kind not in UPDATABLE and not _is_wanted(kind, whole, found):
            await function.change("DeleteTrigger", **_named(kind, whole))
            answer = await function.change("CreateTrigger", of=_of(whole), **_parameters(operation, whole, kind))
            return answer.get("TriggerInfo") or {}
        await _bring_about(operation, function, whole, kind)
        return await _find(function, kind, whole) or {}


async def _bring_about(operation: Operation, function: CloudFunction, whole: Mapping[str, Any], kind: str) -> None:
    """Make the trigger that is there what is wanted; what the API cannot change of it is as it is."""
    wanted = _parameters(operation, whole, kind)
    if kind in UPDATABLE:
        await function.change("UpdateTrigger", of=_of(whole), **wanted)
    elif kind in SWITCHABLE:
        switch = {name: value for name, value in wanted.items() if name not in ("Description", "CustomArgument")}
        await function.change("UpdateTriggerStatus", of=_of(whole), **switch)


async def _find(function: CloudFunction, kind: str, where: Mapping[str, Any]) -> dict[str, Any] | None:
    """The trigger, by qualifier, type and name; of several of one bucket that with the same event and filter."""
    filters = [
        {"Name": "Qualifier", "Values": [where["qualifier"]]},
        {"Name": "TriggerName", "Values": [where["triggerName"]]},
    ]
    matching: list[dict[str, Any]] = []
    offset, total = 0, 1
    while offset < total:
        answer = await function.find("ListTriggers", _GONE, Offset=offset, Limit=_PAGE, Filters=filters)
        if answer is None:
            return None
        # The filters may find more: names that hold the name.
        matching += [each for each in answer.get("Triggers") or () if _is(each, kind, where)]
        offset, total = offset + _PAGE, int(answer.get("TotalCount") or 0)
    if kind == "cos" and where.get(kind) is not None:
        wanted = with_defaults(SETTINGS[kind].fields, where[kind])
        return next((each for each in matching if _told(kind, each)[kind] == wanted), None)
    if len(matching) > 1:
        raise CloudAnswerError(
            f"there are {len(matching)} {kind} triggers {where['triggerName']} of {function.name}; it cannot be told "
            "which one is meant"
        )
    return matching[0] if matching else None


def _is(found: Mapping[str, Any], kind: str, where: Mapping[str, Any]) -> bool:
    same = found.get("Type") == kind and found.get("TriggerName") == where["triggerName"]
    return same and found.get("Qualifier") == where["qualifier"]


def _named(kind: str, whole: Mapping[str, Any]) -> dict[str, Any]:
    """What tells a trigger from the others, for its deletion; two of one bucket only differ in their TriggerDesc."""
    told = {"TriggerDesc": trigger_desc.written(kind, whole[kind])} if kind == "cos" else {}
    return {"Type": kind, "TriggerName": whole["triggerName"], "Qualifier": whole["qualifier"], **told}


def _is_wanted(kind: str, whole: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether what no call could change is as wanted."""
    told = _told(kind, found)
    fixed = ["description", *(["enabled"] if kind not in SWITCHABLE else [])]
    return all(told[name] == whole[name] for name in (kind, *fixed))


def _parameters(operation: Operation, whole: Mapping[str, Any], kind: str) -> dict[str, Any]:
    settings = whole[kind]
    return {
        "TriggerName": whole["triggerName"],
        "Type": kind,
        "TriggerDesc": trigger_desc.written(kind, settings),
        "Qualifier": whole["qualifier"],
        "Enable": "OPEN" if whole["enabled"] else "CLOSE",
        "Description": described(whole["description"], mark_of(operation.urn)),
        **({"CustomArgument": settings["customArgument"]} if kind == "timer" else {}),
    }


def _told(kind: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """What the cloud says of a trigger, in the properties' names."""
    name = str(found["TriggerName"])
    settings = trigger_desc.read(kind, name, str(found.get("TriggerDesc") or ""), found.get("CustomArgument"))
    return {
        "triggerName": name,
        "qualifier": str(found["Qualifier"]),
        # 1 and 0 as the SDK has it; OPEN and CLOSE are how it is written.
        "enabled": found.get("Enable") in (1, "1", "OPEN"),
        "description": split_mark(str(found.get("Description") or ""))[0],
        kind: with_defaults(SETTINGS[kind].fields, settings),
    }


def _urls(kind: str, found: Mapping[str, Any]) -> dict[str, str | None]:
    public, inner = trigger_desc.urls(str(found.get("TriggerDesc") or "{}")) if kind == "http" else (None, None)
    return {"url": public, "intranetUrl": inner}


def _id(whole: Mapping[str, Any], kind: str) -> str:
    return thing_id(whole, whole["qualifier"], kind, whole["triggerName"])


def _of(whole: Mapping[str, Any]) -> tuple[str, ...]:
    return (LATEST, whole["qualifier"])


def _kind(inputs: Mapping[str, Any]) -> str | None:
    return next((kind for kind in SETTINGS if inputs.get(kind) is not None), None)


def _name(kind: str, whole: Mapping[str, Any]) -> str:
    return trigger_desc.trigger_name(kind, whole[kind], whole["region"]) or whole["triggerName"]


def _certain(settings: Any) -> bool:
    return isinstance(settings, Mapping) and not any(each is UNKNOWN for each in settings.values())
