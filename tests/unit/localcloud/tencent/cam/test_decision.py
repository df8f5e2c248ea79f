"""The decision itself: pure, by documents, actions, resources and conditions."""

from __future__ import annotations

import json

import pytest

from yunfn.localcloud.policy_decision import decide
from yunfn.localcloud.tencent.api.exceptions import ApiError
from yunfn.localcloud.tencent.cam.conditions import Context
from yunfn.localcloud.tencent.cam.documents import plain_action, read_policy, read_trust
from yunfn.localcloud.tencent.cam.trust import trusts

FUNCTION = "qcs::scf:ap-shanghai:uin/100:namespace/default/function/f"
OBJECT = "qcs::cos:ap-shanghai:uid/1300000000:bucket-1300000000/a/b.txt"
ALLOW = {"effect": "allow", "action": ["scf:GetFunction"], "resource": ["*"]}


def document(*statements: dict[str, object]) -> str:
    return json.dumps({"version": "2.0", "statement": [{**ALLOW, **one} for one in statements]})


def allows(action: str, resource: str, *statements: dict[str, object], context: Context | None = None) -> bool:
    return decide(read_policy(document(*statements)), plain_action(action), resource, context or {})


def test_nothing_is_allowed_unless_said() -> None:
    assert not allows("scf:DeleteFunction", FUNCTION, {})
    assert not decide((), "scf:GetFunction", FUNCTION, {})


@pytest.mark.parametrize("first", [0, 1])
def test_deny_wins_wherever_it_stands(first: int) -> None:
    both: list[dict[str, object]] = [
        {"action": "*"},
        {"effect": "deny", "action": "cos:GetObject", "resource": "qcs::cos:::bucket-1300000000/a/*"},
    ]
    assert not allows("cos:GetObject", OBJECT, both[first], both[1 - first])
    assert allows("cos:GetObject", OBJECT.replace("/a/", "/c/"), both[first], both[1 - first])


@pytest.mark.parametrize(
    ("glob", "fits"),
    [("scf:GetFunction", True), ("name/scf:GetFunction", True), ("scf:*", True), ("name/scf:Get*", True),
     ("scf:Get?unction", True), ("*", True), ("name/*", True), ("scf:Get", False), ("scf:GetFunctionLogs", False),
     ("cos:*", False), ("scf:getfunction", False)],
)  # fmt: skip
def test_actions_are_globs_with_or_without_name(glob: str, fits: bool) -> None:
    assert allows("scf:GetFunction", FUNCTION, {"action": glob}) is fits
    assert allows("name/scf:GetFunction", FUNCTION, {"action": [glob]}) is fits


@pytest.mark.parametrize(
    ("glob", "fits"),
    [("*", True), (FUNCTION, True), ("qcs::scf:::namespace/default/function/f", True), ("qcs::scf:*:uin/100:*", True),
     ("qcs::scf:ap-shanghai:uin/:namespace/*", True), ("qcs::scf:ap-shanghai:uin/*:namespace/*/function/f", True),
     ("qcs::scf:ap-*:*:namespace/default/function/?", True), ("qcs:id/0:scf::uin/100:*", True), ("qcs::*:::*", True),
     ("qcs::scf:ap-guangzhou:uin/100:*", False), ("qcs::scf:ap-shanghai:uin/101:*", False),
     ("qcs::scf:ap-shanghai:uid/100:*", False), ("qcs::cos:::*", False), ("qcs::scf:::namespace/default", False),
     ("qcs::scf:::namespace/default/function/F", False), ("qcs::scf:::namespace/other/function/*", False)],
)  # fmt: skip
def test_resources_are_globs_by_segment(glob: str, fits: bool) -> None:
    assert allows("scf:GetFunction", FUNCTION, {"resource": [glob]}) is fits


@pytest.mark.parametrize(
    ("glob", "fits"),
    [("qcs::cos:ap-shanghai:uid/1300000000:bucket-1300000000/*", True),
     ("qcs::cos:ap-shanghai:uid/1300000000:bucket-1300000000/a/*", True),
     ("qcs::cos:*:uid/1300000000:*", True),
     ("qcs::cos:ap-shanghai:uin/100:bucket-1300000000/*", False),
     ("qcs::cos:ap-shanghai:uid/1300000000:bucket-1300000000", False),
     ("qcs::cos:ap-shanghai:uid/1300000000:other-1300000000/*", False)],
)  # fmt: skip
def test_objects_belong_to_an_app_id_not_to_a_uin(glob: str, fits: bool) -> None:
    assert allows("name/cos:GetObject", OBJECT, {"action": "cos:GetObject", "resource": glob}) is fits


