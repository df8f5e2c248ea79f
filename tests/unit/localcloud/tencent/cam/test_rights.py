"""Who has no policies can do nothing, by any operation of the identity services but to learn who it is."""

from __future__ import annotations

from typing import Any

import pytest

from support.tencent_identity import Identity, policy, trust
from yunfn.localcloud.tencent.cam import CamService
from yunfn.localcloud.tencent.ssl import SslService
from yunfn.localcloud.tencent.sts import StsService
from yunfn.localcloud.tencent.tag import TagService

PAGE = {"Page": 1, "Rp": 20}
TAGS = [{"TagKey": "k", "TagValue": "v"}]
RESOURCE = "qcs::scf:ap-shanghai:uin/:function/f"
# What reaches the decision of each operation, by itself or for things that do not exist.
PARAMETERS: dict[str, dict[str, dict[str, Any]]] = {
    "cam": {
        "AddUser": {"Name": "n"},
        "AttachRolePolicy": {"AttachRoleName": "r", "PolicyId": 1},
        "AttachUserPolicy": {"AttachUin": 1, "PolicyId": 1},
        "CreateAccessKey": {"TargetUin": 1},
        "CreatePolicy": {"PolicyName": "p", "PolicyDocument": policy("*")},
        "CreateRole": {"RoleName": "r", "PolicyDocument": trust(service="scf.qcloud.com")},
        "DeleteAccessKey": {"TargetUin": 1, "AccessKeyId": "k"},
        "DeletePolicy": {"PolicyId": [1]},
        "DeleteRole": {"RoleName": "r"},
        "DeleteUser": {"Name": "n"},
        "DescribeRoleList": PAGE,
        "DescribeSubAccounts": {"FilterSubAccountUin": [1]},
        "DetachRolePolicy": {"DetachRoleName": "r", "PolicyId": 1},
        "DetachUserPolicy": {"DetachUin": 1, "PolicyId": 1},
        "GetPolicy": {"PolicyId": 1},
        "GetRole": {"RoleName": "r"},
        "GetUser": {"Name": "n"},
        "ListAccessKeys": {"TargetUin": 1},
        "ListAttachedRolePolicies": {"RoleName": "r", **PAGE},
        "ListAttachedUserPolicies": {"TargetUin": 1},
        "ListEntitiesForPolicy": {"PolicyId": 1},
        "ListPolicies": {},
        "ListUsers": {},
        "TagRole": {"RoleName": "r"},
        "UntagRole": {"RoleName": "r", "TagKeys": ["k"]},
        "UpdateAccessKey": {"TargetUin": 1, "AccessKeyId": "k", "Status": "Active"},
        "UpdateAssumeRolePolicy": {"RoleName": "r", "PolicyDocument": "{}"},
        "UpdatePolicy": {"PolicyId": 1},
        "UpdateRoleConsoleLogin": {"RoleName": "r", "ConsoleLogin": 1},
        "UpdateRoleDescription": {"RoleName": "r", "Description": "d"},
        "UpdateRoleSessionDuration": {"RoleName": "r", "SessionDuration": 1},
        "UpdateUser": {"Name": "n"},
    },
    "sts": {
        "GetFederationToken": {"Name": "n", "Policy": policy("*")},
    },
    "tag": {
        "DescribeResourceTags": {},
        "DescribeResourceTagsByResourceIds": {"ServiceType": "scf", "ResourcePrefix": "function", "ResourceIds": ["f"]},
        "GetResources": {},
        "ModifyResourceTags": {"Resource": RESOURCE, "ReplaceTags": TAGS},
        "TagResources": {"ResourceList": [RESOURCE], "Tags": TAGS},
        "UnTagResources": {"ResourceList": [RESOURCE], "TagKeys": ["k"]},
    },
    "ssl": {
        "DeleteCertificate": {"CertificateId": "c"},
        "DescribeCertificate": {"CertificateId": "c"},
        "DescribeCertificateDetail": {"CertificateId": "c"},
        "DescribeCertificates": {},
        "ModifyCertificateAlias": {"CertificateId": "c"},
        "UploadCertificate": {"CertificatePublicKey": "x"},
    },
}
# Who one is one may know; AssumeRole needs a role that exists (test_sts.py).
FREE = {"cam": {"GetUserAppId"}, "sts": {"GetCallerIdentity", "AssumeRole"}}


@pytest.fixture(scope="module")
def powerless(identity: Identity) -> Any:
    return identity.user()


@pytest.mark.parametrize("service", [CamService, StsService, TagService, SslService])
def test_every_operation_asks_cam(identity: Identity, powerless: Any, service: Any) -> None:
    given = PARAMETERS[service.name]
    assert set(given) | FREE.get(service.name, set()) == set(service.operations)
    for action, parameters in given.items():
        refusal = identity.refused("UnauthorizedOperation.CAM", service.name, action, powerless, **parameters)
        assert f"({service.name}:{action})" in refusal


def test_the_owner_needs_no_policies(identity: Identity) -> None:
    assert identity.ask("cam", "DescribeRoleList", **PAGE).TotalNum >= 0
