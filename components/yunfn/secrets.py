"""Decrypts a function's secrets, inside the function: ``from yunfn_secrets import secret``.

This one file runs on Python 3.6 and later and is put into packages as ``yunfn_secrets.py`` by ``Function(secrets=…)``;
it needs nothing but the standard library. ``secret("DB_PASSWORD")`` answers the value that the program gave: the
environment holds it encrypted by a key of KMS, and the function's own role decrypts it at its first use. It is kept in
memory as long as the instance lives, and nowhere else. A variable that is not encrypted, as in tests on one's own
machine, is answered as it is.

Credentials are those of the call's ``context`` where it is given, else the environment's: those that the platform
renews are read anew at each attempt. HTTPS_PROXY and SSL_CERT_FILE are honoured. ``YUNFN_KMS_ENDPOINT`` names another
host of KMS, such as ``kms-vpc.cn-shanghai.aliyuncs.com`` or ``kms.internal.tencentcloudapi.com`` for a function
without a way to the internet.

The requests are those of KMS's API Decrypt: on Alibaba Cloud of version 2016-01-20, with the RPC style's signature
(Alibaba Cloud documentation, "RPC style: signatures"), on Tencent Cloud of version 2019-01-18 with TC3-HMAC-SHA256
(Tencent Cloud documentation, "Signature Method v3").
"""

# No "from __future__ import annotations", which Python 3.6 does not know: annotations are quoted instead.
# ruff: noqa: UP031
import base64
import hashlib
import hmac
import http.client
import json
import os
import random
import ssl
import threading
import time
import urllib.error
import urllib.request
import uuid
from typing import Any
from urllib.parse import quote

__all__ = ["SecretError", "secret"]

#: What an encrypted value begins with, by cloud; the rest is KMS's own text.
ALIBABA, TENCENT = "yunfn-kms:ali:", "yunfn-kms:tc:"
#: The variable that holds the id of the key, for error texts: KMS finds the key by the ciphertext.
KEY = "YUNFN_SECRETS_KEY"
ENDPOINT = "YUNFN_KMS_ENDPOINT"

# Seconds: all attempts together, one of them, and the longest wait before the second, doubled each time.
_LIMIT, _ATTEMPT, _WAIT = 8.0, 4.0, 0.1
# Codes of refusals, as they begin: what passes by itself, what says that a right is missing, and that credentials are
# not valid (any more) (KMS API documentation of both clouds, "error codes").
_PASSING = ("Throttling", "Rejected.Throttling", "RequestLimitExceeded", "LimitExceeded", "InternalError",
            "InternalFailure", "ServiceUnavailable", "UnexpectedError")  # fmt: skip
_DENIED = ("Forbidden.NoPermission", "NoPermission", "AccessDenied", "Forbidden.RAM", "UnauthorizedOperation",
           "AuthFailure.UnauthorizedOperation")  # fmt: skip
_CREDENTIALS = ("InvalidSecurityToken", "InvalidAccessKeyId", "MissingSecurityToken", "AuthFailure")
# A certificate that is not trusted is not trusted a moment later either.
_UNTRUSTED = (ssl.CertificateError, getattr(ssl, "SSLCertVerificationError", ssl.CertificateError))

_values = {}  # type: dict[str, tuple[str, str]]
_locks = {}  # type: dict[str, threading.Lock]
_all_locks = threading.Lock()


class SecretError(Exception):
    """A secret cannot be had: variable, key, and what KMS said. The value is never in it."""


class _Refusal(Exception):
    """KMS refused, or nothing was answered (no code): what it said, and whether another attempt may help."""

    def __init__(self, code: str, text: str, passes: bool) -> None:
        super().__init__(text)
        self.code = code
        self.passes = passes


def secret(name: str, context: "Any" = None, timeout: float = _LIMIT) -> str:
    """Answer the value of the function's secret ``name``, decrypted at the first call in this instance.

    ``context`` is the handler's second argument; runtimes that keep credentials out of the environment need it.
    ``timeout`` is how many seconds it may take in all: every attempt, and waiting for another thread that asks for the
    same. May be called by several threads.

    Raises:
        SecretError: there is no such variable, there are no credentials, KMS refused or did not answer in time.
    """
    text = os.environ.get(name)
    if text is None:
        raise SecretError("secret %s: the function has no variable of that name: give Function(secrets=) it" % name)
    if not text.startswith((ALIBABA, TENCENT)):
        return text
    with _all_locks:
        lock = _locks.setdefault(name, threading.Lock())
    until = time.monotonic() + timeout
    if not lock.acquire(timeout=min(max(0.0, timeout), threading.TIMEOUT_MAX)):
        raise SecretError("secret %s: another thread asks KMS for it and has no answer either" % name)
    try:
        known = _values.get(name)
        if known is None or known[0] != text:
            known = _values[name] = (text, _decrypted(name, text, context, until))
    finally:
        lock.release()
    return known[1]


