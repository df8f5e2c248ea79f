"""Small objects that are created and never written over: one after the other by number, as records of rollouts are.

Two writers of one number are told apart by the cloud, which takes the first and refuses the second; and a writer that
got no answer finds out by a mark on the object, told of by nobody else, whether it was the first.
"""

from __future__ import annotations

import functools
import uuid
from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar

from tenacity import stop_after_delay

from yunfn.exceptions import ArtifactError, CloudAnswerError, ObjectExistsError
from yunfn.storage.bucket_client import BentError, BucketClient
from yunfn.storage.names import BOOTSTRAP
from yunfn.storage.part_sender import retrying

T = TypeVar("T")

#: Seconds for a connection to stand, and for each wait for bytes from the cloud.
TIMEOUT: Final = (5, 10)
#: The largest object that is read, in bytes: an event with its measurements has some thousand.
LARGEST: Final = 4 * 2**20
# Seconds after which nothing is tried again: who keeps a record has more to do than to wait for it.
_TRYING: Final = 20.0
# Which metadata tells the writer.
MARK: Final = "yunfn-write"


class NumberedObjects(Protocol):
    """A bucket's small objects. Every method blocks and raises CloudAnswerError for what the cloud refuses."""

    bucket: str

    def folders(self, prefix: str) -> list[str]:
        """What stands between ``prefix`` and the next slash in the bucket's keys, each once, in order."""

    def read(self, key: str) -> bytes | None:
        """An object's bytes, None if there is none; raises ArtifactError for one of more than 4 MB."""

    def create(self, key: str, content: bytes) -> None:
        """Make an object, private and encrypted; it lies there whole when this returns.

        Tried again where no answer came, and a success too where one of the tries turns out to have arrived. Where it
        ends with CloudAnswerError it may lie there: reading tells.

        Raises:
            ObjectExistsError: there is one by another call; it is left as it is.
            ArtifactError: the bucket has or had versions: the cloud then writes over objects.
        """


class CreateOnlyObjects(BucketClient):
    """NumberedObjects (see there) over a cloud's client, whose requests the subclass makes.

    What the subclass brings raises the client's own errors, which ``errors`` names. Safe to use from several threads.
    """

    def __init__(self, bucket: str) -> None:
        super().__init__(bucket)
        self._never_versioned = False

    def folders(self, prefix: str) -> list[str]:
        """See NumberedObjects."""
        found = self._ask("ListObjects", prefix, lambda: list(self._list_folders(prefix)))
        return sorted({each.removeprefix(prefix).strip("/") for each in found})

    def read(self, key: str) -> bytes | None:
        """See NumberedObjects."""
        return self._ask("GetObject", key, functools.partial(self._get, key))

    def create(self, key: str, content: bytes) -> None:
        """See NumberedObjects."""
        self._refuse_versioned()
        mark, unanswered = uuid.uuid4().hex, False

        def put() -> None:
            nonlocal unanswered
            try:
                version = self._put(key, content, mark)
            except self.errors as error:
                if self._code(error) != "FileAlreadyExists":
                    unanswered = True
                    raise
                # Of one that arrived before its answer was lost, or of somebody else.
                if not unanswered or self._mark(key) != mark:
                    raise ObjectExistsError(f"{self._subject(key)}: is there already; it was left as it is") from None
                return
            if version:
                raise ArtifactError(f"{self._subject(key)}: the bucket became versioned: {self._unsafe()}")

        self._ask("PutObject", key, put)

    @abstractmethod
    def _list_folders(self, prefix: str) -> Iterable[str]:
        """The common prefixes of keys that begin with ``prefix``, up to the next slash."""

    @abstractmethod
    def _get(self, key: str) -> bytes | None:
        """GetObject; None if there is none; may raise BentError, and ArtifactError of too large a one."""

    @abstractmethod
    def _put(self, key: str, content: bytes, mark: str) -> str:
        """PutObject, create-only, private, encrypted, with ``mark`` as its metadata MARK; its version, "" for none."""

    @abstractmethod
    def _mark(self, key: str) -> str:
        """The metadata MARK of an object, "" where it has none or there is no object."""

    def _refuse_versioned(self) -> None:
        """Raise ArtifactError where the cloud would ignore forbid-overwrite (OSS and COS documentation, PutObject).

        Asked once: a bucket that gets versions later says so in its answer to each write.
        """
        if self._never_versioned:
            return
        status = self._ask("GetBucketVersioning", "", self._versioning)
        if status:
            raise ArtifactError(f"{self.cloud} bucket {self.bucket}: versioning is {status}: {self._unsafe()}")
        self._never_versioned = True

    def _unsafe(self) -> str:
        return (
            f"{self.cloud} then ignores that an object must not be overwritten, so two writers would not notice each "
            "other; use a bucket that was never versioned"
        )

    def _ask(self, operation: str, key: str, call: Callable[[], T]) -> T:
        tries = retrying(self._passing)
        often, late = tries.stop, stop_after_delay(_TRYING)
        try:
            return tries.copy(stop=lambda state: often(state) or late(state))(call)
        except BentError as error:
            raise CloudAnswerError(
                f"{self.cloud} {operation} {self._subject(key)}: {error}, again and again"
            ) from error
        except self.errors as error:
            refused = self._refused(operation, self._subject(key), error)
            if self._code(error) != "NoSuchBucket":
                raise refused from error
            raise CloudAnswerError(
                f"the bucket {self.bucket} is not there. The bootstrap program makes the artifact bucket, once per "
                f"account and region: {BOOTSTRAP[self.scheme]} ({refused})",
                code=refused.code,
                status=refused.status,
            ) from error

    def _too_large(self, key: str, size: int) -> ArtifactError:
        return ArtifactError(
            f"{self._subject(key)}: holds an object of {size} bytes, and none of a record is larger than {LARGEST}: "
            "somebody else put it there"
        )
