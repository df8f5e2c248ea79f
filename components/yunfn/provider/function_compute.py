"""Versions and aliases of functions, by Function Compute's official SDK: what the resources need of it, blocking."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from alibabacloud_fc20230330 import models
from tenacity import Retrying, retry_if_exception, stop_when_event_set, wait_random_exponential
from tenacity.nap import sleep_using_event

from yunfn.exceptions import CloudAnswerError
from yunfn.provider.function_alias import FunctionAlias
from yunfn.storage import fc_client
from yunfn.storage.alibaba_session import AlibabaSession

_PAGE = 100
_LONGEST_WAIT = 10.0
_NOT_FOUND, _CONFLICT = 404, 409
# Milliseconds to connect, and to wait for an answer.
_CONNECT, _READ = 10_000, 60_000
# What GetFunction says of a function and does not of a version, or says otherwise though nothing was changed: none of
# it is frozen (Function Compute API 2023-03-30, GetFunction; TFP 1.285.0).
_NOT_FROZEN = frozenset(
    (
        *("createdTime", "lastModifiedTime", "description", "functionArn", "functionId", "functionName", "tags"),
        *("invocationRestriction", "disableOndemand", "lockInfo", "resourceGroupId"),
        *("state", "stateReason", "stateReasonCode"),
        *("lastUpdateStatus", "lastUpdateStatusReason", "lastUpdateStatusReasonCode"),
    )
)


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version: its number as text, its description and when it was published (RFC 3339)."""

    id: str
    description: str
    created_time: str


