"""Custom policies, their versions, and what they are attached to."""

from __future__ import annotations

import pytest

from unit.localcloud.alibaba.ram.documents import READ, TRUST, policy
from unit.localcloud.alibaba.signatures.rpc_client import RpcClient

CUSTOM = {"PolicyName": "p", "PolicyType": "Custom"}


def test_a_policy_lives(ram: RpcClient) -> None:
    made = ram.do("CreatePolicy", PolicyName="p", PolicyDocument=READ, Description="reads")["Policy"]
    assert (made["PolicyName"], made["PolicyType"], made["DefaultVersion"]) == ("p", "Custom", "v1")
    found = ram.do("GetPolicy", **CUSTOM)
    assert found["Policy"]["AttachmentCount"] == 0
    assert found["DefaultPolicyVersion"]["PolicyDocument"] == READ
    assert found["DefaultPolicyVersion"]["IsDefaultVersion"] is True
    ram.do("UpdatePolicyDescription", PolicyName="p", NewDescription="still reads")
    assert ram.do("GetPolicy", **CUSTOM)["Policy"]["Description"] == "still reads"
    ram.do("DeletePolicy", PolicyName="p")
    ram.refused(404, "EntityNotExist.Policy", "GetPolicy", **CUSTOM)


def test_versions_rotate_as_the_provider_asks(ram: RpcClient) -> None:
    ram.do("CreatePolicy", PolicyName="p", PolicyDocument=READ)
    for number in range(2, 6):
        ram.do("CreatePolicyVersion", PolicyName="p", PolicyDocument=READ.replace("bucket", f"b{number}"))
    assert ram.do("GetPolicy", **CUSTOM)["Policy"]["DefaultVersion"] == "v1"
    sixth = {"PolicyName": "p", "PolicyDocument": READ.replace("bucket", "b6"), "SetAsDefault": "true"}
    ram.refused(409, "LimitExceeded.Policy.Version", "CreatePolicyVersion", **sixth)
    rotate = "DeleteOldestNonDefaultVersionWhenLimitExceeded"
    made = ram.do("CreatePolicyVersion", **sixth, RotateStrategy=rotate)["PolicyVersion"]
    assert (made["VersionId"], made["IsDefaultVersion"]) == ("v6", True)
    listed = ram.do("ListPolicyVersions", **CUSTOM)["PolicyVersions"]["PolicyVersion"]
    assert [one["VersionId"] for one in listed] == ["v1", "v3", "v4", "v5", "v6"]
    assert [one["IsDefaultVersion"] for one in listed] == [False, False, False, False, True]
    assert "b6" in ram.do("GetPolicy", **CUSTOM)["DefaultPolicyVersion"]["PolicyDocument"]
    ram.refused(409, "DeleteConflict.PolicyVersion.Default", "DeletePolicyVersion", PolicyName="p", VersionId="v6")
    ram.do("DeletePolicyVersion", PolicyName="p", VersionId="v3")
    ram.refused(404, "EntityNotExist.Policy.Version", "GetPolicyVersion", **CUSTOM, VersionId="v3")
    ram.do("SetDefaultPolicyVersion", PolicyName="p", VersionId="v1")
    assert ram.do("GetPolicyVersion", **CUSTOM, VersionId="v1")["PolicyVersion"]["IsDefaultVersion"] is True
    ram.refused(409, "DeleteConflict.Policy.Version", "DeletePolicy", PolicyName="p")
    ram.do("DeletePolicy", PolicyName="p", CascadingDelete="true")


def test_refusals(ram: RpcClient) -> None:
    ram.do("CreatePolicy", PolicyName="p", PolicyDocument=READ)
    ram.refused(409, "EntityAlreadyExists.Policy", "CreatePolicy", PolicyName="P", PolicyDocument=READ)
    ram.refused(
        409, "EntityAlreadyExists.Policy", "CreatePolicy", PolicyName="AliyunOSSFullAccess", PolicyDocument=READ
    )
    ram.refused(400, "InvalidParameter.PolicyName", "CreatePolicy", PolicyName="under_score", PolicyDocument=READ)
    ram.refused(400, "MissingPolicyDocument", "CreatePolicy", PolicyName="x")
    ram.refused(400, "MissingPolicyType", "GetPolicy", PolicyName="p")
    ram.refused(400, "InvalidParameter.PolicyType", "GetPolicy", PolicyName="p", PolicyType="Own")
    ram.refused(404, "EntityNotExist.Policy", "GetPolicy", PolicyName="AliyunNothing", PolicyType="System")
    for operation in ("DeletePolicy", "UpdatePolicyDescription"):
        ram.refused(404, "EntityNotExist.Policy", operation, PolicyName="gone")


