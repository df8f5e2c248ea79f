"""Who is believed: V1 and V4 signatures of oss2 and of the Go SDK, presigned URLs, security tokens, refusals."""

from __future__ import annotations

import hashlib
import hmac
import time
from email.utils import formatdate

import oss2
import pytest

from yunfn.localcloud.keys import AccessKey, Principal

from .conftest import REGION, ServedCloud, refusal

BOTH = pytest.mark.parametrize("version", ["v1", "v4"])
HOUR = 3600


def temporary(served: ServedCloud, seconds: float) -> AccessKey:
    return served.inside(lambda cloud: cloud.keys.create_temporary(Principal(cloud.account, "root"), seconds))


@BOTH
def test_a_wrong_secret_is_told_what_should_have_been_signed(served: ServedCloud, version: str) -> None:
    bucket = served.fresh()
    wrong = served.bucket(bucket.bucket_name, oss2.make_auth(served.key.id, "wrong", version))
    with pytest.raises(oss2.exceptions.SignatureDoesNotMatch) as refused:
        wrong.get_bucket_info()
    details = refused.value.details
    assert refused.value.status == 403
    assert details["OSSAccessKeyId"] == served.key.id
    assert details["StringToSign"].startswith("OSS4-HMAC-SHA256" if version == "v4" else "GET\n")
    assert bytes.fromhex(details["StringToSignBytes"].replace(" ", "")).decode() == details["StringToSign"]
    assert details["SignatureProvided"]
    assert details["HostId"] == f"{bucket.bucket_name}.oss-{REGION}.aliyuncs.com"
    assert "wrong" not in str(details)


@BOTH
def test_an_unknown_key(served: ServedCloud, version: str) -> None:
    stranger = served.bucket(served.fresh().bucket_name, oss2.make_auth("LTAIunknown", "secret", version))
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        stranger.put_object("k", b"x")
    assert (refused.value.status, refused.value.code) == (403, "InvalidAccessKeyId")
    assert refused.value.details["OSSAccessKeyId"] == "LTAIunknown"


@BOTH
def test_a_header_changed_after_signing_is_noticed(served: ServedCloud, version: str) -> None:
    url = served.fresh(version=version).sign_url("PUT", "k", 60, headers={"x-oss-meta-a": "1"})
    assert served.http().put(url, data=b"x", headers={"x-oss-meta-a": "1"}).status_code == 200
    answer = served.http().put(url, data=b"x", headers={"x-oss-meta-a": "2"})
    assert refusal(answer)["Code"] == "SignatureDoesNotMatch"


@BOTH
@pytest.mark.parametrize("key", ["plain", "a/b c", "ü/日本", "per%cent+plus", "a?b&c=d#e"])
def test_presigned_urls_of_any_key(served: ServedCloud, version: str, key: str) -> None:
    bucket = served.fresh(version=version)
    assert served.http().put(bucket.sign_url("PUT", key, 60), data=b"hello").status_code == 200
    params = {"response-content-type": "text/x y", "response-content-disposition": 'attachment; filename="ü"'}
    answer = served.http().get(bucket.sign_url("GET", key, 60, params=params))
    assert (answer.status_code, answer.content) == (200, b"hello")
    assert answer.headers["Content-Type"] == "text/x y"


