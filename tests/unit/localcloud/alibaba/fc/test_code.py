"""Where code comes from, and when its bytes go."""

from __future__ import annotations

import asyncio
import base64
import zlib

import oss2
import pytest
from alibabacloud_fc20230330 import models as m
from alibabacloud_fc20230330.client import Client
from oss2.utils import Crc64

from unit.localcloud.alibaba.fc.served_fc import Refused, ServedFc, create_function, inline, make_zip
from yunfn.localcloud.alibaba.fc.exceptions import LayerVersionNotFound
from yunfn.localcloud.alibaba.fc.models.functions import Functions
from yunfn.localcloud.alibaba.fc.models.layers import Layers
from yunfn.localcloud.alibaba.fc.packages import Packages


def crc(data: bytes) -> str:
    """The CRC-64 by OSS's own SDK."""
    checksum = Crc64()
    checksum.update(data)
    return str(checksum.crc)


def from_oss(bucket: oss2.Bucket, key: str, checksum: str | None = None) -> m.InputCodeLocation:
    return m.InputCodeLocation(oss_bucket_name=bucket.bucket_name, oss_object_name=key, checksum=checksum)


def test_code_from_oss_is_copied_when_it_is_named(client: Client, served: ServedFc) -> None:
    bucket = served.bucket("code-here")
    data = make_zip(index__py="x = 1")
    bucket.put_object("a.zip", data)
    made = create_function(client, code=from_oss(bucket, "a.zip", crc(data)))
    assert (made.code_checksum, made.code_size) == (crc(data), len(data))
    bucket.put_object("a.zip", make_zip(index__py="x = 2"))
    bucket.delete_object("a.zip")
    code = served.do(lambda: served.service.directory.resolve(served.account, "cn-hangzhou", "f").code)
    assert code is not None and code.read_bytes() == data


def test_code_in_oss_must_be_there_and_near(client: Client, served: ServedFc) -> None:
    bucket = served.bucket("code-here")
    far = served.bucket("code-far", "cn-shanghai")
    far.put_object("a.zip", make_zip(index__py="x = 1"))
    with Refused("InvalidArgument", 400, "'code-none' does not exist"):
        create_function(client, code=m.InputCodeLocation(oss_bucket_name="code-none", oss_object_name="a"))
    with Refused("InvalidArgument", 400, "'b.zip' does not exist in bucket 'code-here'"):
        create_function(client, code=from_oss(bucket, "b.zip"))
    with Refused("InvalidArgument", 400, "is in region cn-shanghai, not in cn-hangzhou"):
        create_function(client, code=from_oss(far, "a.zip"))


def test_a_checksum_must_be_the_codes_crc64(client: Client, served: ServedFc) -> None:
    data = make_zip(index__py="x = 1")
    encoded = base64.b64encode(data).decode()
    with Refused("InvalidArgument", 400, crc(data), "does not match the checksum 1 "):
        create_function(client, code=m.InputCodeLocation(zip_file=encoded, checksum="1"))
    with Refused("InvalidArgument", 400, "decimal digits"):
        create_function(client, code=m.InputCodeLocation(zip_file=encoded, checksum="0xff"))
    assert served.blobs() == 0
    assert create_function(client, code=m.InputCodeLocation(zip_file=encoded, checksum=crc(data))).code_size == len(
        data
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "code is required"),
        (m.InputCodeLocation(), "zipFile or ossBucketName and ossObjectName are required"),
        (m.InputCodeLocation(oss_bucket_name="code-here"), "are required"),
        (m.InputCodeLocation(zip_file="!!"), "not valid base64"),
        (m.InputCodeLocation(zip_file="YQ=="), "not a valid zip"),
        (m.InputCodeLocation(zip_file="YQ==", oss_bucket_name="b"), "exclude each other"),
        (m.InputCodeLocation(zip_file=base64.b64encode(zlib.compress(b"x" * 99)).decode()), "not a valid zip"),
        (m.InputCodeLocation(zip_file=base64.b64encode(make_zip(a="x")[:-9]).decode()), "not a valid zip"),
    ],
)
def test_what_is_no_code_is_refused(
    client: Client, served: ServedFc, code: m.InputCodeLocation | None, words: str
) -> None:
    with Refused("InvalidArgument", 400, words):
        create_function(client, code=code)
    assert served.blobs() == 0
    assert client.list_functions(m.ListFunctionsRequest()).body.functions == []


