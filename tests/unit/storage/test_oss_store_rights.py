"""The rights that the store on OSS says it needs are enough, and a missing one is named by the request it stops."""

from __future__ import annotations

import os
import re
from pathlib import Path

import oss2
import pytest

from support.ram_user import user
from support.store_backends import checksums_of
from yunfn.exceptions import CloudAnswerError
from yunfn.storage import multipart
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.object_store import Transfer
from yunfn.storage.oss_store import OssStore

# The SDK brings a urllib3 of its own, of years ago.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")
KEY = "code/hello/0123.zip"
RIGHTS = re.findall(r"oss:\w+", OssStore.__doc__ or "")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(os.urandom(3 * 1024**2))
    return path


def begun(bucket: oss2.Bucket, file: Path) -> None:
    """An upload of the file with one part, as a killed one leaves it."""
    part = multipart.plan(file.stat().st_size)[0]
    upload = bucket.init_multipart_upload(KEY).upload_id
    bucket.upload_part(KEY, upload, part.number, file.read_bytes()[: part.size])


def test_the_rights_that_are_documented_are_enough(session: AlibabaSession, bucket: oss2.Bucket, file: Path) -> None:
    assert len(RIGHTS) == 7
    store = OssStore(user(session, bucket.bucket_name, RIGHTS), bucket.bucket_name)
    begun(bucket, file)
    assert store.head(KEY) is None
    head = store.put(KEY, file, checksums_of(file), Transfer())
    assert store.head(KEY) == head
    assert b"".join(store.read(KEY)) == file.read_bytes()
    store.delete(KEY)
    assert store.head(KEY) is None


@pytest.mark.parametrize("missing", RIGHTS)
def test_none_of_them_is_too_many(session: AlibabaSession, bucket: oss2.Bucket, file: Path, missing: str) -> None:
    rights = [each for each in RIGHTS if each != missing]
    store = OssStore(user(session, bucket.bucket_name, rights), bucket.bucket_name)
    begun(bucket, file)
    with pytest.raises(CloudAnswerError, match=r"OSS \w+ .*AccessDenied: .*\(request [0-9A-F-]{36}\)"):
        store.put(KEY, file, checksums_of(file), Transfer())
        store.delete(KEY)