def test_an_operation_without_resource_is_allowed_by_a_star_alone() -> None:
    assert allows("scf:GetFunction", "*", {})
    assert not allows("scf:GetFunction", "*", {"resource": "qcs::scf:::*"})


def test_a_dot_is_no_pattern() -> None:
    other = OBJECT.replace("b.txt", "bXtxt")
    assert not allows("scf:GetFunction", other, {"resource": "qcs::cos:::bucket-1300000000/a/b.txt"})


NOON = "2026-11-21T12:00:00Z"


@pytest.mark.parametrize(
    ("operator", "wanted", "sent", "holds"),
    [
        ("string_equal", "a", "a", True), ("string_equal", ["b", "a"], "a", True), ("string_equal", "a", "A", False),
        ("string_not_equal", ["a", "b"], "c", True), ("string_not_equal", ["a", "b"], "b", False),
        ("string_equal_ignore_case", "a", "A", True), ("string_not_equal_ignore_case", "a", "A", False),
        ("string_like", "a*c", "abc", True), ("string_like", "a*c", "abd", False),
        ("string_not_like", "a*", "b", True), ("string_not_like", "a*", "ab", False),
        ("binary_equal", "YQ==", "YQ==", True), ("binary_equal", "YQ==", "Yg==", False),
        ("date_less_than", "2026-11-21 12:00:01", NOON, True),
        ("bool_equal", True, "true", True), ("bool_equal", "true", "false", False),
        ("ip_equal", "127.0.0.1", "127.0.0.1", True), ("ip_equal", ["10.0.0.0/8"], "10.1.2.3", True),
        ("ip_equal", "10.0.0.0/8", "11.0.0.1", False), ("ip_not_equal", "10.0.0.0/8", "11.0.0.1", True),
        ("ip_equal", "nonsense", "11.0.0.1", False),
        ("numeric_equal", 5, "5.0", True), ("numeric_not_equal", 5, "6", True), ("numeric_less_than", 5, "5", False),
        ("numeric_less_than_equal", 5, "5", True), ("numeric_greater_than", 5, "6", True),
        ("numeric_greater_than_equal", 5, "4", False), ("numeric_equal", 5, "five", False),
        ("date_less_than", "2026-11-21T12:00:01Z", NOON, True), ("date_less_than", NOON, NOON, False),
        ("date_less_than_equal", NOON, NOON, True), ("date_greater_than", "2026-11-21", NOON, True),
        ("date_greater_than_equal", "2027-01-01T00:00:00Z", NOON, False),
        ("date_equal", "2026-11-21T20:00:00+08:00", NOON, True), ("date_not_equal", NOON, NOON, False),
        ("null_equal", "true", None, True), ("null_equal", False, None, False), ("null_equal", "false", "a", True),
        ("string_equal", "a", None, False), ("string_not_equal", "a", None, True),
        ("ip_equal", "0.0.0.0/0", None, False),
        ("string_equal_if_exist", "a", None, True), ("string_equal_if_exist", "a", "b", False),
        ("for_any_value:string_equal", ["k&v"], ("x&y", "k&v"), True),
        ("for_any_value:string_equal", ["k&v"], ("x&y",), False), ("for_any_value:string_equal", ["k&v"], (), False),
        ("for_all_value:string_equal", ["k&v", "x&y"], ("x&y", "k&v"), True),
        ("for_all_value:string_equal", ["k&v"], ("x&y", "k&v"), False),
        ("for_all_value:string_equal", ["k&v"], (), True),
    ],
)  # fmt: skip
def test_conditions(operator: str, wanted: object, sent: str | tuple[str, ...] | None, holds: bool) -> None:
    context: Context = {} if sent is None else {"qcs:key": sent}
    condition = {"condition": {operator: {"qcs:key": wanted}}}
    assert allows("scf:GetFunction", FUNCTION, condition, context=context) is holds
    assert allows("scf:GetFunction", FUNCTION, {}, {**condition, "effect": "deny"}, context=context) is not holds


