"""A bucket of COS by its Python client cos-python-sdk-v5."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from qcloud_cos.cos_exception import CosClientError
from requests.structures import CaseInsensitiveDict

from yunfn.exceptions import CloudAnswerError
from yunfn.storage import cos_client
from yunfn.storage.bucket_client import BucketClient

if TYPE_CHECKING:
    from qcloud_cos import CosS3Client


class CosBucket(BucketClient):
    """See BucketClient; the subclass opens the client."""

    cloud: ClassVar[str] = "COS"
    scheme: ClassVar[str] = "cos"
    errors: ClassVar[tuple[type[BaseException], ...]] = cos_client.ERRORS
    _cos: CosS3Client

    def _versioning(self) -> str:
        return str(self._call(self._cos.get_bucket_versioning).get("Status") or "")

    def _temporary(self, error: BaseException) -> bool:
        return cos_client.temporary(error)

    def _code(self, error: BaseException) -> str:
        return cos_client.code_of(error)

    def _refused(self, operation: str, subject: str, error: BaseException) -> CloudAnswerError:
        return cos_client.refused(operation, subject, error)

    def _call(self, method: Callable[..., Any], **arguments: Any) -> CaseInsensitiveDict[Any]:
        """One request of the client; its answer's headers and elements by name, in any case."""
        try:
            return CaseInsensitiveDict(method(Bucket=self.bucket, **arguments) or {})
        except CosClientError as error:
            if (behind := cos_client.reveal(error)) is not error:
                raise behind from None
            raise
