"""Secrets of functions as both clouds' components declare them: what becomes a resource, a right and a variable."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from support.declaring import Declared, MockCloud, declare_in
from unit.alibaba.declared import _CLOUD as ALIBABA
from unit.tencent.declared import CLOUD as TENCENT
from yunfn import access, alibaba, secrets, tencent
from yunfn.exceptions import ValidationError
from yunfn.packaging import pack

VALUE = "the-plaintext-itself"
KEYS = {
    "alibaba": "key-hzz62f1cb66fa42qo1234",
    "tencent": "23e80852-1e38-11e9-b129-5cb9019b4b01",
}
NAMES = {
    "alibaba": f"acs:kms:cn-shanghai:1234567890123456:key/{KEYS['alibaba']}",
    "tencent": f"qcs::kms:ap-shanghai:uin/100012345678:key/creatorUin/100012345678/{KEYS['tencent']}",
}
_SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": VALUE}
_CIPHERTEXT = {"yunfn:kms:Ciphertext": lambda i: {"ciphertext": "blob-of-" + i["encryptionContext"]["variable"]}}
Declare = Callable[..., Declared]


@pytest.fixture(params=["alibaba", "tencent"])
def cloud(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def declare(cloud: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Declare:
    """Declares functions, their service and what else is said."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "index.py").write_text("handler = print")
    played = {"alibaba": ALIBABA, "tencent": TENCENT}[cloud]
    package: Any = {"alibaba": alibaba, "tencent": tencent}[cloud]
    runtime = {"alibaba": "python3.10", "tencent": "Python3.6"}[cloud]

    def run(
        functions: tuple[str, ...] = ("fn",), *, service: dict[str, Any] | None = None, **settings: Any
    ) -> Declared:  # fmt: skip
        def program() -> None:
            place = package.Service("s", **(service or {}))
            # Outputs are made where the program runs.
            given = {name: value() if callable(value) else value for name, value in settings.items()}
            for name in functions:
                package.Function(name, service=place, runtime=runtime, handler="index.handler", code="code", **given)

        mocks = MockCloud(played.name, {**played.outputs, **_CIPHERTEXT}, played.functions, played.config, played.state)
        return declare_in(mocks, program)

    return run


def _environment(declared: Declared) -> dict[str, str]:
    (function,) = (*declared.of("V3Function").values(), *_scf(declared))
    return function.get("environmentVariables") or function.get("environment") or {}


def _scf(declared: Declared) -> list[dict[str, Any]]:
    return [inputs for (kind, _), inputs in declared.resources.items() if kind == "yunfn:scf:Function"]


def _statements(declared: Declared) -> list[tuple[str, str]]:
    """Action and resource of every right."""
    found = []
    for policy in declared.of("Policy").values():
        document = json.loads(policy["policyDocument"])
        for each in document.get("Statement", document.get("statement")):
            told = {name.lower(): value for name, value in each.items()}
            found += [(action, at) for action in told["action"] for at in told["resource"]]
    return found


def test_each_secret_is_a_ciphertext_and_nothing_else(declare: Declare, cloud: str) -> None:
    declared = declare(
        secrets=lambda: {"DB": pulumi.Output.secret(VALUE), "PLAIN": VALUE},
        secrets_key=KEYS[cloud],
        environment={"A": "b"},
    )
    made = declared.of("Ciphertext")
    assert set(made) == {"fn-secret-DB", "fn-secret-PLAIN"}
    assert made["fn-secret-DB"] == {
        "cloud": cloud,
        "account": {"alibaba": "1234567890123456", "tencent": "1250000000"}[cloud],
        "region": {"alibaba": "cn-shanghai", "tencent": "ap-shanghai"}[cloud],
        "keyId": KEYS[cloud],
        "plaintext": _SECRET,
        "encryptionContext": {"variable": "DB"},
    }
    prefix = {"alibaba": "yunfn-kms:ali:", "tencent": "yunfn-kms:tc:"}[cloud]
    assert _environment(declared) == {
        "A": "b", "DB": f"{prefix}blob-of-DB", "PLAIN": f"{prefix}blob-of-PLAIN", "YUNFN_SECRETS_KEY": KEYS[cloud],
    }  # fmt: skip
    # What was given as plain text is as secret.
    assert made["fn-secret-PLAIN"].pop("plaintext") == made["fn-secret-DB"].pop("plaintext") == _SECRET
    assert VALUE not in str(declared.resources)


