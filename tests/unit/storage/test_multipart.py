"""Parts: how a file is cut, and what of earlier uploads is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yunfn.storage.multipart import Part, SentPart, UnfinishedUpload, in_one_request, part_size, plan, resume

MB = 1024**2
GB = 1024**3


@given(st.integers(0, 50 * GB))
def test_parts_cover_the_file_in_order_within_the_clouds_limits(size: int) -> None:
    parts = plan(size)
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert len(parts) <= 1000
    at = 0
    for part in parts:
        assert part.offset == at
        at += part.size
    assert at == size
    # OSS: at least 100 KB but for the last; COS: at least 1 MB (both API references, "UploadPart").
    assert all(part.size == part_size(size) >= MB for part in parts[:-1])


def test_small_files_go_in_one_request_and_large_ones_in_small_parts() -> None:
    assert in_one_request(0) and in_one_request(2 * MB)
    assert not in_one_request(2 * MB + 1)
    assert part_size(200 * MB) == MB
    assert plan(0) == (Part(1, 0, 0),)


def md5_of(part: Part) -> str:
    return f"{part.number:032x}"


def sent(*parts: Part) -> tuple[SentPart, ...]:
    return tuple(SentPart(part.number, part.size, f'"{md5_of(part).upper()}"') for part in parts)


def test_without_uploads_everything_is_sent() -> None:
    parts = plan(4 * MB + 7)
    found = resume(parts, [], md5_of)
    assert (found.upload_id, found.kept, found.missing) == (None, {}, parts)


def test_the_upload_that_has_most_of_the_file_goes_on() -> None:
    parts = plan(4 * MB + 7)
    uploads = [
        UnfinishedUpload("one", sent(parts[0])),
        UnfinishedUpload("three", sent(parts[0], parts[2], parts[4])),
        UnfinishedUpload("many wrong", tuple(SentPart(part.number, part.size, "f" * 32) for part in parts)),
    ]
    found = resume(parts, uploads, md5_of)
    assert found.upload_id == "three"
    assert found.missing == (parts[1], parts[3])
    assert found.kept_bytes(parts) == 2 * MB + 7
    # Kept as the cloud wrote it: the request that completes the upload names it so.
    assert found.kept[1] == f'"{md5_of(parts[0]).upper()}"'


@pytest.mark.parametrize(
    "part",
    [
        SentPart(2, MB - 1, md5_of(Part(2, 0, 0))),
        SentPart(2, MB, md5_of(Part(3, 0, 0))),
        SentPart(6, 7, md5_of(Part(6, 0, 0))),
        SentPart(0, MB, md5_of(Part(0, 0, 0))),
    ],
    ids=["size", "content", "number past the end", "number 0"],
)
def test_a_part_that_is_not_the_files_own_is_sent_again(part: SentPart) -> None:
    parts = plan(4 * MB + 7)
    assert resume(parts, [UnfinishedUpload("only", (part,))], md5_of).missing == parts


def test_only_parts_that_may_fit_are_read() -> None:
    parts, read = plan(4 * MB + 7), list[int]()

    def digest(part: Part) -> str:
        read.append(part.number)
        return md5_of(part)

    wrong = SentPart(3, 1, "")
    resume(parts, [UnfinishedUpload("a", (*sent(parts[1]), wrong)), UnfinishedUpload("b", sent(parts[1]))], digest)
    assert read == [2]
