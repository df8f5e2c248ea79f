"""The aliases of a stack that put new versions live by a rollout, found in its exported state: pure.

Only names are taken from the state; what a rollout is at stands in its own record (``yunfn.rollout.event``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yunfn.rollout.event import AliasPlace
from yunfn.storage.names import artifact_bucket, cos_artifact_bucket

_CLOUDS = {"yunfn:fc:Alias": "alibaba", "yunfn:scf:Alias": "tencent"}
# Operations of a run that is under way or was killed, whose resource is as the run wants it.
_WANTED = ("creating", "updating")
# The alias's resource within the component ``Alias``, whose name users know.
_INSIDE = "-alias"


@dataclass(frozen=True, slots=True)
class RollingAlias:
    """An alias with a rollout: what the program calls it, where it is, and the ``bucket`` that holds its record.

    One that is not ``declared`` has no rollout by the state, and ``bucket`` is the one where its record would be: a
    first rollout that failed leaves the state as it was, and so does one that the program no longer asks for.
    """

    name: str
    place: AliasPlace
    bucket: str
    declared: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """What a user may call it: the program's name, ``function:alias``, the alias's own name or the function's.

        Each may follow ``alibaba:`` or ``tencent:``, which tells the clouds apart.
        """
        at = self.place
        names = dict.fromkeys((self.name, str(at), f"{at.function}:{at.alias}", at.alias, at.function))
        return (*names, *(f"{at.cloud}:{name}" for name in names))


def rolling_aliases_in(exported: Mapping[str, Any], *, undeclared: bool = False) -> list[RollingAlias]:
    """Every alias with a rollout in a stack's state, by cloud and name; with ``undeclared`` those without one too.

    The first run that gives an alias a rollout is in the state as an operation only, until it has ended: such an alias
    is found as well. Left out are those that wait to be deleted or are only read.
    """
    found: dict[AliasPlace, RollingAlias] = {}
    for resource in _resources(exported):
        alias = _alias(resource)
        if alias is not None and (alias.declared or undeclared) and not _declared(found.get(alias.place)):
            found[alias.place] = alias
    return sorted(found.values(), key=lambda each: (each.place.cloud, each.name, str(each.place)))


def _resources(exported: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    deployment = exported.get("deployment") or {}
    for each in deployment.get("pending_operations") or []:
        if each["type"] in _WANTED:
            yield each["resource"]
    for each in deployment.get("resources") or []:
        if not each.get("delete") and not each.get("external"):
            yield each


def _alias(resource: Mapping[str, Any]) -> RollingAlias | None:
    cloud = _CLOUDS.get(resource["type"])
    inputs, outputs = resource.get("inputs") or {}, resource.get("outputs") or {}
    # A run that failed leaves the inputs of the one before it, and the outputs of its own.
    bucket = _bucket(inputs) or _bucket(outputs)
    if cloud is None:
        return None

    def named(property: str) -> str:
        return _text(inputs.get(property)) or _text(outputs.get(property))

    place = AliasPlace(
        cloud,
        named("account"),
        named("region"),
        named("namespace") if cloud == "tencent" else "",
        named("functionName"),
        named("aliasName"),
    )
    if not all((place.account, place.region, place.function, place.alias)):
        return None
    declared = bool(bucket)
    if not declared:
        name_of = artifact_bucket if cloud == "alibaba" else cos_artifact_bucket
        bucket = name_of(place.account, place.region)
    return RollingAlias(_name(resource), place, bucket, declared)


def _declared(alias: RollingAlias | None) -> bool:
    return alias is not None and alias.declared


def _bucket(properties: Mapping[str, Any]) -> str:
    rollout = properties.get("rollout")
    return _text(rollout.get("bucket")) if isinstance(rollout, Mapping) else ""


def _text(value: object) -> str:
    """A string of the state; "" for a secret, which is an object, and for what is not there."""
    return value if isinstance(value, str) else ""


def _name(resource: Mapping[str, Any]) -> str:
    """The component's name if the alias is part of one (``<component>-alias``), else its own."""
    parents, _, own = str(resource["urn"]).rpartition("::")
    inside = "$" in parents.rpartition("::")[2]
    return own.removesuffix(_INSIDE) if inside else own