def _decrypted(name: str, text: str, context: "Any", until: float) -> str:
    cloud = _Alibaba() if text.startswith(ALIBABA) else _Tencent()  # type: Any
    blob = text[len(cloud.prefix) :]
    wait = _WAIT
    while True:
        credentials = cloud.credentials(context)
        if credentials is None:
            raise SecretError("secret %s: no credentials of the function's role: %s" % (name, cloud.no_credentials))
        try:
            plaintext = cloud.decrypt(blob, {"variable": name}, credentials, until)
            break
        except _Refusal as refusal:
            error = refusal
        renewed = error.code.startswith(_CREDENTIALS) and cloud.credentials(context) != credentials
        pause = random.uniform(0, wait)  # noqa: S311
        if not (error.passes or renewed) or time.monotonic() + pause >= until:
            raise SecretError(_explained(name, cloud, error, credentials))
        time.sleep(pause)
        wait *= 2
    try:
        return base64.b64decode(plaintext, validate=True).decode("utf-8")
    except ValueError:
        # Its own text would show the byte.
        found = "what it holds is no text in UTF-8"
    raise SecretError("secret %s: %s" % (name, found))


def _without(text: str, credentials: "tuple[str, str, str]") -> str:
    """What KMS said without key and token: Alibaba's tells all that was signed where a signature is not right."""
    for value in credentials[1:]:
        for _ in range(3):
            text = text.replace(value, "[hidden]") if value else text
            value = _escaped(value)
    return text


def _explained(name: str, cloud: "Any", error: _Refusal, credentials: "tuple[str, str, str]") -> str:
    key = os.environ.get(KEY) or "of its secrets_key"
    said = "secret %s (KMS key %s): %s" % (name, key, _without(str(error), credentials))
    if error.code.startswith(_DENIED):
        return "%s. The function's role lacks the right kms:Decrypt on %s" % (said, cloud.resource(key))
    if error.code.startswith(_CREDENTIALS):
        return "%s. Those of the environment may be from the instance's start: give the call's context" % said
    if error.passes:
        return "%s. Tried again until the time was up" % said
    return said


def _sent(host: str, path: str, body: bytes, headers: "Any", until: float) -> "tuple[int, dict[str, Any]]":
    """HTTP status and parsed answer of a request; raises _Refusal where there is none. KMS's refusals are answers."""
    request = urllib.request.Request("https://" + host + path, data=body, headers=headers)
    seconds = max(0.2, min(_ATTEMPT, until - time.monotonic()))
    status = 200
    try:
        try:
            answer = urllib.request.urlopen(request, timeout=seconds)  # noqa: S310
        except urllib.error.HTTPError as error:
            status, answer = error.code, error
        with answer:
            content = answer.read()
    except UnicodeError as error:
        raise _Refusal("", "%s is no host's name: %s" % (host, error), False) from None
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        text = "%s does not answer: %s: %s" % (host, type(reason).__name__, reason)
        raise _Refusal("", text, not isinstance(reason, _UNTRUSTED)) from None
    try:
        found = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise _Refusal("", "%s answered HTTP %d and no JSON" % (host, status), status == 429 or status >= 500)
    return status, found


def _refusal(status: int, code: "Any", message: "Any", request_id: "Any") -> _Refusal:
    text = "KMS Decrypt: %s: %s (request %s)" % (code, message, request_id)
    return _Refusal(str(code), text, str(code).startswith(_PASSING) or status == 429 or status >= 500)


