"""Published versions that nobody needs any more: old ones of the plugin's own, that nothing of the function names.

Every deployment publishes a version, which is kept because an alias may have to go back to it (a version is never
deleted with its resource). Once another version is live, those beyond a count go.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from yunfn.exceptions import YunfnError
from yunfn.provider.mark import split_mark
from yunfn.provider.operations import Operation

if TYPE_CHECKING:
    from yunfn.provider.cloud_function import CloudFunction
    from yunfn.provider.function_compute import FunctionCompute

# What every version that the plugin publishes has in its description, before its fingerprint.
_OWN: Final = "yunfn:"
_PAGE: Final = 100

#: Answers, of an alias by its name, the versions that its unfinished rollout needs.
Unfinished = Callable[[str], Awaitable[Iterable[str]]]


@dataclass(frozen=True, slots=True)
class Published:
    """A version: its number as text, and whether the plugin published it."""

    number: str
    own: bool


class Versions(Protocol):
    """The versions of one function; every method raises CloudAnswerError."""

    async def published(self) -> list[Published]:
        """All of them but the one that is not published."""

    async def aliases(self) -> dict[str, set[str]]:
        """By alias, the versions that it names."""

    async def named(self) -> set[str]:
        """What triggers and provisioned instances name: versions, and aliases too."""

    async def delete(self, version: str) -> None:
        """Remove one; nothing happens if it is gone."""


def prunable(published: Iterable[Published], needed: Iterable[str], keep: int) -> list[str]:
    """The versions to delete, oldest first: the plugin's own that are not needed, beyond the newest ``keep`` of all."""
    newest = sorted(published, key=lambda each: int(each.number), reverse=True)
    kept = set(needed)
    return [each.number for each in reversed(newest[keep:]) if each.own and each.number not in kept]


async def prune(operation: Operation, versions: Versions, live: str, keep: int, unfinished: Unfinished) -> None:
    """Delete what is not needed now that ``live`` is; what goes wrong is told, and stops nothing that is done.

    Raises OperationStoppedError.
    """
    # Numbers are never given again, so there cannot be more versions than that.
    if not live.isdecimal() or int(live) <= keep:
        return
    try:
        published = await versions.published()
        if len(published) <= keep:
            return
        aliases = await versions.aliases()
        needed = {live}.union(*aliases.values(), await versions.named())
        for alias in aliases:
            needed |= set(await unfinished(alias))
        gone = prunable(published, needed, keep)
        for each in gone:
            operation.progress(f"deleting version {each}: {keep} are kept, and nothing names it")
            await versions.delete(each)
    except YunfnError as error:
        operation.proceed(error)
        operation.warn(f"{operation.name}: versions beyond the {keep} that are kept stay for now: {error}")


class FcVersions:
    """Versions of a function on Function Compute: see Versions."""

    def __init__(self, operation: Operation, functions: FunctionCompute, function: str) -> None:
        self._operation = operation
        self._functions = functions
        self._function = function

    async def published(self) -> list[Published]:
        """See Versions."""
        found = await self._operation.run(lambda: list(self._functions.versions(self._function)))
        return [Published(each.id, _own(each.description)) for each in found]

    async def aliases(self) -> dict[str, set[str]]:
        """See Versions."""
        return await self._operation.run(lambda: dict(self._functions.aliases(self._function)))

    async def named(self) -> set[str]:
        """See Versions."""
        return await self._operation.run(lambda: set(self._functions.named(self._function)))

    async def delete(self, version: str) -> None:
        """See Versions."""
        await self._operation.run(self._functions.delete_version, self._function, version)


class ScfVersions:
    """Versions of a function on SCF: see Versions."""

    def __init__(self, function: CloudFunction) -> None:
        self._function = function

    async def published(self) -> list[Published]:
        """See Versions."""
        found = await self._pages("ListVersionByFunction", "Versions")
        return [
            Published(str(each["Version"]), _own(split_mark(str(each.get("Description") or ""))[0]))
            for each in found
            if str(each["Version"]).isdecimal()
        ]

    async def aliases(self) -> dict[str, set[str]]:
        """See Versions."""
        found = {}
        for each in await self._pages("ListAliases", "Aliases"):
            routing = each.get("RoutingConfig") or {}
            others = (*(routing.get("AdditionalVersionWeights") or ()), *(routing.get("AddtionVersionMatchs") or ()))
            found[str(each["Name"])] = {str(each["FunctionVersion"]), *(str(other["Version"]) for other in others)}
        return found

    async def named(self) -> set[str]:
        """See Versions."""
        triggers = {str(each.get("Qualifier") or "") for each in await self._pages("ListTriggers", "Triggers")}
        provisioned = await self._function.call("GetProvisionedConcurrencyConfig")
        return triggers | {str(each["Qualifier"]) for each in provisioned.get("Allocated") or ()}

    async def delete(self, version: str) -> None:
        """See Versions."""
        await self._function.delete_version(version)

    async def _pages(self, action: str, key: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        total = 1
        while len(found) < total:
            # Of ListAliases both are texts.
            kind = str if action == "ListAliases" else int
            answer = await self._function.call(action, Offset=kind(len(found)), Limit=kind(_PAGE))
            page = answer.get(key) or []
            found += page
            total = int(answer.get("TotalCount") or 0) if page else 0
        return found


def _own(description: str) -> bool:
    return any(word.startswith(_OWN) for word in description.split())
