"""``yunfn:scf:ProvisionedInstances``: instances of a version that stand ready, for as long as the resource is there.

Versions outlive the resource that published them, because an alias may point at them still; what stands ready for one
costs as long as it stands. Replaced, this resource makes the new version's instances ready first and lets go of the old
one's last, when the alias has moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from yunfn.exceptions import CloudAnswerError, YunfnError
from yunfn.provider import provisioned_concurrency
from yunfn.provider.cloud_function import VERSION_GONE
from yunfn.provider.declaration import CheckFailure, Declaration, Property, refreshed, with_defaults
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.failures import PartialFailureError
from yunfn.provider.function_place import PLACE, function_at, imported_place, thing_id
from yunfn.provider.operations import Operation
from yunfn.provider.properties import Properties
from yunfn.provider.provisioned_concurrency import PROVISIONED, provision, provisioned
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions

_PROPERTIES = (
    *PLACE,
    Property("versionId", "string", "Number of the version.", replaces=True),
    replace(PROVISIONED, required=True),
)


class ProvisionedInstances(DeclaredResource):
    """Makes instances of versions ready and lets go of them."""

    declaration = Declaration(
        token="yunfn:scf:ProvisionedInstances",  # noqa: S106
        description=(
            "Instances of a version that stand ready before the first call. For versions that are kept after their "
            "resource went; else the version's own property says the same. Use one of both."
        ),
        inputs=_PROPERTIES,
        outputs=_PROPERTIES,
    )
    timeouts = Timeouts(create=600, update=600, delete=300, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        return super().check(inputs) + list(provisioned_concurrency.failures(inputs.known(PROVISIONED.name)))

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource. What stands ready already becomes what is wanted."""
        where = with_defaults(self.declaration.inputs, inputs)
        id, outputs = thing_id(where, where["versionId"]), self.recorded(where)
        function = await function_at(operation, self._sessions, where)
        try:
            await provision(operation, function, where["versionId"], where[PROVISIONED.name])
        except YunfnError as error:
            if await provisioned(function, where["versionId"]) is None:
                raise
            raise PartialFailureError(id, outputs, str(error)) from error
        return State(id, outputs)

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        where: Mapping[str, Any] = outputs
        if "account" not in outputs:
            form = "<namespace>/<function>:<version>"
            where, (version,) = await imported_place(operation, self._sessions, id, form)
            where = {**where, "versionId": version}
        function = await function_at(operation, self._sessions, where)
        told = await provisioned(function, where["versionId"])
        if told is None:
            return None
        settings = outputs.get(PROVISIONED.name)
        now = settings if provisioned_concurrency.same(settings, told) else told
        known = {each.name: where[each.name] for each in _PROPERTIES[:-1]} | {PROVISIONED.name: now}
        return State(id, self.recorded(known), refreshed(self.declaration.inputs, inputs, known))

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource."""
        where = with_defaults(self.declaration.inputs, inputs)
        function = await function_at(operation, self._sessions, where)
        await provision(operation, function, where["versionId"], where[PROVISIONED.name])
        return self.recorded(where)

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource. With the version its instances are gone."""
        function = await function_at(operation, self._sessions, outputs)
        try:
            await provision(operation, function, outputs["versionId"], None)
        except CloudAnswerError as error:
            if error.code not in VERSION_GONE:
                raise