def test_the_right_is_the_keys_alone_and_there_is_none_without_secrets(declare: Declare, cloud: str) -> None:
    for secrets_key in (KEYS[cloud], NAMES[cloud]):
        ((action, at),) = _statements(declare(secrets={"DB": VALUE}, service={"secrets_key": secrets_key}))
        assert action.removeprefix("name/") == "kms:Decrypt"
        assert at == NAMES[cloud].replace("creatorUin/100012345678", "creatorUin/*")
    read = {"alibaba": access.oss.read("stock"), "tencent": access.cos.read("stock-1250000000")}[cloud]
    beside = declare(secrets={"DB": VALUE}, secrets_key=KEYS[cloud], grants=[read])
    alone = declare(grants=[read])
    assert set(_statements(beside)) == {*_statements(alone), (action, at)}
    for nothing in (None, {}):
        declared = declare(secrets=nothing, service={"secrets_key": KEYS[cloud]})
        assert not _statements(declared)
        assert not declared.of("Ciphertext")
        assert secrets.KEY not in _environment(declared)


def test_another_key_is_another_policy_so_that_the_version_that_runs_keeps_its_right(
    declare: Declare, cloud: str
) -> None:
    """The engine removes what was replaced, or is not declared any more, after the alias has left the old version."""
    read = {"alibaba": access.oss.read("stock"), "tencent": access.cos.read("stock-1250000000")}[cloud]
    names = {}
    for key in (KEYS[cloud], "key-that-comes-after"):
        for owner, settings in (
            ("s-service", {"service": {"secrets_key": key}}),
            ("fn-function", {"secrets_key": key}),
            ("fn-function", {"service": {"secrets_key": key}, "own_role": True}),
        ):
            declared = declare(secrets={"DB": VALUE}, grants=[read], **settings)
            policies = declared.of("Policy")
            names[key, owner] = policies[f"{owner}-secrets-policy"]["policyName"]
            assert "kms" not in policies["fn-function-policy"]["policyDocument"]
    assert len(set(names.values())) == len(names) == 4


def test_the_functions_key_goes_before_the_services(declare: Declare, cloud: str) -> None:
    declared = declare(secrets={"DB": VALUE}, secrets_key="key-of-the-function", service={"secrets_key": KEYS[cloud]})
    assert declared.of("Ciphertext")["fn-secret-DB"]["keyId"] == "key-of-the-function"
    assert [at.rpartition("/")[2] for _, at in _statements(declared)] == ["key-of-the-function"]


def test_functions_of_one_service_share_the_policy_of_its_key(declare: Declare, cloud: str) -> None:
    declared = declare(("fn", "other"), secrets={"DB": VALUE}, service={"secrets_key": KEYS[cloud]})
    assert set(declared.of("Policy")) == {"s-service-secrets-policy"}
    assert len(declared.of("Ciphertext")) == 2
    declared = declare(("fn", "other"), secrets={"DB": VALUE}, secrets_key=KEYS[cloud])
    assert set(declared.of("Policy")) == {"fn-function-secrets-policy", "other-function-secrets-policy"}