def test_all_conditions_must_hold() -> None:
    both = {"condition": {"string_equal": {"a": "1", "b": "2"}, "numeric_equal": {"c": 3}}}
    assert allows("scf:GetFunction", FUNCTION, both, context={"a": "1", "b": "2", "c": "3"})
    for missing in "abc":
        context: Context = {key: value for key, value in (("a", "1"), ("b", "2"), ("c", "3")) if key != missing}
        assert not allows("scf:GetFunction", FUNCTION, both, context=context)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "PolicyDocumentError"), ("[" * 6000, "PolicyDocumentError"),
        ("[]", "PolicyDocumentError"), ('{"version":"2.0"}', "StatementError"),
        ('{"version":"1.0","statement":[]}', "VersionError"), ('{"version":"2.0","statement":[]}', "StatementError"),
        ('{"version":"2.0","statement":[1]}', "StatementError"),
        ('{"version":"2.0","Statement":[]}', "PolicyDocumentError"),
        (document({"effect": "Allow"}), "EffectError"), (document({"Action": "*"}), "StatementError"),
        (document({"action": "GetFunction"}), "ActionError"), (document({"action": []}), "ActionError"),
        (document({"action": [1]}), "ActionError"), (document({"resource": "acs:oss:*:*:b"}), "ResourceQcsError"),
        (document({"resource": None}), "ResourceError"), (document({"resource": []}), "ResourceError"),
        (document({"resource": "qcs::scf:ap:100:f"}), "ResourceUinError"),
        (document({"resource": "qcs::scf:ap:uin/100:"}), "ResourceQcsError"),
        (document({"principal": {"service": ["scf.qcloud.com"]}}), "PrincipalError"),
        (document({"condition": {"StringEquals": {"a": "b"}}}), "ConditionTypeError"),
        (document({"condition": {"string_equal": "b"}}), "ConditionContentError"),
        (document({"condition": {"string_equal": {"a": []}}}), "ConditionContentError"),
        (document({"condition": []}), "ConditionError"),
        (document({"action": [f"scf:{'x' * 6200}"]}), "PolicyDocumentLengthOverLimit"),
        ('{"version":"2.0","statement":[{"effect":"allow","resource":"*"}]}', "ActionMiss"),
    ],
)  # fmt: skip
def test_what_is_no_policy(text: str, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        read_policy(text)
    assert caught.value.code == f"InvalidParameter.{code}"


def test_white_space_does_not_count() -> None:
    assert len(read_policy(document({}) + " " * 7000)) == 1


def trust(principal: object, **more: object) -> str:
    statement = {"effect": "allow", "action": "name/sts:AssumeRole", "principal": principal, **more}
    return json.dumps({"version": "2.0", "statement": [statement]})


SCF = "scf.qcloud.com"


@pytest.mark.parametrize(
    ("text", "kind", "name", "trusted"),
    [
        (trust({"service": [SCF]}), "service", SCF, True), (trust({"service": SCF}), "service", SCF, True),
        (trust({"service": ["cls.cloud.tencent.com", SCF]}), "service", SCF, True),
        (trust({"service": ["cls.cloud.tencent.com"]}), "service", SCF, False),
        (trust({"qcs": ["qcs::cam::uin/100:root"]}), "service", SCF, False),
        (trust({"qcs": ["qcs::cam::uin/100:root"]}), "qcs", "qcs::cam::uin/100:root", True),
        (trust({"qcs": "qcs::cam::anyone:anyone"}), "qcs", "qcs::cam::uin/7:root", True),
        (trust({"qcs": "qcs::cam::uin/100:uin/*"}), "qcs", "qcs::cam::uin/100:uin/5", True),
        (trust({"qcs": "qcs::cam::uin/100:uin/6"}), "qcs", "qcs::cam::uin/100:uin/5", False),
        (trust({"service": [SCF]}, effect="deny"), "service", SCF, False),
        (trust({"service": [SCF]}, action="sts:GetFederationToken"), "service", SCF, False),
        (trust({"service": [SCF]}, condition={"string_equal": {"sts:external_id": "x"}}), "service", SCF, False),
    ],
)  # fmt: skip
def test_trust(text: str, kind: str, name: str, trusted: bool) -> None:
    assert trusts(text, kind, (name,), {}) is trusted


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (trust({"service": ["scf"]}), "PrincipalServiceNotExist"), (trust({}), "PrincipalError"),
        (trust({"service": ["lambda.amazonaws.com"]}), "PrincipalServiceNotExist"),
        (trust({"user": ["x"]}), "PrincipalError"), (trust({"qcs": ["somebody"]}), "PrincipalQcsError"),
        (trust({"service": [SCF]}, resource="*"), "ResourceError"), (document({}), "ResourceError"),
    ],
)  # fmt: skip
def test_what_is_no_trust(text: str, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        read_trust(text)
    assert caught.value.code == f"InvalidParameter.{code}"
