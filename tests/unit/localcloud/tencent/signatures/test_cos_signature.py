"""COS's V5 signature: Tencent's own published examples, its own client, and what is not believed."""

from __future__ import annotations

import time
from urllib.parse import quote

import pytest
import requests
from qcloud_cos.cos_exception import CosServiceError

from support.cos_bucket import CosBucket
from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.tencent.signatures import cos

from ..conftest import REGION, TencentClients, refusal

# "Request signature" in COS's documentation (436/7778): key, requests and signatures are published there.
SECRET = "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz"
HOST = "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"


def test_the_published_upload() -> None:
    headers = [
        ("Content-Length", "13"),
        ("Content-MD5", "mQ/fVh815F3k6TAUm8m0eg=="),
        ("Content-Type", "text/plain"),
        ("Date", "Thu, 16 May 2019 06:45:51 GMT"),
        ("Host", HOST),
        ("x-cos-acl", "private"),
        ("x-cos-grant-read", 'uin="100000000011"'),
    ]
    text = cos.http_string("PUT", "/exampleobject(腾讯云)", [], headers)
    span = "1557989151;1557996351"
    assert cos.string_to_sign(span, text) == f"sha1\n{span}\n8b2751e77f43a0995d6e9eb9477f4b685cca4172\n"
    assert cos.signature(SECRET, span, span, text) == "3b8851a11a569213c17ba8fa7dcf2abec6935172"


def test_the_published_download() -> None:
    parameters = [("response-content-type", "application/octet-stream"), ("response-cache-control", "max-age=600")]
    headers = [("host", HOST), ("date", "Thu, 16 May 2019 06:55:53 GMT")]
    text = cos.http_string("GET", "/exampleobject(腾讯云)", parameters, headers)
    span = "1557989753;1557996953"
    assert cos.signature(SECRET, span, span, text) == "01681b8c9d798a678e43b685a9f1bba0f6c0e012"


@pytest.mark.parametrize("key", ["plain.txt", "dir/a b+c&d=e.txt", "日本/ü~*'()!.txt", "a%2Fb", "./dots", "a//b"])
def test_the_python_client_is_believed_for_any_key(bucket: CosBucket, key: str) -> None:
    bucket.put(key, b"x", Metadata={"x-cos-meta-a": "1 & 2;3", "x-cos-meta-empty": ""})
    assert bucket.get(key) == b"x"
    assert bucket.objects() == [key]


def authorization(
    key: AccessKey,
    method: str,
    path: str,
    *,
    span: str = "",
    headers: dict[str, str] | None = None,
    parameters: dict[str, str] | None = None,
) -> str:
    """A signature of exactly these headers and parameters, as cos-go-sdk-v5 0.7.42 writes it."""
    now = int(time.time())
    span = span or f"{now};{now + 3600}"
    signed, listed = headers or {}, parameters or {}
    text = cos.http_string(method, path, listed.items(), signed.items())
    fields = {
        "q-sign-algorithm": "sha1",
        "q-ak": key.id,
        "q-sign-time": span,
        "q-key-time": span,
        "q-header-list": ";".join(sorted(name.lower() for name in signed)),
        "q-url-param-list": ";".join(sorted(name.lower() for name in listed)),
        "q-signature": cos.signature(key.secret, span, span, text),
    }
    return "&".join(f"{name}={value}" for name, value in fields.items())


def ask(
    tencent: TencentClients, bucket: CosBucket, signed: str, *, path: str = "/", query: str = "", **headers: str
) -> requests.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if signed:
        sent["Authorization"] = signed
    host = f"{bucket.name}.cos.{REGION}.myqcloud.com"
    return tencent.http().get(f"https://{host}{path}?{query}", headers=sent)


def test_only_what_is_listed_is_signed(tencent: TencentClients, bucket: CosBucket) -> None:
    signed = authorization(tencent.key, "GET", "/", parameters={"acl": ""})
    assert ask(tencent, bucket, signed, query="acl").status_code == 200
    assert ask(tencent, bucket, signed, query="acl=").status_code == 200
    assert ask(tencent, bucket, signed, query="acl", x_cos_other="anything").status_code == 200
    # The same signature for another operation: ?acl is listed, and is not there.
    assert refusal(ask(tencent, bucket, signed, query="versioning"))["Code"] == "SignatureDoesNotMatch"


def test_listed_headers_and_parameters_in_any_case(tencent: TencentClients, bucket: CosBucket) -> None:
    signed = authorization(
        tencent.key, "GET", "/", headers={"X-Cos-Meta": "a/b c"}, parameters={"Max-Keys": "1", "prefix": "ü/"}
    )
    answer = ask(tencent, bucket, signed, query=f"max-keys=1&prefix={quote('ü/')}", x_cos_meta="a/b c")
    assert answer.status_code == 200, answer.text
    changed = ask(tencent, bucket, signed, query=f"max-keys=1&prefix={quote('ü/')}", x_cos_meta="a/b d")
    assert refusal(changed)["Code"] == "SignatureDoesNotMatch"


