"""``yunfn:scf:FunctionVersion``: a published version of a function, known by the fingerprint of what it froze.

As ``yunfn:fc:FunctionVersion``. SCF publishes what did not change a second time, so a run that was killed between the
publish and its record would leave a version that nobody knows: whoever comes next finds it by fingerprint and mark.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yunfn.exceptions import CloudAnswerError, YunfnError
from yunfn.provider import provisioned_concurrency
from yunfn.provider.cloud_function import VERSION_GONE, CloudFunction
from yunfn.provider.declaration import CheckFailure, Declaration, Property, refreshed, with_defaults
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.failures import PartialFailureError
from yunfn.provider.function_place import PLACE, function_at, imported_place, thing_id
from yunfn.provider.mark import described, mark_of, split_mark
from yunfn.provider.operations import Operation
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.provisioned_concurrency import PROVISIONED, provision, provisioned
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions

_FINGERPRINT = "yunfn:"
_PAGE = 100
_KEPT = (*PLACE, Property("fingerprint", "string", "Digest of everything that the version freezes.", replaces=True))


class FunctionVersion(DeclaredResource):
    """Publishes, adopts, provisions and removes versions of functions on SCF."""

    declaration = Declaration(
        token="yunfn:scf:FunctionVersion",  # noqa: S106
        description=(
            "A published version of a function, known by the fingerprint in its description. One that an interrupted "
            "run left is adopted, so that it can always be repeated."
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
            PROVISIONED,
        ),
        outputs=(
            *_KEPT,
            Property("description", "string", "The version's description, as the cloud has it, without its mark."),
            PROVISIONED,
            Property("versionId", "string", "The version's number; it is never given again."),
            Property("createdTime", "string", "When it was published, as SCF writes it."),
        ),
        identity=tuple(each.name for each in _KEPT),
    )
    timeouts = Timeouts(create=600, update=600, delete=300, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        failures = super().check(inputs)
        description, fingerprint = inputs.known("description"), inputs.known("fingerprint")
        if description is not None and fingerprint is not None and not _carries(str(description), str(fingerprint)):
            reason = f"must hold {_FINGERPRINT}{fingerprint}: versions are found by it"
            failures.append(CheckFailure("description", reason))
        return failures + list(provisioned_concurrency.failures(inputs.known(PROVISIONED.name)))

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        """See Resource. The description of a version stays what it was."""
        old = old_outputs or Properties({})
        return super().plan(inputs, old_outputs) | {"description": old.get("description", UNKNOWN)}

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        where = with_defaults(self.declaration.inputs, inputs)
        function = await function_at(operation, self._sessions, where)
        mark, fingerprint = mark_of(operation.urn), where["fingerprint"]
        number, begun = await _left(function, fingerprint, mark), ""
        if number is None:
            # What is under way is none of what the version shall freeze.
            await function.active()
            operation.progress(f"publishing {function.name}")
            text = where.get("description") or f"{_FINGERPRINT}{fingerprint}"
            answer = await function.change(
                "PublishVersion",
                busy=("ResourceInUse", "ResourceInUse.Function"),
                landed=lambda: _landed(function, fingerprint, mark),
                Description=described(text, mark),
            )
            number, begun = str(answer["FunctionVersion"]), "scf publish"
        found = await self._published(function, number, begun)
        outputs = _outputs(where, number, found)
        settings = where.get(PROVISIONED.name)
        if settings is not None:
            try:
                await provision(operation, function, number, settings)
            except YunfnError as error:
                raise PartialFailureError(thing_id(where, number), outputs, str(error)) from error
        return State(thing_id(where, number), self.recorded({**outputs, PROVISIONED.name: settings}))

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        where: Mapping[str, Any] = outputs
        version = id.rpartition(":")[2]
        imported = "account" not in outputs
        if imported:
            form = "<namespace>/<function>:<version>"
            where, (version,) = await imported_place(operation, self._sessions, id, form)
        function = await function_at(operation, self._sessions, where)
        found = await function.find("GetFunction", VERSION_GONE, Qualifier=version)
        if found is None:
            return None
        text = split_mark(str(found.get("Description") or ""))[0]
        fingerprint = next((word for word in text.split() if word.startswith(_FINGERPRINT)), "")
        if imported and not fingerprint:
            raise CloudAnswerError(
                f"{operation.name}: {id} is no version that yunfn published: its description is {text!r}, without a "
                "fingerprint"
            )
        where = {**where, "fingerprint": where.get("fingerprint") or fingerprint.removeprefix(_FINGERPRINT)}
        settings = outputs.get(PROVISIONED.name)
        # What another resource provisions of the version is none of this one's.
        told = await provisioned(function, version) if settings is not None or imported else None
        now = settings if provisioned_concurrency.same(settings, told) else told
        known = {each.name: where[each.name] for each in _KEPT} | {PROVISIONED.name: now}
        made = {**_outputs(where, version, found), PROVISIONED.name: now}
        return State(id, self.recorded(made), refreshed(self.declaration.inputs, inputs, known))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource. Of a version only what is provisioned changes."""
        where = with_defaults(self.declaration.inputs, inputs)
        function = await function_at(operation, self._sessions, where)
        version = outputs.get("versionId") or id.rpartition(":")[2]
        settings, before = where.get(PROVISIONED.name), outputs.get(PROVISIONED.name)
        if (settings is not None or before is not None) and (
            settings != before or not provisioned_concurrency.same(settings, await provisioned(function, version))
        ):
            await provision(operation, function, version, settings)
        kept = {name: outputs.get(name) for name in ("description", "createdTime")}
        return self.recorded({**where, **kept, "versionId": version})

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        function = await function_at(operation, self._sessions, outputs)
        version = outputs.get("versionId") or id.rpartition(":")[2]
        if outputs.get(PROVISIONED.name) is not None:
            await provision(operation, function, version, None)
        await function.delete_version(version)

    async def _published(self, function: CloudFunction, number: str, begun: str) -> dict[str, Any]:
        """Wait until the version is Active; one that failed is removed, so that the next run publishes anew."""
        try:
            return await function.active(number, begun=begun)
        except CloudAnswerError as error:
            if error.code != "PublishFailed":
                raise
            try:
                await function.change("DeleteFunctionVersion", Qualifier=number)
            except CloudAnswerError as refusal:
                raise CloudAnswerError(f"{error}; the version {number} is left there: {refusal}") from error
            raise


