"""UploadLog by the official client: a body in protobuf, parameters in headers."""

from __future__ import annotations

import json
import time

import pytest
from lz4 import block
from tencentcloud.cls.v20201016 import models
from tencentcloud.cls.v20201016.cls_client import ClsClient

from support.tencent_sdk import refused, sdk_client
from unit.localcloud.tencent.cls.conftest import REGION, RULE, Cls
from yunfn.localcloud.keys import TENCENT, Principal

NOW = int(time.time())


def number(value: int) -> bytes:
    """A varint, as protobuf's encoding guide says."""
    parts = []
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*parts, value])


def block_of(field: int, content: bytes | str) -> bytes:
    data = content.encode() if isinstance(content, str) else content
    return number(field << 3 | 2) + number(len(data)) + data


def log(moment: int, **contents: str) -> bytes:
    pairs = (block_of(2, block_of(1, key) + block_of(2, value)) for key, value in contents.items())
    return block_of(1, number(1 << 3) + number(moment) + b"".join(pairs))


def body(*logs: bytes, source: str = "10.0.0.1") -> bytes:
    return block_of(1, b"".join(logs) + block_of(4, source))


class Uploader:
    def __init__(self, cls: Cls, topic: str) -> None:
        self.cls = cls
        self.topic = topic
        self.client = sdk_client(ClsClient, cls.cloud.home, cls.cloud.port, REGION)

    def send(self, data: bytes, compression: str = "", topic: str = "") -> str:
        request = models.UploadLogRequest()
        # None is no header's value: the client sends every parameter that there is.
        request._deserialize({"TopicId": topic or self.topic, "HashKey": "", "CompressType": compression})
        return str(self.client.UploadLog(request, data).RequestId)

    def found(self) -> list[tuple[int, str, dict[str, str]]]:
        answer = self.cls.search(self.topic, Sort="asc")
        return [(one.Time, one.Source, json.loads(one.LogJson)) for one in answer.Results]


@pytest.fixture
def uploader(cls: Cls) -> Uploader:
    return Uploader(cls, cls.topic(rule=RULE))


@pytest.mark.parametrize("compression", ["", "lz4"])
def test_what_is_uploaded_is_found(uploader: Uploader, compression: str) -> None:
    # Seconds, milliseconds and microseconds are told by their size.
    data = body(log(NOW, n="1", 词="函数"), log(NOW * 1000 + 7, n="2"), log(NOW * 10**6 + 8000, n="3"))
    assert uploader.send(block.compress(data, store_size=False) if compression else data, compression)
    assert uploader.found() == [
        (NOW * 1000, "10.0.0.1", {"n": "1", "词": "函数"}),
        (NOW * 1000 + 7, "10.0.0.1", {"n": "2"}),
        (NOW * 1000 + 8, "10.0.0.1", {"n": "3"}),
    ]


def test_source_and_file_are_fields_of_their_own(uploader: Uploader) -> None:
    uploader.send(body(log(NOW, n="1"), block_of(3, "/var/log/a.log")) + body(log(NOW, n="2"), block_of(3, "/b.log")))
    (found,) = uploader.cls.search(uploader.topic, "__FILENAME__:'/var/log/a.log'").Results
    assert (found.FileName, json.loads(found.LogJson)) == ("/var/log/a.log", {"n": "1"})
    assert len(uploader.cls.search(uploader.topic, "__SOURCE__:10.0.0.1").Results) == 2


def test_what_cannot_be_read_is_refused(uploader: Uploader) -> None:
    good = body(log(NOW, n="1"))
    refused("ResourceNotFound.TopicNotExist", uploader.send, good, topic="absent")
    refused("InvalidParameter.Content", uploader.send, b"\xff\xff\xff")
    refused("InvalidParameter.Content", uploader.send, good, "lz4")
    refused("InvalidParameter.Content", uploader.send, body(log(NOW, _n="1")))
    refused("InvalidParameter.Content", uploader.send, body(block_of(1, block_of(2, block_of(1, b"\xff")))))
    refused("InvalidParameter.Content", uploader.send, body(*[log(NOW, n="1")] * 10_001))
    refused("InvalidParameterValue", uploader.send, good, "gzip")
    refused("YunfnLocalUnknownOperation", uploader.send, good, "zstd")
    tag = block_of(5, block_of(1, "k") + block_of(2, "v"))
    refused("YunfnLocalUnknownOperation", uploader.send, body(log(NOW, n="1"), tag))
    assert uploader.found() == []


def test_uploading_needs_a_right_of_its_own(uploader: Uploader) -> None:
    cloud = uploader.cls.cloud
    account = cloud.home.tencent.uin
    user = cloud.run(lambda one: one.tencent_keys.create(Principal(account, "user", "100", cloud=TENCENT)))
    uploader.client = sdk_client(ClsClient, cloud.home, cloud.port, REGION, user)
    told = refused("UnauthorizedOperation.CAM", uploader.send, body(log(NOW, n="1")))
    assert f"(cls:pushLog), resource (qcs::cls:{REGION}:uin/{account}:topic/{uploader.topic})" in told