def test_slashes_of_a_key_may_be_encoded(tencent: TencentClients, bucket: CosBucket) -> None:
    """As cos-go-sdk-v5 does for sub-resources of objects."""
    bucket.put("dir/a.txt", b"x")
    signed = authorization(tencent.key, "GET", "/dir/a.txt", parameters={"acl": ""})
    assert ask(tencent, bucket, signed, path="/dir%2Fa.txt", query="acl").status_code == 200


@pytest.mark.parametrize(
    ("forge", "code", "status"),
    [
        (lambda key: AccessKey("AKIDnobody", key.secret, key.principal), "InvalidAccessKeyId", 403),
        (lambda key: AccessKey(key.id, "x" * 32, key.principal), "SignatureDoesNotMatch", 403),
    ],
)
def test_an_unknown_or_forged_key_is_refused(
    tencent: TencentClients, bucket: CosBucket, forge: object, code: str, status: int
) -> None:
    forged: AccessKey = forge(tencent.key)  # type: ignore[operator]
    answer = ask(tencent, bucket, authorization(forged, "GET", "/"))
    assert (answer.status_code, refusal(answer)["Code"]) == (status, code)
    assert forged.secret not in answer.text


def test_the_alibaba_key_of_the_same_cloud_is_unknown(tencent: TencentClients, bucket: CosBucket) -> None:
    answer = ask(tencent, bucket, authorization(tencent.cloud.home.owner_key, "GET", "/"))
    assert refusal(answer)["Code"] == "InvalidAccessKeyId"


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [(-7200, -1, "AccessDenied"), (1000, 7200, "RequestTimeTooSkewed"), (-10, 600, ""), (600, 1200, "")],
)
def test_a_signature_counts_in_its_time(
    tencent: TencentClients, bucket: CosBucket, begins: int, ends: int, code: str
) -> None:
    now = int(time.time())
    answer = ask(tencent, bucket, authorization(tencent.key, "GET", "/", span=f"{now + begins};{now + ends}"))
    assert (answer.status_code, refusal(answer)["Code"] if code else "") == (403 if code else 200, code)
    if code == "AccessDenied":
        assert refusal(answer)["Message"] == "Request has expired"


def test_a_key_time_that_ended_ends_the_signature(tencent: TencentClients, bucket: CosBucket) -> None:
    now = int(time.time())
    past, present = f"{now - 7200};{now - 3600}", f"{now - 60};{now + 3600}"
    signed = authorization(tencent.key, "GET", "/", span=past)
    text = cos.http_string("GET", "/", [], [])
    forged = signed.replace(f"q-sign-time={past}", f"q-sign-time={present}").rsplit("=", 1)[0]
    answer = ask(tencent, bucket, f"{forged}={cos.signature(tencent.key.secret, present, past, text)}")
    assert refusal(answer)["Message"] == "Request has expired"


@pytest.mark.parametrize(
    "signed",
    [
        "q-sign-algorithm=sha256&q-ak=a&q-sign-time=1;2&q-key-time=1;2&q-header-list=&q-url-param-list=&q-signature=s",
        "q-sign-algorithm=sha1&q-ak=a",
        "Bearer token",
        "OSS a:b",
    ],
)
def test_half_a_signature_is_an_argument_error(tencent: TencentClients, bucket: CosBucket, signed: str) -> None:
    answer = ask(tencent, bucket, signed)
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidArgument")


def test_a_time_that_is_none(tencent: TencentClients, bucket: CosBucket) -> None:
    answer = ask(tencent, bucket, authorization(tencent.key, "GET", "/", span="now;later"))
    assert (answer.status_code, refusal(answer)["Code"]) == (400, "InvalidArgument")


def test_presigned_urls(tencent: TencentClients, bucket: CosBucket) -> None:
    bucket.put("a b.txt", b"hello")
    url = bucket.call("get_presigned_url", Key="a b.txt", Method="GET", Params={"response-content-type": "text/x"})
    answer = tencent.http().get(url)
    assert (answer.content, answer.headers["Content-Type"]) == (b"hello", "text/x")
    assert tencent.http().put(url, data=b"no").status_code == 403
    late = bucket.call("get_presigned_url", Key="a b.txt", Method="GET", Expired=-1)
    assert refusal(tencent.http().get(late))["Message"] == "Request has expired"
    up = bucket.call("get_presigned_url", Key="up.txt", Method="PUT")
    assert tencent.http().put(up, data=b"new").status_code == 200
    assert bucket.get("up.txt") == b"new"


def test_a_token_is_asked_of_no_permanent_key(tencent: TencentClients, bucket: CosBucket) -> None:
    with pytest.raises(CosServiceError) as refused:
        tencent.cos(Token="t").head_bucket(Bucket=bucket.name)
    assert refused.value.get_status_code() == 403


def test_a_request_of_nobody_is_denied(tencent: TencentClients, bucket: CosBucket) -> None:
    answer = ask(tencent, bucket, "")
    assert (answer.status_code, refusal(answer)["Code"]) == (403, "AccessDenied")
