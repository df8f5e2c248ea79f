"""Cases of the module that decrypts secrets, run by test_secrets_module.py in each Python: ``secrets_cases.py FOLDER``.

KMS is played in the place of ``urllib.request.urlopen``; against the local cloud's it is tested elsewhere.
"""

import base64
import hashlib
import hmac
import http.client
import io
import json
import os
import ssl
import sys
import threading
import time
import traceback
import urllib.error
from urllib.parse import parse_qsl, quote

sys.path.insert(0, sys.argv[1])

import yunfn_secrets
from yunfn_secrets import SecretError, secret

URLOPEN = yunfn_secrets.urllib.request.urlopen
VALUE = "pässword 'and' \"more\""
ALI = {
    "FC_REGION": "cn-shanghai", "FC_ACCOUNT_ID": "1234567890", "ALIBABA_CLOUD_ACCESS_KEY_ID": "STS.id",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "key", "ALIBABA_CLOUD_SECURITY_TOKEN": "token+/=",
    "YUNFN_SECRETS_KEY": "key-hzz1", "DB": "yunfn-kms:ali:blob+/==",
}  # fmt: skip
TC = {
    "TENCENTCLOUD_REGION": "ap-shanghai", "TENCENTCLOUD_UIN": "100012345678", "TENCENTCLOUD_SECRETID": "AKIDid",
    "TENCENTCLOUD_SECRETKEY": "key", "TENCENTCLOUD_SESSIONTOKEN": "token",
    "YUNFN_SECRETS_KEY": "key-tc", "DB": "yunfn-kms:tc:blob==",
}  # fmt: skip


