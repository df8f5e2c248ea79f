"""A bucket of OSS by its Python client oss2."""

from __future__ import annotations

from typing import ClassVar

import oss2
import requests

from yunfn.exceptions import CloudAnswerError
from yunfn.storage import oss_client
from yunfn.storage.bucket_client import BucketClient


class OssBucket(BucketClient):
    """See BucketClient; the subclass opens the client."""

    cloud: ClassVar[str] = "OSS"
    scheme: ClassVar[str] = "oss"
    errors: ClassVar[tuple[type[BaseException], ...]] = (
        oss2.exceptions.OssError,
        requests.exceptions.RequestException,
    )
    _oss: oss2.Bucket

    def _versioning(self) -> str:
        return str(self._oss.get_bucket_versioning().status or "")

    def _temporary(self, error: BaseException) -> bool:
        return oss_client.temporary(error)

    def _code(self, error: BaseException) -> str:
        return str(getattr(error, "code", ""))

    def _refused(self, operation: str, subject: str, error: BaseException) -> CloudAnswerError:
        return oss_client.refused(operation, subject, error)
