"""Provisioned concurrency of a version: instances that stand ready before the first call.

Sources: tencentcloud-sdk-python scf PutProvisionedConcurrencyConfigRequest, VersionProvisionedConcurrencyInfo.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.cloud_function import VERSION_GONE, CloudFunction
from yunfn.provider.declaration import CheckFailure, Property
from yunfn.provider.operations import Operation
from yunfn.provider.pace import watched

_TRACKING: Final = "ConcurrencyUtilizationTracking"
_COUNT: Final = "versionProvisionedConcurrencyNum"
_TRACKED: Final = ("trackingTarget", "minCapacity", "maxCapacity")
_ACTION = (
    Property("triggerName", "string", "Name of the action."),
    Property("triggerProvisionedConcurrencyNum", "integer", "Instances from then on.", minimum=0),
    Property("triggerCronConfig", "string", "When: seven fields, seconds first."),
)
#: The property of a version.
PROVISIONED: Final = Property(
    "provisionedConcurrency",
    "object",
    "Instances that stand ready; none where it is not given.",
    required=False,
    type_name="ProvisionedConcurrency",
    fields=(
        Property(_COUNT, "integer", "How many, for the type Default.", required=False, minimum=1),
        Property(
            "triggerActions",
            "array",
            "Other numbers at set times.",
            required=False,
            unordered=True,
            items=Property(
                "action", "object", "One of them.", fields=_ACTION, type_name="ProvisionedConcurrencyAction"
            ),
        ),
        Property(
            "provisionedType",
            "string",
            "Default (a number) or by how busy they are.",
            required=False,
            allowed=("Default", _TRACKING),
            default="Default",
        ),
        Property("trackingTarget", "number", "How busy, above 0 and below 1.", required=False, minimum=0, maximum=1),
        Property("minCapacity", "integer", "Fewest instances.", required=False, minimum=1),
        Property("maxCapacity", "integer", "Most instances.", required=False, minimum=1),
    ),
)


def failures(settings: Any) -> Iterator[CheckFailure]:
    """What does not go together in the settings; unknown ones pass."""
    if not isinstance(settings, Mapping):
        return
    tracking = settings.get("provisionedType") == _TRACKING
    for name in (_COUNT,) if not tracking else _TRACKED:
        if settings.get(name) is None:
            kind = _TRACKING if tracking else "Default"
            yield CheckFailure(f"{PROVISIONED.name}.{name}", f"is required where provisionedType is {kind}")
    for name in _TRACKED if not tracking else (_COUNT,):
        if settings.get(name) is not None:
            kind = "Default" if tracking else _TRACKING
            yield CheckFailure(f"{PROVISIONED.name}.{name}", f"belongs to the provisionedType {kind} only")


async def provision(
    operation: Operation, function: CloudFunction, version: str, settings: Mapping[str, Any] | None
) -> None:
    """Make it so and wait until the instances are there; None takes them away.

    Raises:
        CloudAnswerError: refused, or the instances did not come, in the words of SCF.
    """
    if settings is None:
        await _remove(function, version)
    else:
        await function.change(
            "PutProvisionedConcurrencyConfig", of=(version,), Qualifier=version, **_parameters(settings)
        )  # fmt: skip
    found = await watched(operation, lambda: _allocated(function, version), _waiting)
    if found is not None and found.get("Status") == "Failed":
        raise CloudAnswerError(
            f"{operation.name}: SCF could not provision {function.name}:{version}: "
            f"{found.get('StatusReason') or 'no reason was given'}"
        )


async def provisioned(function: CloudFunction, version: str) -> dict[str, Any] | None:
    """What SCF tells of it: number and actions, not the target that it tracks; None if there is none."""
    found = await _allocated(function, version)
    if found is None:
        return None
    actions = [
        {each.name: action.get(each.name[0].upper() + each.name[1:]) for each in _ACTION}
        for action in found.get("TriggerActions") or ()
    ]
    told: dict[str, Any] = {_COUNT: found.get("AllocatedProvisionedConcurrencyNum")}
    return {**told, **({"triggerActions": actions} if actions else {})}


def same(settings: Mapping[str, Any] | None, told: Mapping[str, Any] | None) -> bool:
    """Whether the settings are those that SCF tells of, as far as it tells any."""
    if settings is None or told is None:
        return settings is told
    key = "triggerName"
    actions = [sorted(each.get("triggerActions") or (), key=lambda one: str(one[key])) for each in (settings, told)]
    tracking = settings.get("provisionedType") == _TRACKING
    return actions[0] == actions[1] and (tracking or settings.get(_COUNT) == told[_COUNT])


def _waiting(found: Mapping[str, Any] | None) -> str | None:
    if found is None or found.get("Status") in ("Done", "Failed"):
        return None
    ready, wanted = (found.get(f"{each}ProvisionedConcurrencyNum") for each in ("Available", "Allocated"))
    return f"{ready} of {wanted} provisioned instances are there"


async def _remove(function: CloudFunction, version: str) -> None:
    if await _allocated(function, version) is not None:
        await function.change("DeleteProvisionedConcurrencyConfig", of=(version,), Qualifier=version)


async def _allocated(function: CloudFunction, version: str) -> dict[str, Any] | None:
    answer = await function.find("GetProvisionedConcurrencyConfig", VERSION_GONE, Qualifier=version)
    found = [each for each in (answer or {}).get("Allocated") or () if each.get("Qualifier") == version]
    return found[0] if found else None


def _parameters(settings: Mapping[str, Any]) -> dict[str, Any]:
    actions = [
        {
            "TriggerName": each["triggerName"],
            "TriggerProvisionedConcurrencyNum": int(each["triggerProvisionedConcurrencyNum"]),
            "TriggerCronConfig": each["triggerCronConfig"],
            "ProvisionedType": "Default",
        }
        for each in settings.get("triggerActions") or ()
    ]
    kind = settings.get("provisionedType") or "Default"
    # With tracking the number has to be there all the same, as 0 (the SDK's documentation of the request).
    said: dict[str, Any] = {
        "VersionProvisionedConcurrencyNum": int(settings.get(_COUNT) or 0),
        "ProvisionedType": kind,
        "TriggerActions": actions,
    }
    if kind == _TRACKING:
        said |= {
            "TrackingTarget": float(settings["trackingTarget"]),
            "MinCapacity": int(settings["minCapacity"]),
            "MaxCapacity": int(settings["maxCapacity"]),
        }
    return said
