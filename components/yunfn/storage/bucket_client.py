"""A bucket by its cloud's client, whatever is kept there: which errors it raises, and what they mean."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from yunfn.exceptions import CloudAnswerError


class BentError(Exception):
    """Bytes came otherwise than the cloud says it has them."""


class BucketClient(ABC):
    """``bucket`` by a client that raises ``errors``; ``cloud`` and ``scheme`` are how errors name it: OSS, oss."""

    cloud: ClassVar[str]
    scheme: ClassVar[str]
    errors: ClassVar[tuple[type[BaseException], ...]]

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    @abstractmethod
    def _versioning(self) -> str:
        """The bucket's versioning: ``Enabled``, ``Suspended``, or "" if it never had any."""

    @abstractmethod
    def _temporary(self, error: BaseException) -> bool:
        """Whether the same request may go through a moment later."""

    @abstractmethod
    def _code(self, error: BaseException) -> str:
        """The cloud's code in an error, "" if it has none."""

    @abstractmethod
    def _refused(self, operation: str, subject: str, error: BaseException) -> CloudAnswerError:
        """One of ``errors`` as ours: API, code, request id, and no secret."""

    def _passing(self, error: BaseException) -> bool:
        """Whether sending the same again may do: what arrived bent counts, too."""
        return isinstance(error, BentError) or self._temporary(error)

    def _subject(self, key: str) -> str:
        return f"{self.scheme}://{self.bucket}/{key}" if key else self.bucket
