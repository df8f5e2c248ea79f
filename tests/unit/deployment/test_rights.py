"""The roles of a stack: which policies each has, on either cloud, and what the state does not show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from unit.deployment.states_of_stacks import ACCOUNT, APP_ID, PROVIDER, SECRET, state
from yunfn.access.grammar import CAM, RAM
from yunfn.deployment.rights import stack_roles
from yunfn.exceptions import PolicyDocumentError

UPSTREAM = "urn:pulumi:dev::shop::pulumi:providers:tencentcloud::default::p2"
TRUST = json.dumps(
    {
        "Version": "1",
        "Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": ["fc.aliyuncs.com"]}}],
    }
)
CAM_TRUST = json.dumps(
    {
        "version": "2.0",
        "statement": [
            {"action": "name/sts:AssumeRole", "effect": "allow", "principal": {"service": ["scf.qcloud.com"]}}
        ],
    }
)


def ram_policy(bucket: str = "b") -> str:
    statement = {"Effect": "Allow", "Action": ["oss:GetObject"], "Resource": [f"acs:oss:*:*:{bucket}/*"]}
    return json.dumps({"Version": "1", "Statement": [statement]})


def cam_policy(bucket: str = "b") -> str:
    resource = f"qcs::cos:ap-shanghai:uid/{APP_ID}:{bucket}-{APP_ID}/*"
    statement = {"effect": "allow", "action": ["name/cos:GetObject"], "resource": [resource]}
    return json.dumps({"version": "2.0", "statement": [statement]})


def made(kind: str, pulumi_name: str, id: str, /, *, provider: str = PROVIDER, **outputs: Any) -> dict[str, Any]:
    return {
        "urn": f"urn:pulumi:dev::shop::{kind}::{pulumi_name}",
        "custom": True,
        "id": id,
        "type": kind,
        "provider": provider,
        "outputs": outputs,
    }


def ram_role(name: str, **outputs: Any) -> dict[str, Any]:
    named = {"roleName": name, "assumeRolePolicyDocument": TRUST, **outputs}
    return made("alicloud:ram/role:Role", f"{name}-role", name, **named)


def ram_policy_resource(name: str, document: Any, **how: Any) -> dict[str, Any]:
    return made("alicloud:ram/policy:Policy", f"{name}-policy", name, policyName=name, policyDocument=document, **how)


def ram_attachment(role: str, policy: str, kind: str = "Custom", **how: Any) -> dict[str, Any]:
    return made(
        "alicloud:ram/rolePolicyAttachment:RolePolicyAttachment",
        f"{role}-{policy}",
        f"role:{policy}:{kind}:{role}",
        roleName=role,
        policyName=policy,
        policyType=kind,
        **how,
    )


def cam_resource(kind: str, name: str, id: str, **outputs: Any) -> dict[str, Any]:
    return made(f"yunfn:cam:{kind}", name, id, provider="urn:pulumi:…::yunfn::p3", account=APP_ID, **outputs)


def test_a_role_has_the_documents_of_its_policies_and_the_names_of_the_clouds_own() -> None:
    found = stack_roles(
        state(
            ram_role("dev-shop"),
            ram_policy_resource("dev-shop-write", ram_policy("w")),
            ram_policy_resource("dev-shop-read", ram_policy("r")),
            ram_policy_resource("dev-other", ram_policy("o")),
            ram_attachment("dev-shop", "dev-shop-write"),
            ram_attachment("dev-shop", "dev-shop-read"),
            ram_attachment("dev-shop", "AliyunOSSFullAccess", "System"),
        )
    )
    (role,) = found
    assert (role.cloud, role.name) == ("alibaba", "dev-shop")
    assert role.urn == "urn:pulumi:dev::shop::alicloud:ram/role:Role::dev-shop-role"
    assert role.trust is not None
    assert role.trust.trust
    assert role.trust.grammar is RAM
    assert role.trust.statements[0].principals == (("Service", ("fc.aliyuncs.com",)),)
    assert [document.source for document in role.policies] == ["dev-shop-read", "dev-shop-write"]
    assert [document.statements[0].resources for document in role.policies] == [
        ("acs:oss:*:*:r/*",),
        ("acs:oss:*:*:w/*",),
    ]
    assert role.managed == ("AliyunOSSFullAccess",)
    assert role.unread == ()


def test_the_plugins_roles_have_policies_by_number_and_by_name() -> None:
    found = stack_roles(
        state(
            cam_resource("Role", "web", "dev-web", roleName="dev-web", policyDocument=CAM_TRUST),
            cam_resource("Policy", "web-policy", "17", policyName="dev-web", policyDocument=cam_policy()),
            cam_resource(
                "RolePolicyAttachment", "a", "dev-web#17", roleName="dev-web", policyId="17", policyName="dev-web"
            ),
            cam_resource(
                "RolePolicyAttachment", "b", "dev-web#3", roleName="dev-web", policyId="3",
                policyName="QcloudCOSReadOnlyAccess",
            ),
        )
    )  # fmt: skip
    (role,) = found
    assert (role.cloud, role.name, role.managed, role.unread) == (
        "tencent",
        "dev-web",
        ("QcloudCOSReadOnlyAccess",),
        (),
    )
    assert role.trust is not None
    assert role.trust.grammar is CAM
    assert [document.source for document in role.policies] == ["dev-web"]


def test_upstreams_tencent_roles_have_policies_by_number_and_by_name() -> None:
    cam = "tencentcloud:Cam/"
    found = stack_roles(
        state(
            made(f"{cam}role:Role", "r", "4611", provider=UPSTREAM, name="dev-r", document=CAM_TRUST),
            made(f"{cam}policy:Policy", "p", "18", provider=UPSTREAM, name="dev-p", document=cam_policy()),
            made(
                f"{cam}rolePolicyAttachment:RolePolicyAttachment", "a", "4611#18", provider=UPSTREAM,
                roleId="4611", policyId="18", policyName="dev-p", policyType="User",
            ),
            made(
                f"{cam}rolePolicyAttachmentByName:RolePolicyAttachmentByName", "n", "dev-r#preset", provider=UPSTREAM,
                roleName="dev-r", policyName="preset", policyType="QCS",
            ),
        )
    )  # fmt: skip
    (role,) = found
    assert [document.source for document in role.policies] == ["dev-p"]
    assert role.managed == ("preset",)


def test_what_the_state_does_not_show_is_named() -> None:
    found = stack_roles(
        state(
            ram_role("dev-shop", assumeRolePolicyDocument=SECRET),
            ram_policy_resource("dev-hidden", SECRET),
            ram_attachment("dev-shop", "dev-hidden"),
            ram_attachment("dev-shop", "of-another-stack"),
        )
    )
    (role,) = found
    assert role.trust is None
    assert role.policies == ()
    assert role.unread == ("dev-hidden", "of-another-stack")


def test_a_role_that_is_made_elsewhere_is_told_by_its_attachments() -> None:
    found = stack_roles(state(ram_policy_resource("extra", ram_policy()), ram_attachment("shared", "extra")))
    (role,) = found
    assert (role.name, role.trust) == ("shared", None)
    assert role.urn.endswith("::shared-extra")
    assert [document.source for document in role.policies] == ["extra"]


def test_roles_of_two_accounts_with_one_name_are_two() -> None:
    other = "urn:pulumi:dev::shop::pulumi:providers:alicloud::other::p9"
    found = stack_roles(
        state(
            ram_role("dev-shop"),
            {**ram_role("dev-shop", provider=other), "urn": "urn:pulumi:dev::shop::alicloud:ram/role:Role::second"},
            ram_policy_resource("p", ram_policy("first")),
            {**ram_policy_resource("p", ram_policy("second"), provider=other), "urn": "urn::p-second"},
            ram_attachment("dev-shop", "p"),
            ram_attachment("dev-shop", "p", provider=other),
        )
    )
    by_urn = {role.urn.rpartition("::")[2]: role for role in found}
    assert by_urn["dev-shop-role"].policies[0].statements[0].resources == ("acs:oss:*:*:first/*",)
    assert by_urn["second"].policies[0].statements[0].resources == ("acs:oss:*:*:second/*",)


def test_what_waits_to_be_deleted_or_was_not_finished_is_left_out() -> None:
    assert not stack_roles(state({**ram_role("gone"), "delete": True}, {**ram_role("half"), "id": ""}))
    assert not stack_roles({"version": 3, "deployment": {}})


def test_ram_names_roles_without_regard_to_case() -> None:
    (role,) = stack_roles(
        state(ram_role("Dev-Shop"), ram_policy_resource("p", ram_policy()), ram_attachment("dev-shop", "P"))
    )
    assert [document.source for document in role.policies] == ["p"]


def test_a_malformed_document_is_refused_by_the_policys_name() -> None:
    broken = state(ram_role("r"), ram_policy_resource("dev-p", '{"Version": "1"}'), ram_attachment("r", "dev-p"))
    with pytest.raises(PolicyDocumentError, match="dev-p"):
        stack_roles(broken)


def test_the_account_is_not_looked_for_in_resources_of_other_kinds() -> None:
    assert not stack_roles(state(made("alicloud:oss/bucket:Bucket", "b", "b", bucket="b", owner=ACCOUNT)))