async def _left(function: CloudFunction, fingerprint: str, mark: str) -> str | None:
    """The number of the newest version if it is the one to publish, left by a run that was interrupted.

    An older one of the same fingerprint may be about to be deleted by the resource that it belongs to.
    """
    newest = 0
    found: Mapping[str, Any] = {}
    offset, total = 0, 1
    while offset < total:
        answer = await function.call("ListVersionByFunction", Offset=offset, Limit=_PAGE)
        listed = answer.get("Versions") or []
        for each in listed:
            number = str(each["Version"])
            if number.isdecimal() and int(number) > newest:
                newest, found = int(number), each
        offset, total = offset + _PAGE, int(answer.get("TotalCount") or 0)
    text, its = split_mark(str(found.get("Description") or ""))
    return str(newest) if its == mark and _carries(text, fingerprint) else None


async def _landed(function: CloudFunction, fingerprint: str, mark: str) -> dict[str, Any] | None:
    number = await _left(function, fingerprint, mark)
    return {"FunctionVersion": number} if number else None


def _carries(description: str, fingerprint: str) -> bool:
    return f"{_FINGERPRINT}{fingerprint}" in description.split()


def _outputs(where: Mapping[str, Any], version: str, found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{each.name: where[each.name] for each in _KEPT},
        "description": split_mark(str(found.get("Description") or ""))[0],
        "versionId": version,
        "createdTime": str(found.get("AddTime") or ""),
    }