@BOTH
def test_a_presigned_url_expires(served: ServedCloud, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = served.fresh(version=version)
    bucket.put_object("k", b"x")
    url = bucket.sign_url("GET", "k", 60)
    assert served.http().get(url).status_code == 200
    real = time.time
    monkeypatch.setattr("yunfn.localcloud.alibaba.signatures.oss_v1.time.time", lambda: real() + 120)
    answer = served.http().get(url)
    assert answer.status_code == 403
    assert (refusal(answer)["Code"], refusal(answer)["Message"]) == ("AccessDenied", "Request has expired.")


def test_a_presigned_url_lasts_a_week_at_most(served: ServedCloud) -> None:
    url = served.fresh().sign_url("GET", "k", 7 * 24 * HOUR + 1)
    assert refusal(served.http().get(url))["Code"] == "InvalidArgument"


@BOTH
def test_a_request_signed_too_long_ago(served: ServedCloud, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = served.fresh(version=version)
    bucket.get_bucket_info()
    real = time.time
    monkeypatch.setattr("yunfn.localcloud.alibaba.signatures.oss_times.time.time", lambda: real() + 20 * 60)
    # oss2 asks the same function for the time, through its own module; only the cloud's is moved.
    date = formatdate(real(), usegmt=True)
    monkeypatch.setattr("oss2.utils.http_date", lambda: date)
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.get_bucket_info()
    assert (refused.value.status, refused.value.code) == (403, "RequestTimeTooSkewed")
    assert refused.value.details["MaxAllowedSkewMilliseconds"] == "900000"


@BOTH
def test_a_moved_clock_locks_nobody_out(served: ServedCloud, version: str) -> None:
    bucket = served.fresh(version=version)
    served.inside(lambda cloud: cloud.clock.move(40 * 24 * HOUR))
    try:
        bucket.put_object("k", b"x")
        assert served.http().get(bucket.sign_url("GET", "k", 60)).content == b"x"
        assert bucket.head_object("k").last_modified > time.time() + 39 * 24 * HOUR
    finally:
        served.inside(lambda cloud: cloud.clock.move(-40 * 24 * HOUR))


@BOTH
def test_security_tokens(served: ServedCloud, version: str) -> None:
    name = served.fresh().bucket_name
    key = temporary(served, HOUR)
    bucket = served.bucket(name, oss2.StsAuth(key.id, key.secret, key.token, version))
    bucket.put_object("k", b"x")
    assert served.http().get(bucket.sign_url("GET", "k", 60)).content == b"x"
    wrong = served.bucket(name, oss2.StsAuth(key.id, key.secret, key.token + "x", version))
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        wrong.get_object("k")
    assert (refused.value.status, refused.value.code) == (403, "InvalidSecurityToken")
    served.inside(lambda cloud: cloud.clock.move(2 * HOUR))
    try:
        with pytest.raises(oss2.exceptions.ServerError) as refused:
            bucket.get_object("k")
    finally:
        served.inside(lambda cloud: cloud.clock.move(-2 * HOUR))
    assert (refused.value.status, refused.value.code) == (403, "SecurityTokenExpired")


def go_sdk_headers(key: AccessKey, bucket: str, day: str, date: str) -> dict[str, str]:
    """V4 as aliyun-oss-go-sdk 2.2.9 signs: the Date header's text where others put x-oss-date."""
    headers = {"date": date, "x-oss-content-sha256": "UNSIGNED-PAYLOAD", "x-oss-acl": ""}
    canonical = f"PUT\n/{bucket}/\n\nx-oss-acl:\nx-oss-content-sha256:UNSIGNED-PAYLOAD\n\n\nUNSIGNED-PAYLOAD"
    scope = f"{day}/{REGION}/oss/aliyun_v4_request"
    text = f"OSS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signing = ("aliyun_v4" + key.secret).encode()
    for part in scope.split("/"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    signature = hmac.digest(signing, text.encode(), "sha256").hex()
    headers["authorization"] = f"OSS4-HMAC-SHA256 Credential={key.id}/{scope},Signature={signature}"
    return headers


def test_v4_of_the_go_sdk_dates_by_the_date_header(served: ServedCloud) -> None:
    now = time.time()
    day = time.strftime("%Y%m%d", time.gmtime(now))
    headers = go_sdk_headers(served.key, "by-the-go-sdk", day, formatdate(now, usegmt=True))
    url = f"http://by-the-go-sdk.oss-{REGION}.aliyuncs.com/"
    assert served.http().put(url, headers=headers).status_code == 200
    assert served.bucket("by-the-go-sdk").get_bucket_acl().acl == "private"
    headers = go_sdk_headers(served.key, "by-the-go-sdk", day, formatdate(now - 1000, usegmt=True))
    assert refusal(served.http().put(url, headers=headers))["Code"] == "RequestTimeTooSkewed"


def test_v4_for_another_region(served: ServedCloud) -> None:
    name = served.fresh().bucket_name
    bucket = served.bucket(name, endpoint=f"http://oss-{REGION}.aliyuncs.com", region="cn-beijing")
    with pytest.raises(oss2.exceptions.ServerError) as refused:
        bucket.get_bucket_info()
    assert (refused.value.status, refused.value.code) == (400, "InvalidArgument")
    assert "signing region" in refused.value.message


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Authorization": "Basic abc"}, "InvalidArgument"),
        ({"Authorization": "OSS LTAIkeyonly"}, "InvalidArgument"),
        ({"Authorization": "OSS4-HMAC-SHA256 Credential=a/b"}, "InvalidArgument"),
        ({"Authorization": "OSS a:b", "Date": "yesterday"}, "AccessDenied"),
        ({"Authorization": "OSS a:b"}, "AccessDenied"),
    ],
)
def test_half_a_signature(served: ServedCloud, headers: dict[str, str], code: str) -> None:
    answer = served.http().get(f"http://oss-{REGION}.aliyuncs.com/", headers=headers)
    assert refusal(answer)["Code"] == code
    assert answer.headers["Content-Type"] == "application/xml"


@pytest.mark.parametrize(
    "query",
    [
        "OSSAccessKeyId=a",
        "OSSAccessKeyId=a&Expires=never&Signature=b",
        "x-oss-signature-version=OSS2",
        "x-oss-signature=a",
    ],
)
def test_half_a_presigned_url(served: ServedCloud, query: str) -> None:
    answer = served.http().get(f"http://oss-{REGION}.aliyuncs.com/?{query}")
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidArgument")
