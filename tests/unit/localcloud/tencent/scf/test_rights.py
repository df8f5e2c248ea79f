"""Who may do what, by CAM; and what the journal tells."""

from __future__ import annotations

from typing import Any

from tencentcloud.scf.v20180416.scf_client import ScfClient

from unit.localcloud.tencent.scf.conftest import Scf, inline
from yunfn.localcloud.tencent.scf import ScfService


def allowing(*actions: str, resource: str = "*") -> dict[str, Any]:
    statement = {"effect": "allow", "action": [f"name/{each}" for each in actions], "resource": [resource]}
    return {"version": "2.0", "statement": [statement]}


def test_a_right_is_for_an_operation_on_a_function(scf: Scf) -> None:
    name, other = scf.function(), scf.function()
    own = f"qcs::scf:{scf.region}:uin/{scf.cloud.home.tencent.uin}:namespace/default/function/{name}"
    reader = scf.user(allowing("scf:GetFunction", resource=own))
    assert reader.get(name)["Status"] == "Active"
    for action, function in (("GetFunction", other), ("DeleteFunction", name), ("PublishVersion", name)):
        message = reader.refused("UnauthorizedOperation.CAM", action, FunctionName=function)
        assert f"scf:{action}" in message and function in message
    lister = scf.user(allowing("scf:ListFunctions", resource=own.replace(name, "*")))
    assert "resource (*)" in lister.refused("UnauthorizedOperation.CAM", "ListFunctions")
    reader.refused("UnauthorizedOperation.CAM", "ListNamespaces")
    reader.refused("UnauthorizedOperation.CAM", "ListLayerVersions", LayerName="libs")


def test_a_role_is_handed_over_with_a_right_of_its_own(scf: Scf) -> None:
    scf.role("handed")
    wanted = {"Runtime": "Python3.6", "Handler": "a.b", "Code": inline(), "Role": "handed"}
    assert "cam:PassRole" in scf.user(allowing("scf:*")).refused(
        "UnauthorizedOperation.CAM", "CreateFunction", FunctionName=scf.name(), **wanted
    )
    scf.user(allowing("scf:*", "cam:PassRole")).call("CreateFunction", FunctionName=scf.name(), **wanted)


def test_the_journal_names_what_was_asked_for(scf: Scf) -> None:
    name = scf.function()
    scf.refused("ResourceNotFound.Version", "GetFunction", FunctionName=name, Qualifier="3")
    journal = scf.cloud.run(lambda cloud: list(cloud.journal.lines()))
    lines = [line for line in journal if line.get("resource") == f"default/{name}"]
    assert [(line["operation"], line["resource"], line.get("code", "")) for line in lines] == [
        ("CreateFunction", f"default/{name}", ""),
        ("GetFunction", f"default/{name}", "ResourceNotFound.Version"),
    ]


def test_every_operation_of_the_sdk_is_here_but_for_two() -> None:
    sdk = {name for name in vars(ScfClient) if name[0].isupper()}
    assert sdk - set(ScfService.operations) == {"CopyFunction", "PutTotalConcurrencyConfig"}
    assert set(ScfService.operations) <= sdk
