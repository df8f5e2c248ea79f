"""``yunfn:kms:Ciphertext`` over the KMS of both local clouds, and what functions decrypt of it."""

from __future__ import annotations

import base64
import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from unittest import mock
from urllib.parse import quote

import grpc
import pytest
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest
from google.protobuf import json_format
from pulumi.runtime.proto import provider_pb2

from support.scf_plugin import INTERNAL, THROTTLED, Failure, ScfPlugin, urn_of
from yunfn import secrets
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud import environment
from yunfn.provider import alibaba_kms, kms, repeating
from yunfn.provider.properties import UNKNOWN, Properties, encode

TOKEN = "yunfn:kms:Ciphertext"
VALUE = "s3cr+t/pä%sswörd with \"quotes\" & 'more' =="
REGIONS = {"alibaba": environment.DEFAULT_REGION, "tencent": environment.DEFAULT_TENCENT_REGION}
New = Callable[..., dict[str, Any]]
# The SDK's own copy of urllib3 is old.
pytestmark = pytest.mark.filterwarnings("ignore:ssl\\.:DeprecationWarning")


def ask(region: str, action: str, **parameters: str) -> dict[str, Any]:
    """A call of Alibaba Cloud's KMS past the plugin."""
    variables = [os.environ[f"ALIBABA_CLOUD_ACCESS_KEY_{each}"] for each in ("ID", "SECRET")]
    request = RpcRequest("Kms", "2016-01-20", action)
    request.set_protocol_type("https")
    request.set_endpoint(f"kms.{region}.aliyuncs.com")
    for name, value in parameters.items():
        request.add_query_param(name, value)
    client = AcsClient(*variables, region, verify=os.environ["SSL_CERT_FILE"])
    # It holds itself, so its connection would stay until garbage is collected.
    with closing(client.session):
        answer: dict[str, Any] = json.loads(client.do_action_with_exception(request))
    return answer


@pytest.fixture(scope="module")
def keys(scf_of_module: ScfPlugin) -> dict[str, str]:
    """A key in each cloud."""
    scf_of_module.cloud.ask("GET", "/status")
    made = scf_of_module.ask("CreateKey", "kms", Alias=f"of-the-module-{uuid.uuid4().hex[:8]}")
    return {
        "alibaba": ask(REGIONS["alibaba"], "CreateKey")["KeyMetadata"]["KeyId"],
        "tencent": made["KeyId"],
    }


@pytest.fixture(params=["alibaba", "tencent"])
def new(request: pytest.FixtureRequest, scf: ScfPlugin, keys: dict[str, str]) -> New:
    """Inputs of a ciphertext in one cloud and the other."""
    cloud = request.param
    account = scf.account if cloud == "tencent" else scf.cloud.home.account

    def inputs(**others: Any) -> dict[str, Any]:
        given = {"cloud": cloud, "account": account, "region": REGIONS[cloud], "keyId": keys[cloud]}
        return {**given, "plaintext": VALUE, "encryptionContext": {"variable": "DB"}, **others}

    return inputs


@pytest.fixture
def decrypted(scf: ScfPlugin) -> Iterator[Callable[[Properties], str]]:
    """What a function with the account's own key makes of the ciphertext."""

    def read(outputs: Properties) -> str:
        cloud = outputs["cloud"]
        secrets._values.clear()
        variables = {
            "DB": {"alibaba": secrets.ALIBABA, "tencent": secrets.TENCENT}[cloud] + outputs["ciphertext"],
            "FC_REGION": outputs["region"],
            "TENCENTCLOUD_REGION": outputs["region"],
            "TENCENTCLOUD_SECRETID": os.environ["TENCENTCLOUD_SECRET_ID"],
            "TENCENTCLOUD_SECRETKEY": os.environ["TENCENTCLOUD_SECRET_KEY"],
        }
        with mock.patch.dict(os.environ, variables):
            return secrets.secret("DB")

    yield read
    secrets._values.clear()


def hidden(text: str) -> bool:
    """Whether nothing in the text is the plaintext, in any form that it is sent or told in."""
    sent = base64.b64encode(VALUE.encode()).decode()
    return not any(form in text for form in (VALUE, sent, quote(sent, safe=""), quote(quote(sent, safe=""), safe="")))