class Kms:
    """Answers what a case says, in order; the last one again and again. Takes down what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []
        self.slept = []

    def urlopen(self, request, timeout):
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, io.BytesIO):
            return answer
        status, body = answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        if status != 200:
            raise urllib.error.HTTPError(request.full_url, status, "no", {}, io.BytesIO(content))
        return io.BytesIO(content)


def play(environment, *answers):
    """A KMS, and the environment, for one case."""
    kms = Kms(*answers)
    os.environ.clear()
    os.environ.update(environment)
    yunfn_secrets._values.clear()
    yunfn_secrets.urllib.request.urlopen = kms.urlopen
    yunfn_secrets.time.sleep = kms.slept.append
    return kms


def plaintext(value=VALUE):
    return base64.b64encode(value.encode()).decode()


def ali(value=VALUE):
    return 200, {"Plaintext": plaintext(value), "KeyId": "key-hzz1", "RequestId": "r"}


def tc(value=VALUE):
    return 200, {"Response": {"Plaintext": plaintext(value), "KeyId": "key-tc", "RequestId": "r"}}


def no(status, code):
    return status, {"Code": code, "Message": "no, said KMS", "RequestId": "r-1"}


def tc_no(code):
    return 200, {"Response": {"Error": {"Code": code, "Message": "no, said KMS"}, "RequestId": "r-1"}}


def asked(request):
    """Address and query of a request."""
    host, _, query = request.full_url.partition("?")
    return host, dict(parse_qsl(query, keep_blank_values=True, strict_parsing=True))


def refused(name="DB", context=None, **options):
    """The text of the error."""
    try:
        secret(name, context, **options)
    except SecretError as error:
        shown = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        for form in (VALUE, plaintext()):
            assert form not in shown
        return str(error)
    raise AssertionError("not refused")


def case_what_is_not_encrypted_is_answered_as_it_is():
    kms = play({"DB": "sqlite://"}, ali())
    assert secret("DB") == "sqlite://" and not kms.asked
    assert "no variable of that name" in refused("OTHER")


def case_alibaba_is_asked_once_and_signed_as_rpc_calls_are():
    kms = play(ALI, ali())
    assert [secret("DB"), secret("DB")] == [VALUE, VALUE]
    (request,) = kms.asked
    assert request.get_method() == "POST"
    host, query = asked(request)
    assert host == "https://kms.cn-shanghai.aliyuncs.com/"
    form = dict(parse_qsl(request.data.decode(), keep_blank_values=True, strict_parsing=True))
    assert set(form) == {"CiphertextBlob", "EncryptionContext"}
    sent = dict(query, **form)
    signature = sent.pop("Signature")
    assert sent["CiphertextBlob"] == "blob+/==" and sent["SecurityToken"] == "token+/="
    assert json.loads(sent["EncryptionContext"]) == {"variable": "DB"}
    pairs = "&".join(quote(k, safe="~") + "=" + quote(sent[k], safe="~") for k in sorted(sent))
    text = "POST&%2F&" + quote(pairs, safe="~")
    assert signature == base64.b64encode(hmac.new(b"key&", text.encode(), hashlib.sha1).digest()).decode()


def case_tencent_is_asked_once_and_signed_by_tc3():
    kms = play(TC, tc())
    assert [secret("DB"), secret("DB")] == [VALUE, VALUE]
    (request,) = kms.asked
    assert request.full_url == "https://kms.tencentcloudapi.com/"
    headers = {name.lower(): value for name, value in request.header_items()}
    assert headers["x-tc-action"] == "Decrypt" and headers["x-tc-version"] == "2019-01-18"
    assert headers["x-tc-region"] == "ap-shanghai" and headers["x-tc-token"] == "token"
    assert headers["authorization"].startswith("TC3-HMAC-SHA256 Credential=AKIDid/")
    sent = json.loads(request.data.decode())
    assert sent["CiphertextBlob"] == "blob==" and json.loads(sent["EncryptionContext"]) == {"variable": "DB"}


def case_the_calls_context_goes_before_the_environment():
    class Credentials:
        access_key_id, access_key_secret, security_token = "STS.context", "k", "t"

    class Context:
        credentials, region = Credentials(), "cn-beijing"

    bare = {name: value for name, value in ALI.items() if "ALIBABA" not in name and name != "FC_REGION"}
    kms = play(bare, ali())
    assert "secret(name, context)" in refused() and not kms.asked
    assert secret("DB", Context()) == VALUE
    host, query = asked(kms.asked[0])
    assert (host, query["AccessKeyId"]) == ("https://kms.cn-beijing.aliyuncs.com/", "STS.context")
    bare = {name: value for name, value in TC.items() if "SECRET" not in name or name == "YUNFN_SECRETS_KEY"}
    kms = play(bare, tc())
    assert "TENCENTCLOUD_SECRETID" in refused() and not kms.asked
    shown = {"TENCENTCLOUD_SECRETID": "AKIDcontext", "TENCENTCLOUD_SECRETKEY": "k", "TENCENTCLOUD_SESSIONTOKEN": "t"}
    assert secret("DB", {"environment": json.dumps(shown)}) == VALUE
    assert "Credential=AKIDcontext/" in kms.asked[0].get_header("Authorization")


def case_another_endpoint_may_be_named():
    kms = play(dict(ALI, YUNFN_KMS_ENDPOINT="kms-vpc.cn-shanghai.aliyuncs.com"), ali())
    assert secret("DB") == VALUE and asked(kms.asked[0])[0] == "https://kms-vpc.cn-shanghai.aliyuncs.com/"
    kms = play(dict(TC, YUNFN_KMS_ENDPOINT="kms.internal.tencentcloudapi.com"), tc())
    assert secret("DB") == VALUE and kms.asked[0].get_header("Host") == "kms.internal.tencentcloudapi.com"


def case_what_passes_is_tried_again_with_growing_waits():
    lost = urllib.error.URLError(OSError("connection reset"))
    page = (502, b"<html>bad gateway</html>")
    kms = play(ALI, no(400, "Throttling.User"), no(503, "ServiceUnavailable"), lost, page, no(500, "Odd"), ali())
    assert secret("DB") == VALUE
    assert len(kms.asked) == 6 and len(kms.slept) == 5
    assert all(0 <= pause <= 0.1 * 2**count for count, pause in enumerate(kms.slept))
    nonces = {asked(each)[1]["SignatureNonce"] for each in kms.asked}
    assert len(nonces) == 6
    kms = play(TC, tc_no("RequestLimitExceeded"), tc_no("InternalError.Odd"), tc())
    assert secret("DB") == VALUE and len(kms.asked) == 3


def case_time_is_limited():
    kms = play(ALI, no(400, "Throttling"))
    text = refused(timeout=0.05)
    assert "DB" in text and "Throttling" in text and "until the time was up" in text, text
    assert len(kms.asked) >= 1
    # What failed is not remembered.
    kms.answers = [ali()]
    assert secret("DB") == VALUE


def case_a_missing_right_is_named():
    kms = play(ALI, no(403, "Forbidden.NoPermission"))
    text = refused()
    for part in ("secret DB", "key-hzz1", "kms:Decrypt on acs:kms:cn-shanghai:1234567890:key/key-hzz1", "request r-1"):
        assert part in text, text
    assert len(kms.asked) == 1
    kms = play(TC, tc_no("AuthFailure.UnauthorizedOperation"))
    text = refused()
    for part in ("DB", "kms:Decrypt on qcs::kms:ap-shanghai:uin/100012345678:key/creatorUin/*/key-tc", "request r-1"):
        assert part in text, text
    assert len(kms.asked) == 1


def case_other_refusals_are_told_at_once():
    kms = play(ALI, no(404, "Forbidden.KeyNotFound"))
    assert "KeyNotFound" in refused() and "right" not in refused() and len(kms.asked) == 2
    kms = play(ALI, (200, b"<html>a proxy's own page</html>"))
    assert "no JSON" in refused() and len(kms.asked) == 1
    kms = play(ALI, urllib.error.URLError(getattr(ssl, "SSLCertVerificationError", ssl.CertificateError)("untrusted")))
    assert "untrusted" in refused() and len(kms.asked) == 1


def case_renewed_credentials_are_taken():
    class Renewing(Kms):
        def urlopen(self, request, timeout):
            os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"] = "STS.new"
            return Kms.urlopen(self, request, timeout)

    kms = play(ALI, ali())
    renewing = Renewing(no(400, "InvalidSecurityToken.Expired"), ali())
    yunfn_secrets.urllib.request.urlopen = renewing.urlopen
    assert secret("DB") == VALUE and asked(renewing.asked[1])[1]["AccessKeyId"] == "STS.new"
    kms = play(ALI, no(400, "InvalidSecurityToken.Expired"))
    text = refused()
    assert "Expired" in text and "give the call's context" in text and len(kms.asked) == 1


def case_another_ciphertext_is_decrypted_anew():
    kms = play(ALI, ali("one"), ali("two"))
    assert secret("DB") == "one"
    os.environ["DB"] = "yunfn-kms:ali:other"
    assert secret("DB") == "two" and len(kms.asked) == 2


def case_threads_that_ask_at_once_ask_kms_once():
    kms = play(dict(ALI, OTHER="yunfn-kms:ali:x"), ali())
    gate, found = threading.Barrier(8), []

    def ask(name):
        gate.wait()
        found.append(secret(name))

    threads = [threading.Thread(target=ask, args=("DB" if number % 2 else "OTHER",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [VALUE] * 8 and len(kms.asked) == 2


def case_no_thread_waits_longer_than_its_own_time():
    """KMS does not answer, and eight ask at once: none waits for what the seven others wait for."""
    kms = play(ALI, no(503, "ServiceUnavailable"))
    took = []
    yunfn_secrets.time.sleep = threading.Event().wait
    gate = threading.Barrier(8)

    def ask():
        gate.wait()
        began = time.monotonic()
        refused(timeout=1)
        took.append(time.monotonic() - began)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The last would wait for eight seconds.
    assert len(took) == 8 and max(took) < 5, took
    kms.answers = [ali()]
    assert secret("DB", timeout=float("inf")) == VALUE


def case_an_answer_that_breaks_off_is_tried_again():
    class Torn(io.BytesIO):
        def read(self, *size):
            raise http.client.IncompleteRead(b"")

    kms = play(ALI, urllib.error.HTTPError("https://h/", 503, "no", {}, Torn()), Torn(), ali())
    assert secret("DB") == VALUE and len(kms.asked) == 3


def case_what_cannot_be_a_host_or_a_text_is_told():
    play({name: value for name, value in ALI.items() if name != "FC_REGION"}, ali())
    yunfn_secrets.urllib.request.urlopen = URLOPEN
    assert "kms..aliyuncs.com is no host's name" in refused()
    play(ALI, (200, {"Plaintext": base64.b64encode(b"\xff\xfe").decode()}))
    text = refused()
    assert "no text in UTF-8" in text and "xff" not in text


def case_an_answer_of_another_shape_is_a_refusal():
    deep = (200, b"[" * 100000)
    for environment, body in (
        (ALI, {"Plaintext": None}), (ALI, {}), (TC, {"Response": "x"}), (TC, {"Response": {"Error": ["x"]}}),
        (TC, {"Response": {"Plaintext": {}}}),
    ):  # fmt: skip
        for answer in ((200, body), deep):
            play(environment, answer)
            assert "secret DB" in refused()


def case_a_refusal_that_tells_what_was_signed_hides_key_and_token():
    signed = "POST&%2F&" + quote("SecurityToken=" + quote("token+/=", safe="~"), safe="~")
    body = {"Code": "SignatureDoesNotMatch", "Message": "signed token+/= or " + signed, "RequestId": "r"}
    play(dict(ALI, ALIBABA_CLOUD_ACCESS_KEY_SECRET="the-key"), (400, body))
    text = refused()
    assert "SignatureDoesNotMatch" in text and text.count("[hidden]") == 2 and "token" not in text, text


for name, case in sorted(globals().items()):
    if name.startswith("case_"):
        try:
            case()
        except Exception:
            sys.stderr.write(name + "\n" + traceback.format_exc())
        else:
            print(name)
