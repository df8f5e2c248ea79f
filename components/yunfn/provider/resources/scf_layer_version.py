"""``yunfn:scf:LayerVersion``: one version of a layer of SCF, published once, never changed.

SCF publishes the same content again and again, so a run that was killed between the publish and its record would leave
a version that nobody knows. A tag says whose a layer is, but it is the layer's, not a version's: which version is this
resource's is told by the mark at the end of its description, which is over the content too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from yunfn.exceptions import CloudAnswerError, OperationStoppedError, ValidationError, YunfnError
from yunfn.provider.code_digest import hexadecimal
from yunfn.provider.declaration import CheckFailure, Declaration, Difference, Property, refreshed, root, with_defaults
from yunfn.provider.declared_resource import DeclaredResource
from yunfn.provider.failures import PartialFailureError
from yunfn.provider.function_place import ACCOUNT, REGION
from yunfn.provider.mark import TAG, described, mark_of, own_tags, split_mark
from yunfn.provider.operations import Operation
from yunfn.provider.pace import watched
from yunfn.provider.properties import Properties
from yunfn.provider.resource import State, Timeouts
from yunfn.provider.session import Sessions
from yunfn.provider.tencent_api import TencentApi
from yunfn.runtimes import SCF_LIMITS

_GONE = ("ResourceNotFound.LayerVersion", "ResourceNotFound.Layer")
_PUBLISHING = "Publishing"
_ACTIVE = "Active"

_KEPT = (
    ACCOUNT,
    REGION,
    Property("layerName", "string", "Name of the layer, 1 to 64 characters.", replaces=True),
    Property(
        "compatibleRuntimes",
        "array",
        "Runtimes that it goes with, 1 to 5, such as Python3.10.",
        replaces=True,
        unordered=True,
        items=Property("runtime", "string", "A runtime."),
    ),
    Property(
        "content",
        "object",
        "The zip in COS that is unpacked into /opt. Another place is no change while the digest stays.",
        replaces=True,
        type_name="LayerContent",
        fields=(
            Property("cosBucketName", "string", "Bucket of the zip, with or without -<APPID>.", required=False),
            Property(
                "cosBucketRegion", "string", "Region of the bucket; by default the layer's.", required=False
            ),
            Property("cosObjectName", "string", "Key of the zip.", required=False),
        ),
    ),
    Property("sha256", "string", "SHA-256 of the zip's bytes, hexadecimal; its identity.", replaces=True),
    Property("description", "string", "What is in it.", required=False, replaces=True),
    Property("licenseInfo", "string", "Its license.", required=False, replaces=True),
    Property(
        "tags",
        "map",
        "Tags of the layer, which all of its versions share.",
        required=False,
        items=Property("value", "string", "Value of a tag.", empty=True),
    ),
)  # fmt: skip


class LayerVersion(DeclaredResource):
    """Publishes, adopts and removes versions of layers."""

    declaration = Declaration(
        token="yunfn:scf:LayerVersion",  # noqa: S106
        description=(
            "A version of a layer of SCF, published once and waited for. Other content is another version; what an "
            "interrupted run left is adopted."
        ),
        inputs=_KEPT,
        outputs=(
            *_KEPT,
            Property("layerVersion", "integer", "The version's number; it is never given again."),
            Property("codeSha256", "string", "SHA-256 of the zip, as SCF tells it."),
            Property("addTime", "string", "When it was published, as SCF writes it."),
            Property("status", "string", "Active, unless something failed."),
        ),
    )
    timeouts = Timeouts(create=600, update=600, delete=300, read=180)

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def check(self, inputs: Properties) -> list[CheckFailure]:
        """See Resource."""
        found = super().check(inputs)
        digest, runtimes = inputs.known("sha256"), inputs.known("compatibleRuntimes")
        if isinstance(digest, str) and digest and (len(digest) != 64 or set(digest) - set("0123456789abcdef")):
            found.append(CheckFailure("sha256", f"must be 64 hexadecimal digits in lower case, not {digest!r}"))
        if isinstance(runtimes, list) and not 1 <= len(runtimes) <= SCF_LIMITS.compatible_runtimes:
            found.append(CheckFailure("compatibleRuntimes", f"must be 1 to {SCF_LIMITS.compatible_runtimes}"))
        found += own_tags(inputs)
        return found

    def diff(self, old_inputs: Properties, old_outputs: Properties, inputs: Properties) -> list[Difference]:
        """See Resource. Where the zip lies is no change while its digest stays."""
        found = super().diff(old_inputs, old_outputs, inputs)
        return [each for each in found if root(each.property) != "content"]

    async def create(self, operation: Operation, inputs: Properties) -> State:
        """See Resource."""
        wanted = with_defaults(_KEPT, inputs)
        content = _content(operation, wanted)
        scf = await self._api(operation, wanted)
        name, mark = wanted["layerName"], _mark(operation.urn, wanted)

        async def left() -> dict[str, Any] | None:
            answer = await scf.call(operation, "ListLayerVersions", {"LayerName": name})
            own = [each for each in answer["LayerVersions"] if split_mark(each.get("Description") or "")[1] == mark]
            return own[0] if own else None

        known = await left()
        if known is None:
            operation.progress(f"publishing {name}")
            parameters = {
                "LayerName": name,
                "CompatibleRuntimes": wanted["compatibleRuntimes"],
                "Content": content,
                "Description": described(wanted.get("description") or "", mark),
                "LicenseInfo": wanted.get("licenseInfo") or "",
                "Tags": [
                    {"Key": key, "Value": value}
                    for key, value in (*wanted.get("tags", {}).items(), (TAG, mark_of(operation.urn)))
                ],
            }
            known = await scf.call(operation, "PublishLayerVersion", parameters, landed=left)
        version = int(known["LayerVersion"])
        try:
            found = await _settled(operation, scf, name, version, begun=True)
        except OperationStoppedError as error:
            outputs = {**wanted, "layerVersion": version, "status": _PUBLISHING}
            raise PartialFailureError(f"{name}:{version}", outputs, str(error)) from error
        if found is None or found["Status"] != _ACTIVE:
            # Nothing is left of it: a version cannot be put right.
            await _delete(operation, scf, name, version)
            raise _failed(operation, name, version, found)
        if hexadecimal(found["CodeSha256"]) != wanted["sha256"]:
            operation.warn(
                f"{name}:{version}: SCF says that its zip has the SHA-256 {found['CodeSha256']}, not {wanted['sha256']}"
            )
        return State(f"{name}:{version}", _outputs(wanted, found))

    async def read(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> State | None:
        """See Resource."""
        imported = "account" not in outputs
        name, _, number = id.rpartition(":")
        if not name or not number.isdecimal():
            raise CloudAnswerError(f"{operation.name}: {id!r} cannot be imported: the id is <layer>:<version>")
        where: Mapping[str, Any] = outputs
        if imported:
            session = await self._sessions.tencent(operation, self._sessions.tencent_region(), None)
            where = {"account": session.appid, "region": session.region}
        scf = await self._api(operation, where)
        found = await _settled(operation, scf, name, int(number))
        if found is None:
            return None
        recorded = {} if imported else dict(inputs)
        digest = hexadecimal(found["CodeSha256"])
        told: dict[str, Any] = {
            "account": where["account"],
            "region": where["region"],
            "layerName": name,
            "compatibleRuntimes": list(found["CompatibleRuntimes"]),
            "description": split_mark(found.get("Description") or "")[0] or None,
            "licenseInfo": found.get("LicenseInfo") or None,
        }
        if imported or digest != outputs.get("codeSha256"):
            told["sha256"] = digest
        if imported or "tags" in recorded:
            told["tags"] = await _tags(operation, scf, name, int(number))
        now = refreshed(_KEPT, recorded, told)
        now.setdefault("content", {})
        made = _outputs(with_defaults(_KEPT, now), found)
        if found["Status"] != _ACTIVE:
            raise PartialFailureError(id, made, str(_failed(operation, name, int(number), found)), now)
        return State(id, made, now)

    async def update(self, operation: Operation, id: str, outputs: Properties, inputs: Properties) -> dict[str, Any]:
        """See Resource. Tags are all that can change; after a stop, what was published is waited for."""
        wanted = with_defaults(_KEPT, inputs)
        scf = await self._api(operation, wanted)
        name, version = wanted["layerName"], int(id.rpartition(":")[2])
        found = await _settled(operation, scf, name, version)
        if found is None:
            raise CloudAnswerError(
                f"{operation.name}: {id} is gone; pulumi refresh takes note of it, the next up makes it"
            )
        if found["Status"] != _ACTIVE:
            await _delete(operation, scf, name, version)
            raise _failed(operation, name, version, found)
        old, new = outputs.get("tags") or {}, wanted.get("tags") or {}
        if old != new:
            tags = await self._sessions.tencent_api(operation, "tag", wanted["region"], wanted["account"])
            parameters = {
                "Resource": f"qcs::scf:{wanted['region']}:uin/:layer/{name}",
                "ReplaceTags": [{"TagKey": key, "TagValue": value} for key, value in new.items()],
                "DeleteTags": [{"TagKey": key} for key in old if key not in new],
            }
            try:
                await tags.call(operation, "ModifyResourceTags", parameters)
            except YunfnError as error:
                raise PartialFailureError(id, {**_outputs(wanted, found), "tags": old}, str(error)) from error
        return _outputs(wanted, found)

    async def delete(self, operation: Operation, id: str, outputs: Properties) -> None:
        """See Resource."""
        scf = await self._api(operation, outputs)
        await _delete(operation, scf, outputs["layerName"], int(outputs["layerVersion"]))

    async def _api(self, operation: Operation, where: Mapping[str, Any]) -> TencentApi:
        return await self._sessions.tencent_api(operation, "scf", where["region"], where["account"])


def _mark(urn: str, wanted: Mapping[str, Any]) -> str:
    """The mark of what this resource publishes: other content is another version of the same resource."""
    frozen = {name: wanted.get(name) for name in ("sha256", "description", "licenseInfo")}
    frozen["compatibleRuntimes"] = sorted(wanted["compatibleRuntimes"])
    return mark_of(f"{urn} {hashlib.sha256(json.dumps(frozen, sort_keys=True).encode()).hexdigest()}")


def _content(operation: Operation, wanted: Mapping[str, Any]) -> dict[str, Any]:
    given = wanted["content"]
    if not given.get("cosBucketName") or not given.get("cosObjectName"):
        rule = "must say where the zip is, to publish a version: cosBucketName and cosObjectName"
        raise ValidationError(operation.name, "content", given, rule)
    return {
        "CosBucketName": given["cosBucketName"].removesuffix(f"-{wanted['account']}"),
        "CosBucketRegion": given.get("cosBucketRegion") or wanted["region"],
        "CosObjectName": "/" + given["cosObjectName"].lstrip("/"),
    }


async def _settled(
    operation: Operation, scf: TencentApi, name: str, version: int, *, begun: bool = False
) -> dict[str, Any] | None:
    """What GetLayerVersion says once nothing is under way; None if it is gone. ``begun``: it was published just now."""

    async def look() -> dict[str, Any] | None:
        return await scf.find(operation, "GetLayerVersion", {"LayerName": name, "LayerVersion": version}, _GONE)

    def under_way(found: dict[str, Any] | None) -> str | None:
        return f"{name}:{version} is {_PUBLISHING}" if found and found["Status"] == _PUBLISHING else None

    return await watched(operation, look, under_way, begun="scf publish layer" if begun else "")


async def _tags(operation: Operation, scf: TencentApi, name: str, version: int) -> dict[str, str]:
    answer = await scf.call(operation, "ListLayerVersions", {"LayerName": name})
    tags = next((each.get("Tags") for each in answer["LayerVersions"] if each["LayerVersion"] == version), None)
    return {each["Key"]: each["Value"] for each in tags or () if each["Key"] != TAG}


async def _delete(operation: Operation, scf: TencentApi, name: str, version: int) -> None:
    await scf.find(operation, "DeleteLayerVersion", {"LayerName": name, "LayerVersion": version}, _GONE)


def _outputs(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **wanted,
        "layerVersion": found["LayerVersion"],
        "codeSha256": hexadecimal(found["CodeSha256"]),
        "addTime": found.get("AddTime") or "",
        "status": found["Status"],
    }


def _failed(operation: Operation, name: str, version: int, found: Mapping[str, Any] | None) -> CloudAnswerError:
    status = found["Status"] if found else "gone"
    return CloudAnswerError(
        f"{operation.name}: the version {version} of the layer {name} is {status}. SCF gives no reason; it cannot read "
        f"the object in COS, or that is no zip, or unpacked more than {SCF_LIMITS.code_mb} MB. Nothing of it is left",
        code=status,
    )
