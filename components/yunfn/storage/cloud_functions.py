"""SCF's side of artifacts: which code its functions hold, and the layer versions there are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from yunfn.exceptions import CloudAnswerError
from yunfn.storage.part_sender import retrying
from yunfn.storage.retained import FunctionUse, LayerVersion
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_refusals import passes
from yunfn.storage.tencent_session import TencentSession

_PAGE = 100
_LATEST = "$LATEST"
# Of a function that failed to be made there is nothing, of one that is being deleted nothing any more.
_WITHOUT_CODE = ("CreateFailed", "Deleting")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class CloudFunctions:
    """The functions and layers of one account and region; a content is the SHA-256 that SCF tells of a zip."""

    def __init__(self, session: TencentSession) -> None:
        self._client = TencentClient(session, "scf")

    def functions(self) -> Iterator[FunctionUse]:
        """Every function of every namespace, and every version of it; raises CloudAnswerError."""
        for namespace in self._pages("ListNamespaces", "Namespaces"):
            for function in self._pages("ListFunctions", "Functions", Namespace=namespace["Name"]):
                named = {"Namespace": namespace["Name"], "FunctionName": function["FunctionName"]}
                yield self._use(named, _LATEST)
                for version in self._pages("ListVersionByFunction", "FunctionVersion", **named):
                    if version != _LATEST:
                        yield self._use(named, version)

    def layer_versions(self) -> Iterator[LayerVersion]:
        """Every layer version of the account in the region; raises CloudAnswerError."""
        for layer in self._pages("ListLayers", "Layers"):
            name = layer["LayerName"]
            # The one list that is not paged (wire format of ListLayerVersions).
            for version in self._ask("ListLayerVersions", LayerName=name).get("LayerVersions") or ():
                number = int(version["LayerVersion"])
                yield LayerVersion(_layer_id(version), name, number, self._layer_content(name, number))

    def delete_layer_version(self, layer: LayerVersion) -> None:
        """Remove a layer version; raises CloudAnswerError."""
        self._ask("DeleteLayerVersion", LayerName=layer.name, LayerVersion=layer.version)

    def _use(self, named: Mapping[str, str], qualifier: str) -> FunctionUse:
        asked = {**named, "Qualifier": qualifier}
        user = "/".join(named.values()) + ("" if qualifier == _LATEST else f":{qualifier}")
        found = self._ask("GetFunction", **asked, ShowCode="FALSE")
        content = ""
        image = (found.get("ImageConfig") or {}).get("ImageUri")
        if found["Status"] not in _WITHOUT_CODE and not image:
            content = _content(self._ask("GetFunctionAddress", **asked), f"GetFunctionAddress {user}")
        return FunctionUse(user, content, tuple(map(_layer_id, found.get("Layers") or ())))

    def _layer_content(self, name: str, version: int) -> str:
        answer = self._ask("GetLayerVersion", LayerName=name, LayerVersion=version)
        return _content(answer, f"GetLayerVersion {name}:{version}") if answer["Status"] == "Active" else ""

    def _pages(self, action: str, field: str, **parameters: str) -> Iterator[Any]:
        seen = 0
        while True:
            answer = self._ask(action, **parameters, Offset=seen, Limit=_PAGE)
            page = answer.get(field) or ()
            yield from page
            seen += len(page)
            # A page may be cut shorter than was asked for, and $LATEST may or may not count as a version.
            if not page or (len(page) < _PAGE and seen >= int(answer["TotalCount"])):
                return

    def _ask(self, action: str, **parameters: Any) -> dict[str, Any]:
        return retrying(passes)(self._client.ask, action, parameters)


def _layer_id(version: Mapping[str, Any]) -> str:
    return f"{version['LayerName']}:{version['LayerVersion']}"


def _content(answer: Mapping[str, Any], subject: str) -> str:
    """What an answer says of the code; CloudAnswerError if that is no SHA-256: what is in use would seem not to be."""
    found = str(answer.get("CodeSha256") or "").lower()
    if not _SHA256.fullmatch(found):
        raise CloudAnswerError(
            f"SCF {subject}: CodeSha256 is {found!r}, not 64 hexadecimal digits: what it uses is not known "
            f"(request {answer.get('RequestId', '-')})"
        )
    return found
