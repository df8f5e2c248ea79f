"""The team's store where there is no bucket: nothing to find, and nowhere to put anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from yunfn.cli.layer import store as module
from yunfn.exceptions import ArtifactError, CloudAnswerError
from yunfn.packaging import Target, pack
from yunfn.packaging.resolution import LockedArtifact
from yunfn.storage.object_store import Checksums, ObjectHead, Transfer


class Refusing:
    """An object store that refuses everything with one code."""

    bucket = "yunfn-artifacts-1-cn-x"

    def __init__(self, code: str) -> None:
        self.code = code

    def head(self, key: str) -> ObjectHead | None:
        raise CloudAnswerError(f"OSS HeadObject: {self.code}", code=self.code)

    def put(self, key: str, file: Path, checksums: Checksums, transfer: Transfer) -> ObjectHead:
        raise AssertionError

    def read(self, key: str) -> Iterator[bytes]:
        raise AssertionError

    def delete(self, key: str) -> None:
        raise AssertionError


def test_without_a_bucket_nothing_is_found_and_the_cure_is_told(tmp_path: Path) -> None:
    team = module._TeamStore(Refusing("NoSuchBucket"), "the bootstrap stack makes it")
    artifact = LockedArtifact("k", "0" * 64, "1" * 64, 1)
    assert not team.fetch("things", artifact, Target.parse("alibaba:python3.10"), tmp_path / "x.zip")
    (tmp_path / "code").mkdir()
    (tmp_path / "code/a.py").touch()
    package = pack(tmp_path / "code", cache=tmp_path / "cache")
    with pytest.raises(ArtifactError, match=r"yunfn-artifacts-1-cn-x to put layers/things/.*the bootstrap stack"):
        team.push("things", package)


def test_any_other_refusal_is_an_error(tmp_path: Path) -> None:
    team = module._TeamStore(Refusing("AccessDenied"), "")
    artifact = LockedArtifact("k", "0" * 64, "1" * 64, 1)
    with pytest.raises(CloudAnswerError, match="AccessDenied"):
        team.fetch("things", artifact, Target.parse("alibaba:python3.10"), tmp_path / "x.zip")