def test_the_module_is_packed_for_functions_with_secrets(
    declare: Declare, cloud: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed: list[set[str]] = []

    def noted(*arguments: Any, **named: Any) -> Any:
        made = pack(*arguments, **named)
        packed.append(set(made.manifest.paths))
        return made

    monkeypatch.setattr("yunfn.program.code.packaging.pack", noted)
    declare(secrets={"DB": VALUE}, secrets_key=KEYS[cloud])
    declare(wsgi=True, secrets={"DB": VALUE}, secrets_key=KEYS[cloud])
    # A stack without any still runs the code that imports it.
    declare(secrets={})
    declare(secrets_key=KEYS[cloud])
    assert packed == [
        {"index.py", "yunfn_secrets.py"},
        {"index.py", "yunfn_secrets.py", "yunfn_wsgi.py"},
        {"index.py", "yunfn_secrets.py"},
        {"index.py"},
    ]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"secrets_key": None}, "fn: secrets='DB': are encrypted by a key of KMS: give secrets_key"),
    ({"secrets": {"1DB": VALUE}}, "fn: secrets='1DB': keys start with a letter"),
    ({"secrets": {"YUNFN_SECRETS_KEY": VALUE}}, "fn: secrets='YUNFN_SECRETS_KEY': what decrypts the secrets reads it"),
    ({"secrets": {"YUNFN_KMS_ENDPOINT": VALUE}}, "fn: secrets='YUNFN_KMS_ENDPOINT': what decrypts the secrets reads"),
    ({"secrets": {"DB": 5}}, "fn: secrets='DB': values are text, this one is int"),
    ({"secrets": {"DB": ""}}, "fn: secrets='DB': the value is empty"),
    ({"secrets": lambda: pulumi.Output.from_input({"DB": VALUE})}, "fn: secrets='Output': a dictionary"),
    ({"environment": {"DB": "x"}}, "fn: secrets='DB': stands in environment too"),
    ({"environment": {"YUNFN_SECRETS_KEY": "x"}}, "environment='YUNFN_SECRETS_KEY': the key is used by yunfn"),
    ({"secrets_key": "alias/mine"}, "fn: secrets_key='alias/mine': the id of a KMS key, or its"),
    (
        {"environment": {"A": "a" * 999}, "secrets": {"DB": VALUE * 130}},
        r"fn: secrets='at least 4\d{3} bytes': environment \(1000 bytes\) and secrets \(encrypted at least 3\d{3}\) "
        "hold at most 4096 in all",
    ),
]


@pytest.mark.parametrize(("settings", "said"), WRONG, ids=[said for _, said in WRONG])
@pytest.mark.parametrize("later", [False, True])
def test_what_is_wrong_is_said_before_anything_is_made(
    declare: Declare, cloud: str, settings: dict[str, Any], said: str, later: bool
) -> None:
    given: dict[str, Any] = {"secrets": {"DB": VALUE}, "secrets_key": KEYS[cloud], **settings}
    if later and isinstance(given["secrets"], dict):
        plain = given["secrets"]
        given["secrets"] = lambda: {name: pulumi.Output.secret(value) for name, value in plain.items()}
    with pytest.raises(ValidationError, match=said) as refused:
        declare(**given)
    assert VALUE not in str(refused.value)
    made = {kind for kind, _ in refused.value.declared.resources}  # type: ignore[attr-defined]
    never = {"alicloud:fc/v3Function:V3Function", "yunfn:scf:Function"}
    assert not made & (never if later else never | {f"yunfn:{cloud}:Function", "yunfn:kms:Ciphertext"})


@pytest.mark.parametrize(("what", "wrong"), [("region", "eu-central-1"), ("account", "999999999999")])
def test_a_key_of_another_place_is_refused(declare: Declare, cloud: str, what: str, wrong: str) -> None:
    right = {
        "region": {"alibaba": "cn-shanghai", "tencent": "ap-shanghai"}[cloud],
        "account": NAMES[cloud].split(":")[4 if cloud == "tencent" else 3],
    }
    key = NAMES[cloud].replace(right[what].removeprefix("uin/"), wrong)
    with pytest.raises(ValidationError, match=f"the function is in {what} "):
        declare(secrets={"DB": VALUE}, secrets_key=key)


def test_what_does_not_fit_is_counted_when_it_is_known(declare: Declare, cloud: str) -> None:
    def environment() -> Any:
        return pulumi.Output.from_input({"A": "a" * 4059})

    with pytest.raises(ValidationError, match=r"environment \(4060 bytes\) and secrets \(encrypted \d+\) hold"):
        declare(secrets={"DB": VALUE}, secrets_key=KEYS[cloud], environment=environment)
    with pytest.raises(ValidationError, match="stands in environment too"):
        declare(secrets={"A": VALUE}, secrets_key=KEYS[cloud], environment=environment)


def test_the_pages_program_runs_as_it_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders" / "orders.py").write_text("def handler(event, context): ...\n")
    page = (Path(__file__).parents[3] / "docs" / "secrets.md").read_text()
    program = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[0]
    made = {"alicloud:kms/key:Key": lambda i: {"id": KEYS["alibaba"]}, **_CIPHERTEXT}
    mocks = MockCloud(ALIBABA.name, {**ALIBABA.outputs, **made}, ALIBABA.functions, ALIBABA.config)
    declared = declare_in(mocks, lambda: exec(compile(program, "secrets.md", "exec"), {}), shop__dbPassword=VALUE)
    assert set(declared.of("Ciphertext")) == {"orders-secret-DB_PASSWORD"}
