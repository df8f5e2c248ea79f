"""A function of SCF on its way from what it is to what is wanted, step by step; each step is waited for.

What is known at a step is what is recorded if the next one fails.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from yunfn.exceptions import CloudAnswerError, ValidationError, YunfnError
from yunfn.provider import scf_function_document as document
from yunfn.provider.cloud_function import FUNCTION_GONE, LATEST, CloudFunction, failure_reason
from yunfn.provider.code_digest import hexadecimal
from yunfn.provider.declaration import refreshed, with_defaults
from yunfn.provider.failures import PartialFailureError
from yunfn.provider.operations import Operation
from yunfn.provider.scf_function_declaration import DECLARATION

if TYPE_CHECKING:
    from yunfn.provider.tencent_api import TencentApi

CREATE_FAILED: Final = "CreateFailed"
#: What GetFunction does not tell; each is read by an API of its own, or not at all.
UNTOLD: Final = ("reservedConcurrency", "asyncTriggerConfig", "ignoreSysLog")


async def digest_of(function: CloudFunction) -> str:
    """SHA-256 of the zip that the function runs, hexadecimal; raises CloudAnswerError."""
    answer = await function.call("GetFunctionAddress", Qualifier=LATEST)
    return hexadecimal(str(answer["CodeSha256"]))


async def removed(operation: Operation, function: CloudFunction) -> None:
    """Remove a function and wait until it is gone; nothing happens if it is. Raises CloudAnswerError."""
    try:
        await function.change("DeleteFunction")
    except CloudAnswerError as error:
        if error.code in FUNCTION_GONE:
            return
        raise
    found = await function.settled(begun="scf delete")
    if found is not None:
        raise CloudAnswerError(_failed(operation, function, found), code=found["Status"])


class Change:
    """One function while it is made what is ``wanted``: inputs with their defaults.

    ``recorded`` are the outputs of the last time, ``digest`` is that of the code that it runs, as far as it is known;
    ``arn`` may still be "".
    """

    def __init__(
        self,
        operation: Operation,
        function: CloudFunction,
        wanted: Mapping[str, Any],
        recorded: Mapping[str, Any],
        arn: str,
    ) -> None:
        self.wanted = wanted
        self.found: dict[str, Any] | None = None
        self.digest: str | None = None
        self._operation = operation
        self._function = function
        self._recorded = recorded
        self.arn = arn
        self._untold = {name: recorded.get(name) for name in UNTOLD}

    @property
    def id(self) -> str:
        """The resource's id."""
        return f"{self._function.namespace}/{self._function.name}"

    def outputs(self) -> dict[str, Any]:
        """What is known of it now."""
        if self.found is None:
            return {**self.wanted, "codeSha256": None, "status": "Creating", "arn": self.arn}
        told = document.observed(self.found) | self._untold
        for name in ("clsLogsetId", "clsTopicId"):
            # Without one of the program's, SCF names one of its own.
            if self.wanted.get(name) is None:
                told.pop(name)
        inputs = with_defaults(DECLARATION.inputs, refreshed(DECLARATION.inputs, self.wanted, told))
        digest = None if self.found["Status"] == CREATE_FAILED else self.digest
        return {**inputs, **document.outputs_of(self.found), "codeSha256": digest, "arn": self.arn}

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Turn what fails in the block into a failure that says what is there all the same."""
        try:
            yield
        except PartialFailureError:
            raise
        except YunfnError as error:
            raise PartialFailureError(self.id, self.outputs(), str(error)) from error

    async def settle(self, kind: str) -> None:
        """Wait until the change that was begun is through; raises CloudAnswerError if it failed."""
        found = await self._function.settled(begun=f"scf {kind}")
        if found is None:
            raise CloudAnswerError(f"{self._operation.name}: the function {self.id} vanished while it was changed")
        self.found = found
        if found["Status"].endswith("Failed"):
            raise CloudAnswerError(self.failure(), code=found["Status"])

    def failure(self) -> str:
        """That a change failed, and SCF's own reason."""
        assert self.found is not None
        return _failed(self._operation, self._function, self.found)

    async def tag(self, tags: TencentApi, mark: str) -> None:
        """Make the tags what is wanted, the mark among them."""
        assert self.found is not None
        changes = document.tag_changes(self.found, self.wanted, mark)
        if changes:
            path = f"namespace/{self._function.namespace}/function/{self._function.name}"
            # Without the UIN, which is the caller's then (seen of the tencentcloud provider 1.81.90).
            changes["Resource"] = f"qcs::scf:{self.wanted['region']}:uin/:{path}"
            await tags.call(self._operation, "ModifyResourceTags", changes)
            put = {each["TagKey"]: each["TagValue"] for each in changes["ReplaceTags"]}
            gone = {each["TagKey"] for each in changes["DeleteTags"]}
            there = {each["Key"]: each["Value"] for each in self.found.get("Tags") or ()}
            kept = {key: value for key, value in (there | put).items() if key not in gone}
            self.found["Tags"] = [{"Key": key, "Value": value} for key, value in kept.items()]

    async def configure(self, only: tuple[str, ...] = ()) -> None:
        """Make the settings (``only`` these) what is wanted."""
        assert self.found is not None
        actual = document.observed(self.found) | self._untold
        changes = document.changes(actual, self.wanted, only)
        if changes:
            await self._update("UpdateFunctionConfiguration", changes)
            self._untold["ignoreSysLog"] = self.wanted.get("ignoreSysLog")

    async def code(self) -> None:
        """Make code and handler what is wanted."""
        assert self.found is not None
        if not self._other_code() and self.found["Handler"] == self.wanted["handler"]:
            return
        if not document.has_code(self.wanted):
            rule = "must say where the code is to change code or handler; an import does not know it"
            raise ValidationError(self._operation.name, "code", self.wanted["code"], rule)
        await self._update(
            "UpdateFunctionCode", {"Handler": self.wanted["handler"], "Code": document.code(self.wanted)}
        )  # fmt: skip
        self.digest = self.wanted.get("codeSha256")
        await self.learn_digest()

    async def recover(self) -> None:
        """Send some settings once more if the last change failed and nothing else was to be changed."""
        assert self.found is not None
        if self.found["Status"].endswith("Failed"):
            await self._update("UpdateFunctionConfiguration", document.settings(self.wanted))

    async def surroundings(self) -> None:
        """Make what is set beside the function what is wanted: reserved memory, and retries of asynchronous calls."""
        for name in ("reservedConcurrency", "asyncTriggerConfig"):
            value = self.wanted.get(name)
            if not document.same_setting(name, self._untold[name], value):
                action, parameters = document.surrounding(name, value)
                await self._function.change(action, **parameters)
                self._untold[name] = value

    async def learn_digest(self) -> None:
        """Ask what code runs, unless that is known; an image has no digest of its own."""
        if self.digest is None and not self.wanted["code"].get("imageConfig"):
            self.digest = await digest_of(self._function)

    def _other_code(self) -> bool:
        assert self.found is not None
        if self.wanted["code"].get("imageConfig"):
            return not document.same_setting("code", document.observed(self.found).get("code"), self.wanted["code"])
        if self.wanted.get("codeSha256"):
            return bool(self.digest != self.wanted["codeSha256"])
        known = self.digest == self._recorded.get("codeSha256")
        return not known or not document.same_setting("code", self._recorded.get("code"), self.wanted["code"])

    async def _update(self, action: str, parameters: Mapping[str, Any]) -> None:
        self._operation.progress(f"changing {self._function.name}")
        await self._function.change(action, **parameters)
        await self.settle("update")


def _failed(operation: Operation, function: CloudFunction, found: Mapping[str, Any]) -> str:
    reason = failure_reason(found)
    return f"{operation.name}: the function {function.namespace}/{function.name} is {found['Status']}: {reason}"
