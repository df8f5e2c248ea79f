"""``yunfn:scf:Function``: a function of SCF, with all that its API can set.

SCF changes a function in steps, answers before each is through, and refuses the next until it is; what fails then shows
in the function's state. So every change here is waited for, and one that fails half-way is recorded as it is: the next
update begins by looking and makes what is missing.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from yunfn.exceptions import CloudAnswerError, ValidationError
from yunfn.provider import scf_function_checks
from yunfn.provider import scf_function_document as document
from yunfn.provider.cloud_function import FUNCTION_GONE, CloudFunction
from yunfn.provider.declaration import CheckFailure, Difference, refreshed, root, with_defaults
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.failures import PartialFailureError
from yunfn.provider.function_place import function_at, imported_place
from yunfn.provider.mark import TAG, mark_of, somebody_elses
from yunfn.provider.operations import Operation
from yunfn.provider.pace import Pace
from yunfn.provider.properties import UNKNOWN, Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.scf_function_change import CREATE_FAILED, Change, digest_of, removed
from yunfn.provider.scf_function_declaration import DECLARATION
from yunfn.provider.session import Sessions

_EXISTS = "ResourceInUse.Function"
# A role that CAM has just made is not known everywhere at once: the tencentcloud provider 1.81.90 sleeps five seconds
# after each for that. Refusals because of it are repeated for so many seconds at most.
_ROLE_UNKNOWN = frozenset(("ResourceNotFound.Role", "FailedOperation.QcsRoleNotFound"))
_ROLE_PATIENCE = 30.0
# Read where the program says something, else SCF's own choice.
_IF_DECLARED = ("clsLogsetId", "clsTopicId")


class Function(DeclaredResource):
    """Makes, changes and removes functions."""

    declaration = DECLARATION
    timeouts = Timeouts(create=600, update=600, delete=300, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        return super().check(inputs) or list(scf_function_checks.failures(inputs))

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """See Resource. Where the zip lies is no change while its digest stays."""
        found = super().diff(old_inputs, old_outputs, inputs)
        digest = inputs.known("codeSha256")
        if digest and digest == old_inputs.known("codeSha256"):
            return [each for each in found if root(each.property) != "code"]
        return found

    def plan(self, inputs: Properties, old_outputs: Properties | None) -> dict[str, Any]:
        """See Resource."""
        old = old_outputs or Properties({})
        made = super().plan(inputs, old_outputs) | _wanted(inputs)
        made["codeSha256"] = inputs.get("codeSha256", UNKNOWN)
        for name, told in (
            ("codeSha256", "codeSize"),
            ("publicNetConfig", "eipAddresses"),
            ("intranetConfig", "intranetAddresses"),
        ):
            if made.get(name) != old.get(name):
                made[told] = UNKNOWN
        return {**made, "modTime": UNKNOWN, "status": "Active"}

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource. Takes over what an interrupted run left, known by its mark."""
        wanted = _wanted(inputs)
        if not document.has_code(wanted):
            raise ValidationError(
                operation.name, "code", wanted["code"], "must say where the code is, to make a function"
            )
        function = await function_at(operation, self._sessions, wanted)
        mark = mark_of(operation.urn)
        change = Change(operation, function, wanted, {}, "")

        async def landed() -> dict[str, Any] | None:
            found = await function.find("GetFunction", FUNCTION_GONE)
            return found if found is not None and document.mark_on(found) == mark else None

        operation.progress(f"creating {function.name}")
        try:
            await _once_the_role_is_known(
                operation, lambda: function.call("CreateFunction", landed=landed, **document.creation(wanted, mark))
            )
        except CloudAnswerError as error:
            if error.code != _EXISTS:
                raise
            found = await self._own(operation, function, wanted, mark)
            if found is None:
                return await self.create(operation, inputs)
            change.arn = await self._arn(operation, wanted, {})
            return State(change.id, await self._changed(operation, change, found, mark))
        change.digest = wanted.get("codeSha256")
        with change.kept():
            # While SCF is at it anyway.
            change.arn = await self._arn(operation, wanted, {})
            await change.settle("create")
            await change.configure(document.UPDATE_ONLY)
            await change.surroundings()
            await change.learn_digest()
        return State(change.id, change.outputs())

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        imported = "account" not in outputs
        where: Mapping[str, Any] = outputs
        if imported:
            where, _ = await imported_place(operation, self._sessions, id, "<namespace>/<function>", parts=0)
        function = await function_at(operation, self._sessions, where)
        found = await function.settled()
        if found is None:
            return None
        recorded = {} if imported else dict(inputs)
        told = document.observed(found) | {"account": where["account"], "region": where["region"]}
        for name in _IF_DECLARED:
            if not imported and name not in recorded:
                del told[name]
        image = "code" in told
        if "initTimeout" not in recorded and told.get("initTimeout") == document.usual_init_timeout(image):
            del told["initTimeout"]
        told |= await _surroundings(function, None if imported else recorded)
        digest = await _digest(function, found, outputs)
        if not image and (imported or digest != outputs.get("codeSha256")):
            told["codeSha256"] = digest
        now = refreshed(self.declaration.inputs, recorded, told)
        now.setdefault("code", {})
        change = Change(
            operation, function, _wanted(now), {**outputs, **told}, await self._arn(operation, where, outputs)
        )
        change.found, change.digest = found, digest
        made = change.outputs()
        if now == recorded and made["codeSha256"] == outputs.get("codeSha256"):
            # What was changed is none of this resource's, such as an alias.
            made["modTime"] = outputs.get("modTime", made["modTime"])
        if found["Status"].endswith("Failed"):
            raise PartialFailureError(id, made, change.failure(), now)
        # Nobody says at an import which variables are secret.
        return State(id, made, now, frozenset(("environment",)) if imported else frozenset())

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource. One whose creation failed, or that is gone, is made anew."""
        wanted = _wanted(inputs)
        function = await function_at(operation, self._sessions, wanted)
        found = await function.settled()
        if found is not None and found["Status"] == CREATE_FAILED:
            await removed(operation, function)
            found = None
        if found is None:
            return (await self.create(operation, inputs)).outputs
        change = Change(operation, function, wanted, outputs, await self._arn(operation, wanted, outputs))
        return await self._changed(operation, change, found, mark_of(operation.urn), outputs)

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource. Waits until it is gone: its name is free then."""
        await removed(operation, await function_at(operation, self._sessions, outputs))

    async def _changed(
        self,
        operation: Operation,
        change: Change,
        found: dict[str, Any],
        mark: str,
        outputs: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Make of what was found what is wanted; the outputs."""
        change.found = found
        wanted = change.wanted
        with change.kept():
            function = await function_at(operation, self._sessions, wanted)
            change.digest = await _digest(function, found, outputs or {})
            await change.tag(
                await self._sessions.tencent_api(operation, "tag", wanted["region"], wanted["account"]), mark
            )
            await change.configure()
            await change.code()
            await change.recover()
            await change.surroundings()
        return change.outputs()

    async def _own(
        self, operation: Operation, function: CloudFunction, wanted: Mapping[str, Any], mark: str
    ) -> dict[str, Any] | None:
        """What stands in the way of a create if it is this resource's own; None if it is gone now.

        Raises:
            CloudAnswerError: it is somebody else's.
        """
        found = await function.settled()
        if found is None:
            return None
        id = f"{function.namespace}/{function.name}"
        if (other := document.mark_on(found)) != mark:
            thing = f"the function {id} (its tag {TAG} is {other or 'missing'})"
            raise CloudAnswerError(somebody_elses(operation.urn, thing, id), code=_EXISTS)
        told = document.observed(found)
        fixed = [each.name for each in self.declaration.inputs if each.replaces and each.name in told]
        other_kind = any(not document.same_setting(name, told[name], wanted.get(name)) for name in fixed)
        if other_kind or found["Status"] == CREATE_FAILED:
            await removed(operation, function)
            return None
        return found

    async def _arn(self, operation: Operation, where: Mapping[str, Any], outputs: Mapping[str, Any]) -> str:
        if outputs.get("arn"):
            return str(outputs["arn"])
        uin = await self._sessions.tencent_uin(operation, where["region"], where["account"])
        namespace, name = where["namespace"], where["functionName"]
        return f"qcs::scf:{where['region']}:uin/{uin}:namespace/{namespace}/function/{name}"


def _wanted(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs with what SCF takes where nothing is said."""
    wanted = with_defaults(DECLARATION.inputs, inputs)
    code = wanted.get("code")
    image = isinstance(code, Mapping) and "imageConfig" in code
    return {"initTimeout": document.usual_init_timeout(image), **wanted}


async def _surroundings(function: CloudFunction, recorded: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is set beside the function, as far as the program says something of it; all of it for an import."""
    told: dict[str, Any] = {}
    if recorded is None or "reservedConcurrency" in recorded:
        answer = await function.call("GetReservedConcurrencyConfig")
        told["reservedConcurrency"] = answer.get("ReservedMem")
        if recorded is None and not told["reservedConcurrency"]:
            # 0 stops a function; an import does not take that for meant.
            told["reservedConcurrency"] = None
    if recorded is None or "asyncTriggerConfig" in recorded:
        told["asyncTriggerConfig"] = document.invoke_config(await function.call("GetFunctionEventInvokeConfig"))
    return told


async def _digest(function: CloudFunction, found: Mapping[str, Any], outputs: Mapping[str, Any]) -> str | None:
    """What code the function runs: as recorded if it was not changed since, which saves a call; None for an image."""
    if found.get("ImageConfig") or found["Status"] == CREATE_FAILED:
        return None
    recorded = outputs.get("codeSha256")
    unchanged = found.get("ModTime") == outputs.get("modTime") and found.get("CodeSize") == outputs.get("codeSize")
    return str(recorded) if recorded and unchanged else await digest_of(function)


async def _once_the_role_is_known(operation: Operation, create: Callable[[], Awaitable[Any]]) -> None:
    """Create; again for a while where the role, which must be there by now, is not known to SCF yet."""
    until = time.monotonic() + _ROLE_PATIENCE
    for pause in Pace.looks():
        try:
            await create()
            return
        except CloudAnswerError as error:
            if error.code not in _ROLE_UNKNOWN or time.monotonic() > until:
                raise
            operation.progress(f"waiting until SCF knows the role: {error.code}")
            await operation.sleep(pause)
