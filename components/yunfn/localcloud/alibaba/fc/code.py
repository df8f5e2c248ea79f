"""Where code comes from: the ``code`` of a request resolved to a stored package."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from yunfn.localcloud.alibaba.fc.exceptions import InvalidArgument
from yunfn.localcloud.alibaba.fc.packages import Packages
from yunfn.localcloud.alibaba.fc.rules.fields import Fields
from yunfn.localcloud.alibaba.fc.siblings import code_object
from yunfn.localcloud.alibaba.fc.state import Package
from yunfn.runtimes import FC_LIMITS

if TYPE_CHECKING:
    from yunfn.localcloud.alibaba.fc.scope import FcScope

_CHECKSUM = re.compile(r"\d{1,20}")


async def take_code(scope: FcScope, packages: Packages, code: Fields, limit_mb: int) -> Package:
    """Take in the zip that ``code`` holds (zipFile) or names (ossBucketName, ossObjectName); raises InvalidArgument.

    An object is copied now: what happens to it later does not change the function. ``limit_mb`` bounds the size
    of an object; inline code has a limit of its own. A checksum, if given, must be the zip's CRC-64.
    """
    inline = code.text("zipFile")
    bucket, name = code.text("ossBucketName"), code.text("ossObjectName")
    checksum = code.text("checksum") or None
    if checksum and not _CHECKSUM.fullmatch(checksum):
        raise InvalidArgument(f"{code.name('checksum')} '{checksum}' is invalid: a CRC-64 in decimal digits is wanted")
    if inline and (bucket or name):
        raise InvalidArgument(f"{code.name('zipFile')} and {code.name('ossBucketName')} exclude each other")
    if inline:
        return await packages.take_inline(inline, checksum, FC_LIMITS.inline_code_mb)
    if not bucket or not name:
        raise InvalidArgument(f"{code.name('zipFile')} or ossBucketName and ossObjectName are required")
    path: Path = code_object(scope, bucket, name)
    return await packages.take_file(path, checksum, limit_mb)
