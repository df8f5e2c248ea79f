"""What is OSS's own in the artifact store: how its client's errors read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from yunfn.exceptions import CloudAnswerError
from yunfn.storage.alibaba_session import AlibabaSession
from yunfn.storage.object_store import Checksums, Transfer
from yunfn.storage.oss_store import OssStore


@pytest.mark.parametrize("size", [1000, 3 * 1024**2])
def test_no_secret_is_in_an_error(session: AlibabaSession, store: OssStore, tmp_path: Path, size: int) -> None:
    file = tmp_path / "package.zip"
    file.write_bytes(bytes(size))
    forged = replace(session, access_key_secret="w" * 30, token="")
    with pytest.raises(CloudAnswerError, match="SignatureDoesNotMatch") as refused:
        OssStore(forged, store.bucket).put("code/hello/0123.zip", file, Checksums(0, ""), Transfer())
    said = "".join(map(str, (refused.value, refused.value.args)))
    assert forged.access_key_secret not in said and forged.access_key_id not in said and "Signature=" not in said
