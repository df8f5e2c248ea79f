"""``yunfn:fc:FunctionVersion``: a published version of a function, known by the fingerprint of what it froze.

Function Compute refuses to publish what did not change (FCD "versions"), so a run that was killed between the publish
and its record could never publish again. The fingerprint stands in the version's description: whoever comes next finds
the version by it and adopts it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yunfn.exceptions import CloudAnswerError
from yunfn.provider import declaration
from yunfn.provider.declaration import CheckFailure, Declaration, Difference, Property
from yunfn.provider.fc_connection import function_compute
from yunfn.provider.operations import Operation
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions

if TYPE_CHECKING:
    from yunfn.provider.function_compute import FunctionCompute, PublishedVersion

_MARK = "yunfn:"
_KEPT = (
    Property("account", "string", "Account id of the function; other credentials are refused.", replaces=True),
    Property("region", "string", "Region of the function, such as cn-shanghai.", replaces=True),
    Property("functionName", "string", "Name of the function.", replaces=True),
    Property("fingerprint", "string", "Digest of everything that the version freezes.", replaces=True),
)


class FunctionVersion:
    """Publishes, adopts and removes versions of functions on Function Compute 3.0."""

    declaration = Declaration(
        token="yunfn:fc:FunctionVersion",  # noqa: S106
        description=(
            "A published version of a function, known by the fingerprint in its description. One that is there is "
            "adopted, so that an interrupted run can always be repeated."
        ),
        inputs=(
            *_KEPT,
            Property(
                "description",
                "string",
                "The version's description; it must hold yunfn:<fingerprint>, which is the default.",
                required=False,
                free=True,
            ),
        ),
        outputs=(
            *_KEPT,
            Property("description", "string", "The version's description, as the cloud has it."),
            Property("versionId", "string", "The version's number; it is never given again."),
            Property("createdTime", "string", "When it was published, RFC 3339."),
        ),
    )
    # As upstream has it (TFP 1.285.0, fcv3_function_version).
    timeouts = Timeouts(create=300, update=300, delete=300)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        failures = declaration.check(inputs, self.declaration.inputs)
        description, fingerprint = inputs.known("description"), inputs.known("fingerprint")
        if description is not None and fingerprint is not None and not _carries(str(description), str(fingerprint)):
            failures.append(CheckFailure("description", f"must hold {_MARK}{fingerprint}: versions are found by it"))
        return failures

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """See Resource. A state of upstream's version has no fingerprint but that in its description."""
        old = dict(old_inputs)
        description = str(old.get("description") or "")
        if "fingerprint" not in old and description.startswith(_MARK):
            same = inputs.known("fingerprint") == description.removeprefix(_MARK)
            # The same is an addition, which the update records; another one is another version.
            return declaration.differences(
                self.declaration.inputs,
                Properties(old if same else {**old, "fingerprint": description.removeprefix(_MARK)}),
                inputs,
            )
        return declaration.differences(self.declaration.inputs, Properties(old), inputs)

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        """See Resource."""
        old = old_outputs or Properties({})
        return {
            **{each.name: inputs.get(each.name) for each in _KEPT},
            "description": old.get("description", UNKNOWN),
            "versionId": old.get("versionId", UNKNOWN),
            "createdTime": old.get("createdTime", old.get("createTime", UNKNOWN)),
        }

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        functions = await self._functions(operation, inputs)
        name, fingerprint = inputs["functionName"], inputs["fingerprint"]
        description = inputs.get("description") or f"{_MARK}{fingerprint}"
        newest = await operation.run(lambda: next(functions.versions(name), None))
        if newest is not None and _carries(newest.description, fingerprint):
            return _state(inputs, newest)
        operation.progress(f"publishing {name}")
        published = await operation.run(functions.publish, name, description)
        if published is None:
            published = await operation.run(_unchanged, operation, functions, name, fingerprint)
        return _state(inputs, published)

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        name, _, version = id.rpartition(":")
        imported = "account" not in outputs
        region = outputs.get("region") or self._sessions.default_region()
        session = await self._sessions.alibaba(operation, region, outputs.get("account"))
        functions = await function_compute(operation, session)
        found = await operation.run(functions.version, name, version)
        if found is None:
            return None
        if not imported:
            return State(id, {**outputs, **_published(found)}, dict(inputs))
        if not found.description.startswith(_MARK):
            raise CloudAnswerError(
                f"{operation.name}: {id} is no version that yunfn published: its description is "
                f"{found.description!r}, without a fingerprint"
            )
        known = {
            "account": session.account,
            "region": session.region,
            "functionName": name,
            "fingerprint": found.description.removeprefix(_MARK),
        }
        return State(id, {**known, **_published(found)}, known)

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """Record what is known of it: a version never changes. States of upstream's resource become this one's."""
        created = outputs.get("createdTime", outputs.get("createTime"))
        kept = {each.name: inputs[each.name] for each in _KEPT}
        if created is not None and "description" in outputs:
            version = outputs.get("versionId") or id.rpartition(":")[2]
            return {**kept, "description": outputs["description"], "versionId": version, "createdTime": created}
        found = await self.read(operation, id, Properties(kept), inputs)
        if found is None:
            raise CloudAnswerError(f"{operation.name}: the version {id} is gone; pulumi refresh takes note of it")
        return found.outputs

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        functions = await self._functions(operation, outputs)
        await operation.run(functions.delete_version, outputs["functionName"], outputs["versionId"])

    async def _functions(self, operation: Operation, where: Properties) -> FunctionCompute:
        session = await self._sessions.alibaba(operation, where["region"], where["account"])
        return await function_compute(operation, session)


def _unchanged(
    operation: Operation, functions: FunctionCompute, name: str, fingerprint: str
) -> PublishedVersion:  # fmt: skip
    """The version that a publish refused as unchanged means; raises CloudAnswerError if there is none."""
    newest = None
    for each in functions.versions(name):
        newest = newest or each
        if _carries(each.description, fingerprint):
            return each
    # Published by hand, or by a release that drew the fingerprint otherwise.
    if newest is not None and functions.latest_equals(name, newest.id):
        return newest
    there = f"the newest there, {newest.id}, has other code or configuration" if newest else "there is none"
    raise CloudAnswerError(
        f"{operation.name}: Function Compute refuses to publish {name}: nothing changed since its last publish. But no "
        f"version carries the fingerprint {fingerprint}, and {there}: the version was deleted. Change something that a "
        "version freezes, such as an environment variable, and run again"
    )


def _carries(description: str, fingerprint: str) -> bool:
    return f"{_MARK}{fingerprint}" in description.split()


def _published(version: PublishedVersion) -> dict[str, Any]:
    return {"description": version.description, "versionId": version.id, "createdTime": version.created_time}


def _state(inputs: Properties, version: PublishedVersion) -> State:
    kept = {each.name: inputs[each.name] for each in _KEPT}
    return State(f"{inputs['functionName']}:{version.id}", {**kept, **_published(version)})