def test_a_policy_fits_in_6144_characters(ram: RpcClient) -> None:
    def long(characters: int) -> str:
        empty = policy({"Action": "oss:GetObject", "Resource": "acs:oss:*:*:"})
        return empty.replace("acs:oss:*:*:", "acs:oss:*:*:" + "b" * (characters - len(empty)))

    ram.do("CreatePolicy", PolicyName="fits", PolicyDocument=long(6144))
    ram.refused(
        400, "InvalidParameter.PolicyDocument.Length", "CreatePolicy", PolicyName="long", PolicyDocument=long(6145)
    )


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("{", "not JSON"),
        ('{"Version":"2","Statement":[{}]}', 'Version must be "1"'),
        ('{"Version":"1","Statement":[{}],"Id":"x"}', "unknown element Id"),
        ('{"Version":"1","Statement":{}}', "Statement must be a list"),
        (policy({"Effect": "Maybe", "Action": "*", "Resource": "*"}), "Effect must be Allow or Deny"),
        (policy({"Resource": "*"}), "either Action or NotAction"),
        (policy({"Action": "*", "NotAction": "*", "Resource": "*"}), "either Action or NotAction"),
        (policy({"Action": "*"}), "either Resource or NotResource"),
        (policy({"Action": [], "Resource": "*"}), "a string or a list of strings"),
        (policy({"Action": "GetObject", "Resource": "*"}), "'GetObject' is not well formed"),
        (policy({"Action": "oss:Get Object", "Resource": "*"}), "is not well formed"),
        (policy({"Action": "*", "Resource": "my-bucket/*"}), "'my-bucket/*' is not well formed"),
        (policy({"Action": "*", "Resource": "*", "Principal": {"RAM": ["*"]}}), "trust policy only"),
        (policy({"Action": "*", "Resource": "*", "Colour": "red"}), "unknown element Colour"),
        (policy({"Action": "*", "Resource": "*", "Condition": {"StringMatches": {"a": "b"}}}), "unknown operator"),
        (policy({"Action": "*", "Resource": "*", "Condition": {"Bool": {"a": []}}}), "a value or a list of values"),
    ],
)
def test_a_malformed_document_is_refused_with_its_reason(ram: RpcClient, document: str, reason: str) -> None:
    message = ram.refused(400, "MalformedPolicyDocument", "CreatePolicy", PolicyName="x", PolicyDocument=document)
    assert reason in message
    ram.do("CreatePolicy", PolicyName="good", PolicyDocument=READ)
    ram.refused(400, "MalformedPolicyDocument", "CreatePolicyVersion", PolicyName="good", PolicyDocument=document)


def test_attachments_from_both_sides(ram: RpcClient) -> None:
    ram.do("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    ram.do("CreateUser", UserName="u", DisplayName="You")
    ram.do("CreatePolicy", PolicyName="p", PolicyDocument=READ, Description="reads")
    ram.do("AttachPolicyToRole", **CUSTOM, RoleName="r")
    ram.do("AttachPolicyToRole", PolicyType="System", PolicyName="AliyunLogFullAccess", RoleName="r")
    ram.do("AttachPolicyToUser", **CUSTOM, UserName="u")
    of_role = ram.do("ListPoliciesForRole", RoleName="r")["Policies"]["Policy"]
    assert [(one["PolicyName"], one["PolicyType"]) for one in of_role] == [
        ("p", "Custom"), ("AliyunLogFullAccess", "System")
    ]  # fmt: skip
    assert of_role[0]["Description"] == "reads" and of_role[0]["AttachDate"]
    assert [one["PolicyName"] for one in ram.do("ListPoliciesForUser", UserName="u")["Policies"]["Policy"]] == ["p"]
    entities = ram.do("ListEntitiesForPolicy", **CUSTOM)
    assert [one["RoleName"] for one in entities["Roles"]["Role"]] == ["r"]
    assert [one["UserName"] for one in entities["Users"]["User"]] == ["u"]
    assert entities["Groups"]["Group"] == []
    assert ram.do("GetPolicy", **CUSTOM)["Policy"]["AttachmentCount"] == 2
    ram.refused(409, "EntityAlreadyExists.Role.Policy", "AttachPolicyToRole", **CUSTOM, RoleName="r")
    ram.refused(409, "DeleteConflict.Policy.Role", "DeletePolicy", PolicyName="p")
    ram.do("DetachPolicyFromRole", **CUSTOM, RoleName="r")
    ram.refused(404, "EntityNotExist.Role.Policy", "DetachPolicyFromRole", **CUSTOM, RoleName="r")
    ram.refused(409, "DeleteConflict.Policy.User", "DeletePolicy", PolicyName="p")
    ram.do("DetachPolicyFromUser", **CUSTOM, UserName="u")
    ram.do("DeletePolicy", PolicyName="p")
    ram.refused(404, "EntityNotExist.Policy", "AttachPolicyToRole", **CUSTOM, RoleName="r")
    ram.refused(
        404, "EntityNotExist.Role", "AttachPolicyToRole", PolicyType="System", PolicyName="AdministratorAccess",
        RoleName="gone",
    )  # fmt: skip


def test_a_role_has_twenty_policies_of_a_type_at_most(ram: RpcClient) -> None:
    ram.do("CreateRole", RoleName="r", AssumeRolePolicyDocument=TRUST)
    for number in range(21):
        ram.do("CreatePolicy", PolicyName=f"p{number}", PolicyDocument=READ)
        if number < 20:
            ram.do("AttachPolicyToRole", PolicyType="Custom", PolicyName=f"p{number}", RoleName="r")
    ram.refused(
        409, "LimitExceeded.Role.Policy", "AttachPolicyToRole", PolicyType="Custom", PolicyName="p20", RoleName="r"
    )
    ram.do("AttachPolicyToRole", PolicyType="System", PolicyName="AliyunOSSFullAccess", RoleName="r")


def test_system_policies_are_listed_and_read(ram: RpcClient) -> None:
    ram.do("CreatePolicy", PolicyName="own", PolicyDocument=READ)
    names = [one["PolicyName"] for one in ram.do("ListPolicies", PolicyType="System")["Policies"]["Policy"]]
    assert {"AdministratorAccess", "AliyunOSSFullAccess", "AliyunFCInvocationAccess"} <= set(names)
    assert "own" not in names
    assert len(ram.do("ListPolicies")["Policies"]["Policy"]) == len(names) + 1
    for name in names:
        found = ram.do("GetPolicy", PolicyType="System", PolicyName=name)
        # What is served is a document that RAM's own grammar takes.
        ram.do(
            "CreatePolicy", PolicyName=f"copy-{name}", PolicyDocument=found["DefaultPolicyVersion"]["PolicyDocument"]
        )