class _Alibaba:
    """KMS of Alibaba Cloud."""

    prefix = ALIBABA
    no_credentials = (
        "give the call's context, secret(name, context), or make sure that the function has a role "
        "(ALIBABA_CLOUD_ACCESS_KEY_ID is not set)"
    )

    def __init__(self) -> None:
        self.region = os.environ.get("FC_REGION") or os.environ.get("ALIBABA_CLOUD_REGION", "")

    def credentials(self, context: "Any") -> "tuple[str, str, str] | None":
        """Id, secret and token: those of the call first, which the platform renews."""
        own = getattr(context, "credentials", None)
        names = ("access_key_id", "access_key_secret", "security_token")
        if getattr(own, names[0], None):
            self.region = self.region or getattr(context, "region", "") or ""
            found = [getattr(own, name, None) for name in names]
        else:
            found = [os.environ.get("ALIBABA_CLOUD_" + name.upper()) for name in names]
        return (found[0], found[1], found[2] or "") if found[0] and found[1] else None

    def resource(self, key: str) -> str:
        """The key as policies name it."""
        return "acs:kms:%s:%s:key/%s" % (self.region, os.environ.get("FC_ACCOUNT_ID", "*"), key)

    def decrypt(self, blob: str, bound: "dict[str, str]", credentials: "Any", until: float) -> str:
        """The plaintext in base64; raises _Refusal."""
        # In the body what is ours, in the query what is everybody's: so the official SDKs do.
        form = {"CiphertextBlob": blob, "EncryptionContext": json.dumps(bound)}
        query = {
            "Action": "Decrypt",
            "Version": "2016-01-20",
            "Format": "JSON",
            "AccessKeyId": credentials[0],
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": uuid.uuid4().hex,
            "Timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        if credentials[2]:
            query["SecurityToken"] = credentials[2]
        to_sign = ("POST&%2F&" + _escaped(_pairs(dict(form, **query)))).encode()
        signature = hmac.new((credentials[1] + "&").encode(), to_sign, "sha1").digest()
        query["Signature"] = base64.b64encode(signature).decode()
        host = os.environ.get(ENDPOINT) or "kms.%s.aliyuncs.com" % self.region
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        status, answer = _sent(host, "/?" + _pairs(query), _pairs(form).encode(), headers, until)
        if "Plaintext" not in answer:
            raise _refusal(status, answer.get("Code"), answer.get("Message"), answer.get("RequestId"))
        return str(answer["Plaintext"])


class _Tencent:
    """KMS of Tencent Cloud."""

    prefix = TENCENT
    no_credentials = (
        "make sure that the function has a role (TENCENTCLOUD_SECRETID is neither in the environment nor in the "
        "context, where secret(name, context) looks first)"
    )

    def credentials(self, context: "Any") -> "tuple[str, str, str] | None":
        """Id, secret and token: those of the call first, which the platform renews."""
        own = {}  # type: Any
        if isinstance(context, dict) and isinstance(context.get("environment"), str):
            try:
                own = json.loads(context["environment"])
            except ValueError:
                own = {}
        source = own if isinstance(own, dict) and own.get("TENCENTCLOUD_SECRETID") else os.environ
        names = ("SECRETID", "SECRETKEY", "SESSIONTOKEN")
        found = [str(source.get("TENCENTCLOUD_" + name) or "") for name in names]
        return (found[0], found[1], found[2]) if found[0] and found[1] else None

    def resource(self, key: str) -> str:
        """The key as policies name it."""
        places = (os.environ.get("TENCENTCLOUD_REGION", ""), os.environ.get("TENCENTCLOUD_UIN", "*"))
        return "qcs::kms:%s:uin/%s:key/creatorUin/*/%s" % (places[0], places[1], key)

    def decrypt(self, blob: str, bound: "dict[str, str]", credentials: "Any", until: float) -> str:
        """The plaintext in base64; raises _Refusal."""
        host = os.environ.get(ENDPOINT) or "kms.tencentcloudapi.com"
        body = json.dumps({"CiphertextBlob": blob, "EncryptionContext": json.dumps(bound)}).encode()
        now = int(time.time())
        day = time.strftime("%Y-%m-%d", time.gmtime(now))
        kind = "application/json; charset=utf-8"
        canonical = "POST\n/\n\ncontent-type:%s\nhost:%s\n\ncontent-type;host\n%s" % (kind, host, _sha256(body))
        scope = "%s/kms/tc3_request" % day
        to_sign = "TC3-HMAC-SHA256\n%d\n%s\n%s" % (now, scope, _sha256(canonical.encode()))
        key = ("TC3" + credentials[1]).encode()
        for part in (day, "kms", "tc3_request"):
            key = hmac.new(key, part.encode(), "sha256").digest()
        signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
        headers = {
            "Authorization": "TC3-HMAC-SHA256 Credential=%s/%s, SignedHeaders=content-type;host, Signature=%s"
            % (credentials[0], scope, signature),
            "Content-Type": kind,
            "Host": host,
            "X-TC-Action": "Decrypt",
            "X-TC-Version": "2019-01-18",
            "X-TC-Timestamp": str(now),
            "X-TC-Region": os.environ.get("TENCENTCLOUD_REGION", ""),
        }
        if credentials[2]:
            headers["X-TC-Token"] = credentials[2]
        status, found = _sent(host, "/", body, headers, until)
        answer = _object(found, "Response")
        if "Plaintext" not in answer:
            error = _object(answer, "Error")
            raise _refusal(status, error.get("Code"), error.get("Message"), answer.get("RequestId"))
        return str(answer["Plaintext"])


def _object(parent: "dict[str, Any]", name: str) -> "dict[str, Any]":
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def _pairs(parameters: "dict[str, str]") -> str:
    return "&".join(_escaped(name) + "=" + _escaped(parameters[name]) for name in sorted(parameters))


def _escaped(text: str) -> str:
    return quote(text, safe="~")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
