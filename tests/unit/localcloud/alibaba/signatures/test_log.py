"""SLS's signatures; its official client is in the log tests, in both versions."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from email.utils import formatdate

import pytest

from unit.localcloud.alibaba.signatures.served_cloud import ServedCloud
from unit.localcloud.alibaba.signatures.signing import log_headers
from yunfn.localcloud.keys import AccessKey, Principal

URL = "https://cn-shanghai.log.aliyuncs.com/"
BODY = json.dumps({"projectName": "UPPER"}).encode()


def code(cloud: ServedCloud, headers: dict[str, str], body: bytes = b"", url: str = URL) -> tuple[int, str]:
    with cloud.session() as session:
        answer = session.request("POST" if body else "GET", url, headers=headers, data=body or None)
    return answer.status_code, answer.json().get("errorCode", "") if answer.content else ""


@pytest.mark.parametrize("digest", ["hmac-sha1", "hmac-sha256"])
def test_both_digests_are_believed_with_and_without_a_body(cloud: ServedCloud, digest: str) -> None:
    assert code(cloud, log_headers(cloud.root, "GET", "/", **{"x-log-signaturemethod": digest})) == (200, "")
    headers = log_headers(cloud.root, "POST", "/", BODY, **{"x-log-signaturemethod": digest})
    assert code(cloud, headers, BODY) == (400, "ParameterInvalid")


def test_the_query_is_signed_unescaped_and_sorted(cloud: ServedCloud) -> None:
    headers = log_headers(cloud.root, "GET", "/?offset=0&projectName=a b&size=1")
    assert code(cloud, headers, url=URL + "?size=1&projectName=a%20b&offset=0") == (200, "")


def test_a_changed_body_path_or_header_is_refused(cloud: ServedCloud) -> None:
    headers = log_headers(cloud.root, "POST", "/", BODY)
    assert code(cloud, headers, BODY + b" ") == (401, "SignatureNotMatch")
    assert code(cloud, log_headers(cloud.root, "GET", "/tags")) == (401, "SignatureNotMatch")
    assert code(cloud, {**log_headers(cloud.root, "GET", "/"), "x-log-extra": "1"}) == (401, "SignatureNotMatch")
    assert code(cloud, {**log_headers(cloud.root, "GET", "/"), "x-log-meta-extra": "1"}) == (200, "")


def test_an_unknown_digest_is_refused(cloud: ServedCloud) -> None:
    headers = log_headers(cloud.root, "GET", "/")
    assert code(cloud, {**headers, "x-log-signaturemethod": "hmac-md5"}) == (401, "SignatureNotMatch")


def test_the_message_repeats_the_signature_that_did_not_match(cloud: ServedCloud) -> None:
    headers = log_headers(AccessKey(cloud.root.id, "wrong", cloud.root.principal), "GET", "/")
    with cloud.session() as session:
        answer = session.get(URL, headers=headers)
    assert answer.json()["errorMessage"] == f"signature {headers['authorization'].split(':')[1]} not match"
    assert answer.headers["x-log-requestid"] == answer.json()["requestID"]


def test_unknown_missing_and_old(cloud: ServedCloud) -> None:
    stranger = AccessKey("LTAIstranger", "x", cloud.root.principal)
    assert code(cloud, log_headers(stranger, "GET", "/")) == (401, "Unauthorized")
    assert code(cloud, {}) == (401, "Unauthorized")
    assert code(cloud, {"authorization": "LOG nocolon"}) == (401, "Unauthorized")
    assert code(cloud, {"authorization": "SLS4-HMAC-SHA256 rubbish"}) == (401, "Unauthorized")
    old = log_headers(cloud.root, "GET", "/", date=formatdate(time.time() - 1000, usegmt=True))
    assert code(cloud, old) == (400, "RequestTimeExpired")


def test_tokens(cloud: ServedCloud) -> None:
    principal = Principal(cloud.account, "assumed-role", "worker", "s1")
    key = cloud.run(lambda one: one.keys.create_temporary(principal, 60))
    # Believed, and then refused for want of a policy.
    assert code(cloud, log_headers(key, "GET", "/")) == (401, "Unauthorized")
    with cloud.session() as session:
        denied = session.get(URL, headers=log_headers(key, "GET", "/")).json()["errorMessage"]
    assert denied.startswith("denied by sts or ram, action: log:ListProject, resource: acs:log:cn-shanghai:")
    wrong = AccessKey(key.id, key.secret, principal, "CAISwrong")
    with cloud.session() as session:
        message = session.get(URL, headers=log_headers(wrong, "GET", "/")).json()["errorMessage"]
    assert message == "The security token you provided is invalid."
    cloud.run(lambda one: one.clock.move(61))
    try:
        assert code(cloud, log_headers(key, "GET", "/")) == (401, "SecurityTokenExpired")
    finally:
        cloud.run(lambda one: one.clock.move(-61))


def v4_headers(key: AccessKey, body: bytes, payload: str | None = None, date: str = "") -> dict[str, str]:
    date = date or time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    headers = {
        "host": "cn-shanghai.log.aliyuncs.com", "x-log-date": date, "x-log-apiversion": "0.6.0",
        "x-log-content-sha256": payload or hashlib.sha256(body).hexdigest(),
    }  # fmt: skip
    canonical = "POST\n/\n\n" + "".join(f"{k}:{v}\n" for k, v in sorted(headers.items()))
    canonical += f"\n{';'.join(sorted(headers))}\n{headers['x-log-content-sha256']}"
    scope = f"{date[:8]}/cn-shanghai/sls/aliyun_v4_request"
    text = f"SLS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    secret = f"aliyun_v4{key.secret}".encode()
    for step in scope.split("/"):
        secret = hmac.new(secret, step.encode(), "sha256").digest()
    signature = hmac.new(secret, text.encode(), "sha256").hexdigest()
    headers["authorization"] = f"SLS4-HMAC-SHA256 Credential={key.id}/{scope},Signature={signature}"
    return headers


def test_version_4_covers_body_and_time(cloud: ServedCloud) -> None:
    assert code(cloud, v4_headers(cloud.root, BODY), BODY) == (400, "ParameterInvalid")
    assert code(cloud, v4_headers(cloud.root, b"other"), BODY) == (401, "SignatureNotMatch")
    wrong = AccessKey(cloud.root.id, "wrong", cloud.root.principal)
    assert code(cloud, v4_headers(wrong, BODY), BODY) == (401, "SignatureNotMatch")
    old = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 1000))
    assert code(cloud, v4_headers(cloud.root, BODY, date=old), BODY) == (400, "RequestTimeExpired")


def test_an_unknown_path_is_a_loud_400(cloud: ServedCloud) -> None:
    headers = log_headers(cloud.root, "GET", "/dashboards")
    assert code(cloud, headers, url=URL + "dashboards") == (400, "YunfnLocalUnknownOperation")
