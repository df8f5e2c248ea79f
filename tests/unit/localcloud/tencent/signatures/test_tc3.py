"""API 3.0's signature: the documentation's published example, the official client, and what is not believed."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import Any

import pytest
import requests

from support.tencent_identity import Identity
from yunfn.localcloud.keys import AccessKey
from yunfn.localcloud.tencent.signatures import tc3

HOST = "sts.tencentcloudapi.com"
JSON = "application/json"


def test_the_published_example() -> None:
    # "Signature v3" (213/30654): the secret key is printed as 32 asterisks, and that is what was signed with.
    payload = r'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    canonical = "\n".join(
        (
            "POST", "/", "", "content-type:application/json; charset=utf-8", "host:cvm.tencentcloudapi.com",
            "x-tc-action:describeinstances", "", "content-type;host;x-tc-action",
            hashlib.sha256(payload.encode()).hexdigest(),
        )
    )  # fmt: skip
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n1551113065\n2019-02-25/cvm/tc3_request\n{hashed}"
    expected = "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f"
    assert tc3.signature("*" * 32, "2019-02-25", "cvm", text) == expected


def authorization(
    key: AccessKey,
    body: bytes,
    *,
    at: int,
    service: str = "sts",
    date: str = "",
    signed: str = "content-type;host",
    content_type: str = JSON,
    host: str = HOST,
    method: str = "POST",
    query: str = "",
) -> str:
    """By the documentation's recipe, written once more so that it does not share the emulator's mistakes."""
    date = date or time.strftime("%Y-%m-%d", time.gmtime(at))
    values = {"content-type": content_type, "host": host, "x-tc-action": "getcalleridentity"}
    headers = "".join(f"{name}:{values[name]}\n" for name in signed.split(";"))
    canonical = f"{method}\n/\n{query}\n{headers}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{date}/{service}/tc3_request"
    text = f"TC3-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    secret = b"TC3" + key.secret.encode()
    for part in (date, service, "tc3_request"):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={key.id}/{scope}, SignedHeaders={signed}, Signature={signature}"


def send(
    identity: Identity, authorized: str, *, body: bytes = b"{}", at: int | None = None, **headers: str
) -> requests.Response:
    sent = {
        "Authorization": authorized,
        "Content-Type": JSON,
        "X-TC-Action": "GetCallerIdentity",
        "X-TC-Version": "2018-08-13",
        "X-TC-Timestamp": str(int(time.time()) if at is None else at),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    return identity.cloud.session().post(f"https://{HOST}/", headers=sent, data=body, timeout=10)


def code(answer: requests.Response) -> str:
    """The refusal's code, "" for none; every answer has API 3.0's shape."""
    assert answer.status_code == 200
    assert answer.headers["content-type"] == JSON
    response: dict[str, Any] = answer.json()["Response"]
    assert response["RequestId"]
    return str(response.get("Error", {}).get("Code", ""))


def test_signed_by_the_recipe(identity: Identity) -> None:
    key, now = identity.account.owner_key, int(time.time())
    signed = authorization(key, b"{}", at=now)
    assert code(send(identity, signed, at=now)) == ""
    # Action, region and token are not signed.
    assert code(send(identity, signed, at=now, X_TC_Region="ap-shanghai", X_TC_Language="zh-CN")) == ""
    more = authorization(key, b"{}", at=now, signed="content-type;host;x-tc-action")
    assert code(send(identity, more, at=now)) == ""
    charset = f"{JSON}; charset=utf-8"
    with_charset = authorization(key, b"{}", at=now, content_type=charset)
    assert code(send(identity, with_charset, at=now, Content_Type=charset)) == ""
    unsigned = authorization(key, b"UNSIGNED-PAYLOAD", at=now)
    assert code(send(identity, unsigned, at=now, X_TC_Content_SHA256="UNSIGNED-PAYLOAD")) == ""


def test_what_is_not_believed(identity: Identity) -> None:
    key, now = identity.account.owner_key, int(time.time())
    stranger = AccessKey("AKID" + "x" * 32, key.secret, key.principal)
    wrong = AccessKey(key.id, "x" * 32, key.principal)
    other_cloud = identity.cloud.home.owner_key
    for signed, expected in (
        ("", "InvalidAuthorization"),
        ("TC3-HMAC-SHA256 nonsense", "InvalidAuthorization"),
        (authorization(key, b"{}", at=now).replace("TC3-HMAC-SHA256", "TC3-HMAC-SM3"), "InvalidAuthorization"),
        (authorization(stranger, b"{}", at=now), "SecretIdNotFound"),
        (authorization(other_cloud, b"{}", at=now), "SecretIdNotFound"),
        (authorization(wrong, b"{}", at=now), "SignatureFailure"),
        (authorization(key, b'{"a":1}', at=now), "SignatureFailure"),
        (authorization(key, b"{}", at=now, host="cam.tencentcloudapi.com"), "SignatureFailure"),
        (authorization(key, b"{}", at=now, content_type="text/plain"), "SignatureFailure"),
        (authorization(key, b"{}", at=now, query="a=b"), "SignatureFailure"),
        (authorization(key, b"{}", at=now, method="GET"), "SignatureFailure"),
        (authorization(key, b"{}", at=now, service="cam"), "SignatureFailure"),
        (authorization(key, b"{}", at=now, date="2020-01-01"), "SignatureFailure"),
        (authorization(key, b"{}", at=now, signed="host"), "SignatureFailure"),
        (authorization(key, b"{}", at=now - 1), "SignatureFailure"),
    ):
        assert code(send(identity, signed, at=now)) == f"AuthFailure.{expected}", signed
    # A permanent key has no token.
    assert code(send(identity, authorization(key, b"{}", at=now), at=now, X_TC_Token="t")) == "AuthFailure.TokenFailure"


@pytest.mark.parametrize(("off", "believed"), [(-290, True), (290, True), (-310, False), (310, False)])
def test_five_minutes_of_real_time(identity: Identity, off: int, believed: bool) -> None:
    at = int(time.time()) + off
    answer = send(identity, authorization(identity.account.owner_key, b"{}", at=at), at=at)
    assert code(answer) == ("" if believed else "AuthFailure.SignatureExpire")


def test_a_timestamp_that_is_none(identity: Identity) -> None:
    signed = authorization(identity.account.owner_key, b"{}", at=int(time.time()))
    for stamp in ("", "soon", "1e9", "٣"):
        answer = send(identity, signed, X_TC_Timestamp=stamp.encode("utf-8").decode("latin-1"))
        assert code(answer) == "AuthFailure.SignatureExpire"


def test_the_moved_clock_does_not_count(identity: Identity) -> None:
    identity.cloud.run(lambda cloud: cloud.clock.move(86400))
    try:
        assert identity.ask("sts", "GetCallerIdentity").AccountId == identity.uin
    finally:
        identity.cloud.run(lambda cloud: cloud.clock.move(-86400))


def test_any_text_can_be_sent(identity: Identity) -> None:
    name = identity.name()
    identity.ask("cam", "AddUser", Name=name, Remark='备注 \u2028 "quoted" \\ ü 🙂')
    assert identity.ask("cam", "GetUser", Name=name).Remark == '备注 \u2028 "quoted" \\ ü 🙂'


def test_what_is_asked_wrongly(identity: Identity) -> None:
    key, now = identity.account.owner_key, int(time.time())
    signed = authorization(key, b"{}", at=now)
    assert code(send(identity, signed, at=now, X_TC_Version="2019-01-01")) == "NoSuchVersion"
    # A name the cloud knows and we do not: said loudly, in API 3.0's shape.
    assert code(send(identity, signed, at=now, X_TC_Action="QueryApiKey")) == "YunfnLocalUnknownOperation"
    for body in (b"[]", b"{", b"\xff", b'{"a": "\\ud800"}', b"[" * 100_000):
        assert code(send(identity, authorization(key, body, at=now), at=now, body=body)) == "InvalidParameter"


def test_a_call_by_get_is_refused_in_plain_words(identity: Identity) -> None:
    answer = identity.cloud.session().get(f"https://{HOST}/?Action=GetCallerIdentity", timeout=10)
    assert code(answer) == "UnsupportedProtocol"


@pytest.mark.parametrize("size", [8_200, 65_000, 200_000])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_client_name_that_grows_and_grows(identity: Identity, size: int, scheme: str) -> None:
    """The tencentcloud provider 1.81.90 appends the id of each resource that it reads to this header."""
    now = int(time.time())
    headers = {
        "Authorization": authorization(identity.account.owner_key, b"{}", at=now),
        "Content-Type": JSON,
        "X-TC-Action": "GetCallerIdentity",
        "X-TC-Version": "2018-08-13",
        "X-TC-Timestamp": str(now),
        "X-Tc-Requestclient": "Terraform-latest" + ",id=lam-12345678" * (size // 16),
    }
    answer = identity.cloud.session().post(f"{scheme}://{HOST}/", headers=headers, data=b"{}", timeout=10)
    assert code(answer) == ""
    assert json.loads(answer.content)["Response"]["AccountId"] == identity.uin
