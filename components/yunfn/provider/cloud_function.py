"""One function of SCF, as the resources that belong to it ask for it: versions, aliases, triggers.

SCF refuses writes while a function or one of its versions is not Active, and a failed one stays failed: the writes here
wait, and tell the function's own reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from yunfn.exceptions import CloudAnswerError, OperationStoppedError
from yunfn.provider.operations import Operation
from yunfn.provider.pace import Pace, watched
from yunfn.storage import tencent_refusals
from yunfn.storage.tencent_refusals import BUSY

if TYPE_CHECKING:
    from yunfn.provider.tencent_api import Landed, TencentApi

LATEST: Final = "$LATEST"
DEFAULT: Final = "$DEFAULT"
#: What says that the function itself is not there.
FUNCTION_GONE: Final = tencent_refusals.FUNCTION_GONE
#: What says that a version is not there.
VERSION_GONE: Final = FUNCTION_GONE | {
    "ResourceNotFound.Version",
    "ResourceNotFound.FunctionVersion",
    "ResourceNotFound.Qualifier",
}
_UNDER_WAY: Final = ("Creating", "Updating", "Publishing", "Deleting")


class CloudFunction:
    """A function by namespace and name, for the time of one operation."""

    def __init__(self, operation: Operation, api: TencentApi, namespace: str, name: str) -> None:
        self.namespace = namespace
        self.name = name
        self._operation = operation
        self._api = api

    async def call(self, action: str, *, landed: Landed | None = None, **parameters: Any) -> dict[str, Any]:
        """Ask SCF of this function, as TencentApi does; raises CloudAnswerError."""
        return await self._api.call(self._operation, action, self._with_name(parameters), landed=landed)

    async def find(self, action: str, missing: Collection[str], **parameters: Any) -> dict[str, Any] | None:
        """Ask SCF of this function; None exactly for the codes in ``missing``, raises CloudAnswerError for others."""
        return await self._api.find(self._operation, action, self._with_name(parameters), missing)

    async def change(
        self,
        action: str,
        *,
        of: Iterable[str] = (LATEST,),
        busy: Collection[str] = (),
        landed: Landed | None = None,
        **parameters: Any,
    ) -> dict[str, Any]:
        """Write; while SCF refuses because something is under way, wait for the versions ``of`` and try again.

        ``busy`` are codes that say so beside the usual ones; ``landed`` is TencentApi's.

        Raises:
            CloudAnswerError: refused for another reason, or a version has failed.
        """
        for pause in Pace().looks():
            try:
                return await self.call(action, landed=landed, **parameters)
            except CloudAnswerError as error:
                if error.code not in BUSY and error.code not in busy:
                    raise
                for qualifier in of:
                    await self.active(qualifier)
                await self._pause(pause, error)
        raise AssertionError("the pauses never end")

    async def settled(
        self, qualifier: str = LATEST, *, begun: str = "", missing: Collection[str] = FUNCTION_GONE
    ) -> dict[str, Any] | None:
        """What GetFunction says once nothing is under way any more; None if it is gone. ``begun`` is as for a pace.

        Raises:
            CloudAnswerError: refused with another code than those in ``missing``.
        """

        async def look() -> dict[str, Any] | None:
            return await self.find("GetFunction", missing, Qualifier=qualifier)

        def under_way(found: dict[str, Any] | None) -> str | None:
            if found is None or found["Status"] not in _UNDER_WAY:
                return None
            return f"{self.name} ({qualifier}) is {found['Status']}"

        return await watched(self._operation, look, under_way, begun=begun)

    async def active(self, qualifier: str = LATEST, *, begun: str = "") -> dict[str, Any]:
        """Wait until a version, or what an alias names, is Active; what GetFunction says of it then.

        Raises:
            CloudAnswerError: it failed, in its own words, or it is gone.
        """
        found = await self.settled(qualifier, begun=begun, missing=())
        assert found is not None
        if found["Status"] != "Active":
            raise self._failed(qualifier, found)
        return found

    async def wait_gone(self, version: str) -> None:
        """Wait until a version that is being deleted is gone; raises CloudAnswerError."""
        found = await self.settled(version, missing=VERSION_GONE)
        if found is not None:
            raise self._failed(version, found)

    async def delete_version(self, version: str) -> None:
        """Remove a version and wait until it is gone; nothing happens if it is. Raises CloudAnswerError."""
        try:
            await self.change("DeleteFunctionVersion", of=(version,), Qualifier=version)
        except CloudAnswerError as error:
            if error.code not in VERSION_GONE | FUNCTION_GONE:
                raise
        await self.wait_gone(version)

    def _failed(self, qualifier: str, found: Mapping[str, Any]) -> CloudAnswerError:
        status = str(found["Status"])
        return CloudAnswerError(
            f"{self._operation.name}: the function {self.namespace}/{self.name} ({qualifier}) is {status}: "
            f"{failure_reason(found)}",
            code=status,
        )

    async def _pause(self, seconds: float, error: CloudAnswerError) -> None:
        self._operation.progress(f"waiting for {self.name}: {error.code}")
        try:
            await self._operation.sleep(seconds)
        except OperationStoppedError:
            self._operation.proceed(error)
            raise

    def _with_name(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        return {"FunctionName": self.name, "Namespace": self.namespace, **parameters}


def failure_reason(found: Mapping[str, Any]) -> str:
    """Why a function is in a failed state, in the words of SCF."""
    reasons = [f"{each.get('ErrorCode')}: {each.get('ErrorMessage')}" for each in found.get("StatusReasons") or ()]
    return "; ".join(reasons) or str(found.get("StatusDesc") or "") or "no reason was given"