def test_a_zip_over_the_limit_is_refused(client: Client, served: ServedFc, monkeypatch: pytest.MonkeyPatch) -> None:
    import yunfn.localcloud.alibaba.fc.packages as packages

    monkeypatch.setattr(packages, "_MB", 1)
    with Refused("InvalidArgument", 400, "exceeds the limit 100"):
        create_function(client, code=inline(index__py="x = 1"))
    bucket = served.bucket("code-here")
    bucket.put_object("a.zip", make_zip(index__py="x" * 600))
    with Refused("InvalidArgument", 400, "exceeds the limit 500"):
        create_function(client, code=from_oss(bucket, "a.zip"))


def test_a_body_over_the_limit_is_refused_before_it_is_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    import yunfn.localcloud.alibaba.fc.request as request

    monkeypatch.setattr(request, "_BODY_LIMIT", 200)
    with Refused("EntityTooLarge", 400, "payload size exceeds maximum allowed size (200 bytes)"):
        create_function(client)


def test_bytes_go_when_nothing_uses_them_any_more(client: Client, served: ServedFc) -> None:
    update = m.UpdateFunctionInput
    create_function(client)
    assert served.blobs() == 1
    client.publish_function_version("f", m.PublishFunctionVersionRequest(body=m.PublishVersionInput()))
    client.update_function("f", m.UpdateFunctionRequest(body=update(code=inline(index__py="x = 2"))))
    assert served.blobs() == 2
    client.update_function("f", m.UpdateFunctionRequest(body=update(code=inline(index__py="x = 3"))))
    assert served.blobs() == 2
    client.delete_function_version("f", "1")
    assert served.blobs() == 1
    client.delete_function("f")
    assert served.blobs() == 0


def test_of_two_creations_at_once_one_wins_and_leaves_no_bytes(served: ServedFc) -> None:
    body = {"functionName": "f", "runtime": "python3.10", "handler": "a.b", "code": large_code().to_map()}

    async def both() -> list[object]:
        functions = Functions(served.scope, Packages(served.cloud))
        return await asyncio.gather(*(functions.create(body, {}) for _ in range(2)), return_exceptions=True)

    outcomes = served.run(both)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["FunctionAlreadyExists", "dict"]
    assert served.blobs() == 1
    served.client().delete_function("f")
    assert served.blobs() == 0
    assert served.do(lambda: served.cloud.store.kinds("fc/")) == []


def test_a_layer_that_goes_while_code_is_taken_in_is_missed(client: Client, served: ServedFc) -> None:
    layer = m.CreateLayerVersionInput(code=inline(a="1"), compatible_runtime=["python3.10"])
    arn = client.create_layer_version("l", m.CreateLayerVersionRequest(body=layer)).body.layer_version_arn
    body = {"functionName": "f", "runtime": "python3.10", "handler": "a.b", "layers": [arn]}

    async def race() -> list[object]:
        packages = Packages(served.cloud)
        creation = asyncio.ensure_future(
            Functions(served.scope, packages).create(body | {"code": large_code().to_map()}, {})
        )
        await asyncio.sleep(0)
        Layers(served.scope, packages).delete_version("l", "1")
        return await asyncio.gather(creation, return_exceptions=True)

    (outcome,) = served.run(race)
    assert isinstance(outcome, LayerVersionNotFound)
    assert served.blobs() == 0


def large_code() -> m.InputCodeLocation:
    """Code too large to be taken in at one go."""
    return inline(index__py="x" * (1 << 20))