def test_what_is_encrypted_is_what_a_function_decrypts(
    scf: ScfPlugin, new: New, decrypted: Callable[[Properties], str]
) -> None:
    id_, outputs = scf.create(TOKEN, new(), secrets=("plaintext",))
    assert set(outputs) == {"cloud", "account", "region", "keyId", "encryptionContext", "ciphertext"}
    assert outputs.secrets == frozenset()
    assert hidden(f"{id_}{dict(outputs)}")
    assert decrypted(outputs) == VALUE
    # Bound to its name: nothing else decrypts it.
    _, other = scf.create(TOKEN, new(encryptionContext={"variable": "OTHER"}))
    with pytest.raises(secrets.SecretError) as refused:
        decrypted(other)
    assert hidden(str(refused.value))


def test_nothing_is_asked_where_nothing_changes(scf: ScfPlugin, new: New) -> None:
    id_, outputs = scf.create(TOKEN, new())
    inputs = Properties(new(), {"plaintext"})
    with mock.patch.object(kms, "encrypted", side_effect=AssertionError), scf.counted() as asked:
        assert not scf.diff(TOKEN, new(), new(), outputs)
        read = scf.read(TOKEN, id_, outputs, inputs)
        assert read is not None
        assert (dict(read[0]), dict(read[1])) == (new(), dict(outputs))
        assert read[0].secrets == {"plaintext"}
        planned = scf.create(TOKEN, new(), preview=True)[1]
        assert planned["ciphertext"] is UNKNOWN
        scf.delete(TOKEN, id_, outputs)
    assert asked == []


@pytest.mark.parametrize("changed", [{"plaintext": "other"}, {"keyId": "key-other-12345"}, {"encryptionContext": {}}])
def test_a_change_encrypts_again_in_place(scf: ScfPlugin, new: New, changed: dict[str, Any]) -> None:
    _, outputs = scf.create(TOKEN, new())
    found = scf.diff(TOKEN, new(), new(**changed), outputs)
    assert {path.partition("[")[0].partition(".")[0] for path in found.kinds} == set(changed)
    assert not found.replaces
    planned = scf.update(TOKEN, "x", outputs, new(**changed), preview=True)
    assert planned["ciphertext"] is UNKNOWN


def test_an_update_answers_the_new_text(
    scf: ScfPlugin, new: New, decrypted: Callable[[Properties], str]
) -> None:  # fmt: skip
    id_, outputs = scf.create(TOKEN, new())
    changed = scf.update(TOKEN, id_, outputs, new(plaintext="another"), secrets=("plaintext",))
    assert changed["ciphertext"] != outputs["ciphertext"]
    assert decrypted(changed) == "another"


def test_plain_text_becomes_a_secret_at_once(scf: ScfPlugin, new: New) -> None:
    answer = scf.stub.Check(provider_pb2.CheckRequest(urn=urn_of(TOKEN), news=encode(new())))
    assert not answer.failures
    assert answer.inputs == encode(new(), {"plaintext"})
    already = encode(new(), {"plaintext", "keyId"})
    assert scf.stub.Check(provider_pb2.CheckRequest(urn=urn_of(TOKEN), news=already)).inputs == already
    assert '"secret": true' in scf.stub.GetSchema(provider_pb2.GetSchemaRequest()).schema


def test_wrong_inputs_are_named_and_not_shown(scf: ScfPlugin, new: New) -> None:
    for wrong, reason in (({VALUE: 1}, "must be a text"), ("", "must not be empty"), (VALUE * 200, "at most")):
        # The engine would show the value of a property that it is told by name.
        (failure,) = scf.check(TOKEN, new(plaintext=wrong)).items()
        assert failure[0] == "" and "property plaintext " in failure[1] and reason in failure[1]
        assert hidden(str(failure))
    assert set(scf.check(TOKEN, new(cloud="aws"))) == {"cloud"}
    assert scf.check(TOKEN, new(plaintext=UNKNOWN, keyId=UNKNOWN)) == {}