class FunctionCompute:
    """Function Compute 3.0 in one account and region.

    What is throttled (429, ``Throttling``) or fails for a moment (5xx, connections) is tried again with growing,
    random waits until ``cancelled`` is set.
    """

    def __init__(self, session: AlibabaSession, cancelled: threading.Event) -> None:
        self._client = fc_client.open_client(session)
        # Its own retries know no cancelling.
        self._options = fc_client.runtime_options(autoretry=False, connect_timeout=_CONNECT, read_timeout=_READ)
        self._retrying = Retrying(
            retry=retry_if_exception(_passing),
            wait=wait_random_exponential(multiplier=0.5, max=_LONGEST_WAIT),
            stop=stop_when_event_set(cancelled),
            sleep=sleep_using_event(cancelled),
            reraise=True,
        )

    def versions(self, function: str) -> Iterator[PublishedVersion]:
        """Every version of a function, newest first; raises CloudAnswerError."""
        token: str | None = None
        while True:
            request = models.ListFunctionVersionsRequest(direction="BACKWARD", limit=_PAGE, next_token=token)
            answer = self._ask(
                "ListFunctionVersions",
                lambda request=request: self._client.list_function_versions_with_options(  # type: ignore[misc]
                    function, request, {}, self._options
                ),
            )
            yield from (_version(each) for each in answer.versions or ())
            token = answer.next_token
            if not token:
                return

    def publish(self, function: str, description: str) -> PublishedVersion | None:
        """Publish LATEST as a version; None if Function Compute says that nothing changed since the last publish.

        Raises:
            CloudAnswerError: refused for any other reason.
        """
        request = models.PublishFunctionVersionRequest(body=models.PublishVersionInput(description=description))
        try:
            answer = self._ask(
                "PublishFunctionVersion",
                lambda: self._client.publish_function_version_with_options(function, request, {}, self._options),
            )
        except CloudAnswerError as error:
            # The code is not in the API's documentation; deployment scripts of its users match code or text.
            if error.status == 400 and ("VersionPublishError" in error.code or "No changes were made" in str(error)):
                return None
            raise
        return _version(answer)

    def version(self, function: str, version: str) -> PublishedVersion | None:
        """One version, None if it or its function is gone; raises CloudAnswerError."""
        found = self._function(function, version)
        if found is None:
            return None
        return PublishedVersion(version, found.get("description") or "", found.get("createdTime") or "")

    def latest_equals(self, function: str, version: str) -> bool:
        """Whether code and configuration of a version are those that publishing would freeze now."""
        latest, frozen = self._function(function, None), self._function(function, version)
        return latest is not None and frozen is not None and _frozen(latest) == _frozen(frozen)

    def delete_version(self, function: str, version: str) -> None:
        """Remove a version; nothing happens if it is gone. Raises CloudAnswerError."""
        try:
            self._ask(
                "DeleteFunctionVersion",
                lambda: self._client.delete_function_version_with_options(function, version, {}, self._options),
            )
        except CloudAnswerError as error:
            if error.status != _NOT_FOUND:
                raise

    def alias(self, function: str, name: str) -> FunctionAlias | None:
        """An alias, None if it or its function is gone; raises CloudAnswerError."""
        try:
            found = self._ask(
                "GetAlias", lambda: self._client.get_alias_with_options(function, name, {}, self._options)
            )
        except CloudAnswerError as error:
            if error.status == _NOT_FOUND:
                return None
            raise
        weights = {str(version): float(share) for version, share in (found.additional_version_weight or {}).items()}
        return FunctionAlias(str(found.version_id), found.description or "", weights)

    def aliases(self, function: str) -> Iterator[tuple[str, set[str]]]:
        """Every alias by name, with the versions that it names; raises CloudAnswerError."""
        for each in self._pages(
            "ListAliases", lambda token: self._list_aliases(function, token), lambda answer: answer.aliases
        ):
            yield str(each.alias_name), {str(each.version_id), *map(str, each.additional_version_weight or ())}

    def named(self, function: str) -> Iterator[str]:
        """What triggers and provisioned instances of a function name: versions and aliases. Raises CloudAnswerError."""
        for trigger in self._pages(
            "ListTriggers", lambda token: self._list_triggers(function, token), lambda answer: answer.triggers
        ):
            yield str(trigger.qualifier or "")
        for config in self._pages(
            "ListProvisionConfigs",
            lambda token: self._list_provision(function, token),
            lambda answer: answer.provision_configs,
        ):
            # acs:fc:<region>:<account>:functions/<function>/<qualifier>
            yield str(config.function_arn or "").rpartition("/")[2]

    def create_alias(self, function: str, name: str, wanted: FunctionAlias) -> bool:
        """Make an alias; False if there is one of that name. Raises CloudAnswerError."""
        body = models.CreateAliasInput(
            alias_name=name,
            version_id=wanted.version,
            description=wanted.description,
            additional_version_weight=wanted.weights,
        )
        request = models.CreateAliasRequest(body=body)
        try:
            self._ask(
                "CreateAlias", lambda: self._client.create_alias_with_options(function, request, {}, self._options)
            )
        except CloudAnswerError as error:
            if error.status == _CONFLICT and error.code == "AliasAlreadyExists":
                return False
            raise
        return True

    def update_alias(self, function: str, name: str, wanted: FunctionAlias) -> None:
        """Make an alias what is wanted; said as a whole, so that a second time changes nothing.

        Raises:
            CloudAnswerError: refused.
        """
        body = models.UpdateAliasInput(
            version_id=wanted.version, description=wanted.description, additional_version_weight=wanted.weights
        )
        request = models.UpdateAliasRequest(body=body)
        self._ask(
            "UpdateAlias", lambda: self._client.update_alias_with_options(function, name, request, {}, self._options)
        )

    def describe_alias(self, function: str, name: str, description: str) -> None:
        """Change the description of an alias, and nothing else; raises CloudAnswerError."""
        request = models.UpdateAliasRequest(body=models.UpdateAliasInput(description=description))
        self._ask(
            "UpdateAlias", lambda: self._client.update_alias_with_options(function, name, request, {}, self._options)
        )

    def delete_alias(self, function: str, name: str) -> None:
        """Remove an alias; nothing happens if it is gone. Raises CloudAnswerError."""
        try:
            self._ask("DeleteAlias", lambda: self._client.delete_alias_with_options(function, name, {}, self._options))
        except CloudAnswerError as error:
            if error.status != _NOT_FOUND:
                raise

    def _list_aliases(self, function: str, token: str | None) -> Any:
        request = models.ListAliasesRequest(limit=_PAGE, next_token=token)
        return self._client.list_aliases_with_options(function, request, {}, self._options)

    def _list_triggers(self, function: str, token: str | None) -> Any:
        request = models.ListTriggersRequest(limit=_PAGE, next_token=token)
        return self._client.list_triggers_with_options(function, request, {}, self._options)

    def _list_provision(self, function: str, token: str | None) -> Any:
        request = models.ListProvisionConfigsRequest(function_name=function, limit=_PAGE, next_token=token)
        return self._client.list_provision_configs_with_options(request, {}, self._options)

    def _pages(
        self, operation: str, page: Callable[[str | None], Any], items: Callable[[Any], Any]
    ) -> Iterator[Any]:  # fmt: skip
        token: str | None = None
        while True:
            answer = self._ask(operation, lambda token=token: page(token))  # type: ignore[misc]
            yield from items(answer) or ()
            token = answer.next_token
            if not token:
                return

    def _function(self, name: str, qualifier: str | None) -> dict[str, Any] | None:
        request = models.GetFunctionRequest(qualifier=qualifier)
        try:
            answer = self._ask(
                "GetFunction", lambda: self._client.get_function_with_options(name, request, {}, self._options)
            )
        except CloudAnswerError as error:
            if error.status == _NOT_FOUND:
                return None
            raise
        document: dict[str, Any] = answer.to_map()
        return document

    def _ask(self, operation: str, call: Callable[[], Any]) -> Any:
        return self._retrying(fc_client.ask, operation, call)


def _passing(error: BaseException) -> bool:
    if not isinstance(error, CloudAnswerError):
        return False
    return error.status in (0, 429) or error.status >= 500 or "Throttl" in error.code


def _version(answer: Any) -> PublishedVersion:
    return PublishedVersion(str(answer.version_id), answer.description or "", answer.created_time or "")


def _frozen(document: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in _NOT_FROZEN}
