"""Form uploads: policies, both signatures, answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from typing import Any

import oss2
import pytest
import requests

from .conftest import REGION, ServedCloud, refusal


def policy(bucket: oss2.Bucket, *conditions: Any, seconds: float = 60) -> str:
    expiration = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(time.time() + seconds))
    document = {"expiration": expiration, "conditions": [{"bucket": bucket.bucket_name}, *conditions]}
    return base64.b64encode(json.dumps(document).encode()).decode()


def signed(served: ServedCloud, text: str, version: str = "v1") -> dict[str, str]:
    key = served.key
    if version == "v1":
        digest = hmac.digest(key.secret.encode(), text.encode(), "sha1")
        return {"OSSAccessKeyId": key.id, "policy": text, "Signature": base64.b64encode(digest).decode()}
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{date[:8]}/{REGION}/oss/aliyun_v4_request"
    signing = ("aliyun_v4" + key.secret).encode()
    for part in scope.split("/"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    return {
        "x-oss-signature-version": "OSS4-HMAC-SHA256",
        "x-oss-credential": f"{key.id}/{scope}",
        "x-oss-date": date,
        "policy": text,
        "x-oss-signature": hmac.new(signing, text.encode(), hashlib.sha256).hexdigest(),
    }


def post(
    served: ServedCloud, bucket: oss2.Bucket, fields: dict[str, str], data: bytes = b"hello", **options: Any
) -> requests.Response:
    url = f"http://{bucket.bucket_name}.oss-{REGION}.aliyuncs.com/"
    files = {"file": ("ü.png", data, "image/png")}
    return served.http().post(url, data=fields, files=files, allow_redirects=False, **options)


@pytest.mark.parametrize("version", ["v1", "v4"])
def test_a_form_makes_an_object(served: ServedCloud, bucket: oss2.Bucket, version: str) -> None:
    served.events.clear()
    data = os.urandom(3_000_000)
    fields = {
        "key": "up/${filename}",
        **signed(served, policy(bucket, ["starts-with", "$key", "up/"]), version),
        "x-oss-meta-a": "ü",
        "Cache-Control": "no-cache",
        "x-oss-object-acl": "public-read",
    }
    answer = post(served, bucket, fields, data)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["ETag"] == f'"{hashlib.md5(data).hexdigest().upper()}"'
    read = bucket.get_object("up/ü.png")
    assert read.read() == data
    assert (read.headers["Content-Type"], read.headers["Cache-Control"]) == ("image/png", "no-cache")
    assert read.headers["x-oss-meta-a"].encode("latin-1").decode() == "ü"
    assert bucket.get_object_acl("up/ü.png").acl == "public-read"
    assert [(event.name, event.key) for event in served.events] == [("ObjectCreated:PostObject", "up/ü.png")]


def test_what_the_form_asks_to_be_answered(served: ServedCloud, bucket: oss2.Bucket) -> None:
    fields = {"key": "k", **signed(served, policy(bucket))}
    assert post(served, bucket, {**fields, "success_action_status": "200"}).status_code == 200
    created = post(served, bucket, {**fields, "success_action_status": "201"})
    assert created.status_code == 201
    assert "<Key>k</Key>" in created.text
    assert post(served, bucket, {**fields, "success_action_status": "404"}).status_code == 204
    moved = post(served, bucket, {**fields, "success_action_redirect": "http://a.example/done?x=1"})
    assert moved.status_code == 303
    assert moved.headers["Location"].startswith(f"http://a.example/done?x=1&bucket={bucket.bucket_name}&key=k&etag=")


def test_an_unsigned_form_writes_where_everyone_may(served: ServedCloud, bucket: oss2.Bucket) -> None:
    answer = post(served, bucket, {"key": "k"})
    assert (answer.status_code, refusal(answer)["Code"]) == (403, "AccessDenied")
    bucket.put_bucket_acl("public-read-write")
    assert post(served, bucket, {"key": "k"}).status_code == 204
    assert bucket.get_object("k").read() == b"hello"


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (["eq", "$key", "other"], "AccessDenied"),
        (["starts-with", "$key", "other/"], "AccessDenied"),
        ({"x-oss-object-acl": "private"}, "AccessDenied"),
        (["in", "$key", ["a", "b"]], "AccessDenied"),
        (["not-in", "$key", ["k"]], "AccessDenied"),
        (["content-length-range", 6, 10], "EntityTooSmall"),
        (["content-length-range", 0, 4], "EntityTooLarge"),
        (["content-length-range", "a", 4], "InvalidPolicyDocument"),
        ({"a": "1", "b": "2"}, "InvalidPolicyDocument"),
        (["near", "$key", "k"], "InvalidPolicyDocument"),
        ("nonsense", "InvalidPolicyDocument"),
    ],
)
def test_conditions_that_do_not_hold(served: ServedCloud, bucket: oss2.Bucket, condition: Any, code: str) -> None:
    answer = post(served, bucket, {"key": "k", **signed(served, policy(bucket, condition))})
    assert refusal(answer)["Code"] == code
    assert not bucket.object_exists("k")


def test_conditions_that_hold(served: ServedCloud, bucket: oss2.Bucket) -> None:
    conditions = [
        ["eq", "$key", "k"],
        ["in", "$key", ["j", "k"]],
        ["not-in", "$key", ["l"]],
        ["content-length-range", 5, 5],
        {"success_action_status": "200"},
    ]
    fields = {"key": "k", "success_action_status": "200", **signed(served, policy(bucket, *conditions))}
    assert post(served, bucket, fields).status_code == 200


def test_forms_that_are_refused(served: ServedCloud, bucket: oss2.Bucket) -> None:
    good = {"key": "k", **signed(served, policy(bucket))}
    expired = {"key": "k", **signed(served, policy(bucket, seconds=-1))}
    for fields, code in (
        (expired, "AccessDenied"),
        ({**good, "Signature": "wrong"}, "SignatureDoesNotMatch"),
        ({**good, "OSSAccessKeyId": "LTAIunknown"}, "InvalidAccessKeyId"),
        ({name: value for name, value in good.items() if name != "policy"}, "InvalidPolicyDocument"),
        ({name: value for name, value in good.items() if name != "key"}, "InvalidObjectName"),
        ({"key": "k", **signed(served, base64.b64encode(b"no json").decode())}, "InvalidPolicyDocument"),
        ({"key": "k", **signed(served, "no base64")}, "InvalidPolicyDocument"),
        ({**good, "x-oss-callback": "e30="}, "YunfnLocalUnknownOperation"),
        ({**good, "x-oss-signature-version": "OSS2"}, "InvalidArgument"),
    ):
        assert refusal(post(served, bucket, fields))["Code"] == code, fields
    url = f"http://{bucket.bucket_name}.oss-{REGION}.aliyuncs.com/"
    assert refusal(served.http().post(url, data="x"))["Code"] == "RequestIsNotMultiPartContent"
    broken = served.http().post(url, data="x", headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert refusal(broken)["Code"] == "MalformedPOSTRequest"
    fileless = served.http().post(url, files={"key": (None, "k")})
    assert refusal(fileless)["Code"] == "IncorrectNumberOfFilesInPOSTRequest"
    assert bucket.list_objects().object_list == []
    bucket.put_object("k", b"first")
    again = post(served, bucket, {**good, "x-oss-forbid-overwrite": "true"})
    assert (again.status_code, refusal(again)["Code"]) == (409, "FileAlreadyExists")