def test_a_refusal_says_why_and_not_what(scf: ScfPlugin, new: New) -> None:
    unknown = "4a1f2b3c-0000-4000-8000-123456789012"
    with pytest.raises(Failure) as refused:
        scf.create(TOKEN, new(keyId=unknown), secrets=("plaintext",))
    assert "KMS Encrypt: " in refused.value.reason
    assert "(request " in refused.value.reason
    assert hidden(refused.value.reason)


def test_a_disabled_key_is_told_with_what_to_do(scf: ScfPlugin, new: New) -> None:
    inputs = new()
    if inputs["cloud"] == "tencent":
        scf.ask("DisableKey", "kms", KeyId=inputs["keyId"])
    else:
        ask(inputs["region"], "DisableKey", KeyId=inputs["keyId"])
    try:
        with pytest.raises(Failure, match="enable the key") as refused:
            scf.create(TOKEN, inputs)
        assert ("is_enabled=True" in refused.value.reason) == (inputs["cloud"] == "tencent")
    finally:
        if inputs["cloud"] == "tencent":
            scf.ask("EnableKey", "kms", KeyId=inputs["keyId"])
        else:
            ask(inputs["region"], "EnableKey", KeyId=inputs["keyId"])


def test_it_cannot_be_imported(scf: ScfPlugin) -> None:
    with pytest.raises(Failure, match="x: a ciphertext cannot be imported: KMS keeps none"):
        scf.read(TOKEN, "alibaba:cn-shanghai:key:1")


def echo(*sent: str) -> CloudAnswerError:
    """A refusal that tells all that was sent, as gateways do where a signature is wrong."""
    forms = [VALUE, *sent, *(quote(each, safe="~") for each in sent)]
    return CloudAnswerError("KMS Encrypt: Odd: " + " ".join([*forms, *(quote(each, safe="~") for each in forms)]))


def test_what_kms_echoes_is_not_told(scf: ScfPlugin, new: New) -> None:
    sent = base64.b64encode(VALUE.encode()).decode()
    told = kms.without(str(echo(sent)), VALUE)
    assert hidden(told)
    assert "[secret]" in told
    client = kms.TencentKms if new()["cloud"] == "tencent" else alibaba_kms.AlibabaKms
    for error in (echo(sent), RuntimeError(sent), KeyError(VALUE)):
        with (
            mock.patch.object(client, "encrypt", side_effect=error),
            mock.patch.object(client, "passes", return_value=False),
            pytest.raises(Failure) as refused,
        ):
            scf.create(TOKEN, new())
        assert hidden(refused.value.reason)
        assert "KMS Encrypt" in refused.value.reason


def test_what_passes_is_tried_again_until_the_time_is_up(scf: ScfPlugin, new: New) -> None:
    client = kms.TencentKms if new()["cloud"] == "tencent" else alibaba_kms.AlibabaKms
    lost = CloudAnswerError("KMS Encrypt: no answer: gone (request -)")
    throttled = THROTTLED if new()["cloud"] == "tencent" else CloudAnswerError("x", code="Throttling.User", status=400)
    with (
        mock.patch.object(repeating, "_FIRST_WAIT", 0.01),
        mock.patch.object(client, "encrypt", side_effect=[lost, throttled, INTERNAL, "ciphertext"]),
    ):
        assert scf.create(TOKEN, new())[1]["ciphertext"] == "ciphertext"
    with mock.patch.object(client, "encrypt", side_effect=lost), pytest.raises(Failure) as late:
        scf.create(TOKEN, new(), timeout=1)
    assert late.value.code is grpc.StatusCode.CANCELLED
    assert "KMS Encrypt: no answer" in late.value.reason


def test_another_accounts_credentials_are_refused(scf: ScfPlugin, new: New) -> None:
    with pytest.raises(Failure, match="belongs to account 1250000001, but the credentials"):
        scf.create(TOKEN, new(account="1250000001"))


def test_the_state_holds_the_plaintext_as_a_secret_only(scf: ScfPlugin, new: New) -> None:
    """What the engine writes down is what Check and Create answer: without the wrapped secret nothing is left."""
    inputs = scf.stub.Check(provider_pb2.CheckRequest(urn=urn_of(TOKEN), news=encode(new()))).inputs
    shown = json_format.MessageToDict(inputs)
    assert "4dabf18193072939515e22adb298388d" in shown.pop("plaintext")
    assert hidden(json.dumps(shown))
