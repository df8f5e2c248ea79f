"""Where a thing stands that belongs to a function of SCF: account, region, namespace and function, and its id.

Ids are ``<namespace>/<function>:<the rest>``, in which no part holds what stands between them but the last.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.cloud_function import CloudFunction
from yunfn.provider.declaration import Property
from yunfn.provider.operations import Operation
from yunfn.provider.session import Sessions

ACCOUNT: Final = Property(
    "account", "string", "APPID of the account; credentials of another are refused.", replaces=True
)
REGION: Final = Property("region", "string", "Region, such as ap-shanghai.", replaces=True)
#: The properties that say it.
PLACE: Final = (
    ACCOUNT,
    REGION,
    Property("namespace", "string", "Namespace of the function.", required=False, replaces=True, default="default"),
    Property("functionName", "string", "Name of the function.", replaces=True),
)


def thing_id(where: Mapping[str, Any], *rest: str) -> str:
    """The id of what belongs to the function that ``where`` names."""
    return f"{where['namespace']}/{where['functionName']}:{':'.join(rest)}"


async def function_at(operation: Operation, sessions: Sessions, where: Mapping[str, Any]) -> CloudFunction:
    """The function that ``where`` names, with the API to ask; raises AccountMismatchError, CloudAnswerError."""
    api = await sessions.tencent_api(operation, "scf", where["region"], where["account"])
    return CloudFunction(operation, api, where.get("namespace") or "default", where["functionName"])


async def imported_place(
    operation: Operation, sessions: Sessions, id: str, form: str, parts: int = 1
) -> tuple[dict[str, Any], list[str]]:
    """Where the thing stands that is imported by ``id``, in the provider's own account and region, and the id's rest.

    Raises:
        CloudAnswerError: the id is not of ``form``, which is told to the user.
    """
    namespace, slash, rest = id.partition("/")
    function, *others = rest.split(":", parts)
    if not slash or not namespace or not function or len(others) != parts or not all(others):
        raise CloudAnswerError(f"{operation.name}: {id!r} cannot be imported: the id is {form}")
    region = sessions.tencent_region()
    session = await sessions.tencent(operation, region, None)
    where = {"account": session.appid, "region": session.region, "namespace": namespace, "functionName": function}
    return where, others
