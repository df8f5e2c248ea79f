"""Function Compute's side of artifacts: which code its functions hold, and the layer versions there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from alibabacloud_fc20230330 import models

from yunfn.storage import fc_client
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.retained import FunctionUse, LayerVersion

_PAGE = 100


class FunctionCompute:
    """The functions and layers of one account and region; a content is the CRC-64 (ECMA-182) that FC tells of a zip."""

    def __init__(self, session: AlibabaSession) -> None:
        self._client = fc_client.open_client(session)
        self._options = fc_client.runtime_options(autoretry=True, max_attempts=3)

    def functions(self) -> Iterator[FunctionUse]:
        """Every function and every version of it; raises CloudAnswerError."""
        for function in self._pages("ListFunctions", self._list_functions, "functions"):
            name = function.function_name
            yield self._use(name, None)
            for version in self._pages("ListFunctionVersions", self._version_page(name), "versions"):
                yield self._use(name, version.version_id)

    def layer_versions(self) -> Iterator[LayerVersion]:
        """Every layer version of the account; raises CloudAnswerError."""
        for layer in self._pages("ListLayers", self._list_layers, "layers"):
            for version in self._pages("ListLayerVersions", self._layer_page(layer.layer_name), "layers", "versions"):
                yield LayerVersion(
                    version.layer_version_arn,
                    version.layer_name,
                    int(version.version),
                    str(version.code_checksum or ""),
                )

    def delete_layer_version(self, layer: LayerVersion) -> None:
        """Remove a layer version; raises CloudAnswerError."""
        fc_client.ask(
            "DeleteLayerVersion",
            lambda: self._client.delete_layer_version_with_options(
                layer.name, str(layer.version), {}, self._options
            ),
        )  # fmt: skip

    def _use(self, name: str, version: str | None) -> FunctionUse:
        request = models.GetFunctionRequest(qualifier=version)
        answer = fc_client.ask(
            "GetFunction", lambda: self._client.get_function_with_options(name, request, {}, self._options)
        )
        layers = tuple(layer.arn for layer in answer.layers or ())
        user = name if version is None else f"{name}:{version}"
        return FunctionUse(user, str(answer.code_checksum or ""), layers)

    def _list_functions(self, token: str | None) -> Any:
        request = models.ListFunctionsRequest(limit=_PAGE, next_token=token)
        return self._client.list_functions_with_options(request, {}, self._options)

    def _list_layers(self, token: str | None) -> Any:
        request = models.ListLayersRequest(limit=_PAGE, next_token=token)
        return self._client.list_layers_with_options(request, {}, self._options)

    def _version_page(self, name: str) -> Callable[[str | None], Any]:
        def page(token: str | None) -> Any:
            request = models.ListFunctionVersionsRequest(limit=_PAGE, next_token=token)
            return self._client.list_function_versions_with_options(name, request, {}, self._options)

        return page

    def _layer_page(self, name: str) -> Callable[[str | None], Any]:
        def page(token: str | None) -> Any:
            # ListLayerVersions counts on from a version number instead of a token.
            request = models.ListLayerVersionsRequest(limit=_PAGE, start_version=token)
            return self._client.list_layer_versions_with_options(name, request, {}, self._options)

        return page

    def _pages(self, operation: str, page: Callable[[str | None], Any], *fields: str) -> Iterator[Any]:
        token: str | None = None
        while True:
            answer = fc_client.ask(operation, lambda token=token: page(token))  # type: ignore[misc]
            for field in fields:
                yield from getattr(answer, field, None) or ()
            following = getattr(answer, "next_token", None) or getattr(answer, "next_version", None)
            if not following or str(following) == "0":
                return
            token = str(following)
