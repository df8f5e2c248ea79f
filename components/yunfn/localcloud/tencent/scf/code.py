"""Where code comes from: the ``Code`` of a request resolved to a stored package or an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yunfn.localcloud.tencent.api import Parameters
from yunfn.localcloud.tencent.scf.exceptions import InvalidValue, MissingPart
from yunfn.localcloud.tencent.scf.packages import BadPackageError, NotBase64Error, Packages
from yunfn.localcloud.tencent.scf.rules.choices import chosen
from yunfn.localcloud.tencent.scf.scope import ScfScope
from yunfn.localcloud.tencent.scf.siblings import code_object
from yunfn.localcloud.tencent.scf.state import Package
from yunfn.localcloud.tencent.scf.transitions import Reason

_IMAGE_TYPES = ("personal", "enterprise", "public")
_BAD_ZIP = Reason("InvalidParameterValue.ZipFile", "the code package is not a valid zip file")


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a request's code: a package, an image, or why it cannot be had.

    The cloud fetches code after it has answered: what fails then shows in the state of the function or layer.
    """

    package: Package | None = None
    image: dict[str, Any] | None = None
    failure: Reason | None = None

    @property
    def packages(self) -> list[Package]:
        """The package as a list of one or none."""
        return [self.package] if self.package else []


async def take_code(scope: ScfScope, packages: Packages, code: Parameters, *, images: bool = True) -> Taken:
    """Take in the zip that ``code`` holds (ZipFile) or names (CosBucketName, CosObjectName), or its ImageConfig.

    An object is copied now: what happens to it later does not change the function. Raises what SCF refuses at once:
    MissingParameter.Code, and InvalidParameterValue of ZipFileBase64BinasciiError, CosObjectName, CosBucketName, Code.
    """
    bucket, name = code.text("CosBucketName", ""), code.text("CosObjectName", "")
    inline, image = code.text("ZipFile", ""), code.inner("ImageConfig")
    given = [bool(inline), bool(bucket or name), bool(image.parameters)]
    if sum(given) > 1:
        raise InvalidValue("Code", "must be one of ZipFile, CosBucketName with CosObjectName, and ImageConfig")
    if image.parameters and images:
        return Taken(image=_image(image))
    if inline:
        try:
            return Taken(await packages.take_inline(inline))
        except NotBase64Error:
            raise InvalidValue("ZipFileBase64BinasciiError", "ZipFile is not valid base64") from None
        except BadPackageError:
            return Taken(failure=_BAD_ZIP)
    if not any(given):
        raise MissingPart("Code", "needs ZipFile, or CosBucketName and CosObjectName, or ImageConfig")
    if not bucket:
        raise InvalidValue("CosBucketName", "is required with CosObjectName")
    if not name.startswith("/") or name == "/":
        raise InvalidValue("CosObjectName", f"{name!r} must be a path that begins with /")
    return await _take_object(scope, packages, bucket, name, code.text("CosBucketRegion", "") or scope.region)


async def _take_object(scope: ScfScope, packages: Packages, bucket: str, name: str, region: str) -> Taken:
    chunks = code_object(scope, bucket, name.removeprefix("/"), region)
    if chunks is None:
        return Taken(
            failure=Reason(
                "ResourceNotFound.CosObject",
                f"there is no object {name} in a bucket {bucket}-{scope.cloud.tencent.app_id} of {region}",
            )
        )
    try:
        return Taken(await packages.take(chunks))
    except BadPackageError:
        return Taken(failure=_BAD_ZIP)


def _image(image: Parameters) -> dict[str, Any]:
    kind = chosen(image, "ImageType", _IMAGE_TYPES)
    uri = image.text("ImageUri", "")
    if kind is None or not uri:
        raise InvalidValue("ImageConfig" if kind else "ImageType", "needs ImageType and ImageUri")
    return {
        "ImageType": kind,
        "ImageUri": uri,
        "RegistryId": image.text("RegistryId", ""),
        "EntryPoint": image.text("EntryPoint", ""),
        "Command": image.text("Command", ""),
        "Args": image.text("Args", ""),
        "ContainerImageAccelerate": image.flag("ContainerImageAccelerate", default=False),
        "ImagePort": image.integer("ImagePort", 9000),
    }
