"""The aliases with a rollout, as an exported state tells them."""

from __future__ import annotations

from typing import Any

import pytest

from unit.deployment.states_of_stacks import ACCOUNT, APP_ID, SECRET, fc_alias, fc_function, scf_alias, state
from yunfn.deployment import RollingAlias, rolling_aliases_in
from yunfn.rollout.event import AliasPlace

FC = AliasPlace("alibaba", ACCOUNT, "cn-shanghai", "", "dev-orders", "live")
SCF = AliasPlace("tencent", APP_ID, "ap-shanghai", "dev-svc", "dev-site", "$DEFAULT")


def rolling_fc(**inputs: Any) -> dict[str, Any]:
    """An alias of the component ``live`` on Function Compute."""
    given = {"account": ACCOUNT, "region": "cn-shanghai", "functionName": "dev-orders", "aliasName": "live"}
    return {
        "urn": "urn:pulumi:dev::shop::yunfn:alibaba:Alias$yunfn:fc:Alias::live-alias",
        "type": "yunfn:fc:Alias",
        "id": "dev-orders:live",
        "inputs": {**given, "versionId": "3", "rollout": {"bucket": "artifacts"}, **inputs},
        "outputs": given,
    }


def rolling_scf(**inputs: Any) -> dict[str, Any]:
    """An alias of SCF that stands outside of a component."""
    given = {"account": APP_ID, "region": "ap-shanghai", "namespace": "dev-svc", "functionName": "dev-site"}
    return {
        "urn": "urn:pulumi:dev::shop::yunfn:scf:Alias::site-alias",
        "type": "yunfn:scf:Alias",
        "id": "dev-svc/dev-site:$DEFAULT",
        "inputs": {**given, "aliasName": "$DEFAULT", "rollout": {"bucket": "artifacts-1"}, **inputs},
    }


def test_one_of_each_cloud_and_no_plain_alias() -> None:
    plain = fc_alias("caller", "live"), scf_alias("speaker", "$DEFAULT"), rolling_fc(rollout=None, aliasName="plain")
    found = rolling_aliases_in(state(fc_function("orders"), *plain, rolling_scf(), rolling_fc()))
    assert found == [RollingAlias("live", FC, "artifacts"), RollingAlias("site-alias", SCF, "artifacts-1")]


@pytest.mark.parametrize("exported", [{}, {"deployment": None}, {"deployment": {}}, state()])
def test_a_stack_of_nothing_has_none(exported: dict[str, object]) -> None:
    assert rolling_aliases_in(exported) == []


def test_the_first_run_with_a_rollout_is_found_while_it_lasts_and_after_it_was_killed() -> None:
    before = rolling_fc(rollout=None)
    exported = state(before, pending=(("updating", rolling_fc()),))
    assert rolling_aliases_in(exported) == [RollingAlias("live", FC, "artifacts")]
    assert rolling_aliases_in(state(before, pending=(("deleting", rolling_fc()), ("reading", rolling_fc())))) == []


def test_one_that_is_being_updated_is_told_once_and_as_the_run_wants_it() -> None:
    moved = rolling_fc(rollout={"bucket": "another"})
    exported = state(rolling_fc(), pending=(("updating", moved), ("updating", moved)))
    assert rolling_aliases_in(exported) == [RollingAlias("live", FC, "another")]


def test_after_a_failure_the_outputs_are_newer_than_the_inputs() -> None:
    failed = rolling_fc(rollout=None)
    failed["outputs"] = {**failed["outputs"], "rollout": {"bucket": "artifacts"}}
    assert rolling_aliases_in(state(failed)) == [RollingAlias("live", FC, "artifacts")]


def test_those_without_one_are_told_if_asked_with_the_bucket_where_a_record_would_be() -> None:
    plain = rolling_fc(rollout=None)
    assert rolling_aliases_in(state(plain, rolling_scf()), undeclared=True) == [
        RollingAlias("live", FC, f"yunfn-artifacts-{ACCOUNT}-cn-shanghai", declared=False),
        RollingAlias("site-alias", SCF, "artifacts-1"),
    ]
    under_way = state(plain, pending=(("updating", rolling_fc()),))
    assert rolling_aliases_in(under_way, undeclared=True) == [RollingAlias("live", FC, "artifacts")]
    # A run that takes the rollout away has not done so yet.
    leaving = state(rolling_fc(), pending=(("updating", plain),))
    assert rolling_aliases_in(leaving, undeclared=True) == [RollingAlias("live", FC, "artifacts")]


@pytest.mark.parametrize("gone", [{"delete": True}, {"external": True}])
def test_what_waits_to_be_deleted_or_is_only_read_is_left_out(gone: dict[str, bool]) -> None:
    assert rolling_aliases_in(state(rolling_fc() | gone)) == []


@pytest.mark.parametrize(
    "secret", [{"rollout": SECRET}, {"rollout": {"bucket": SECRET}}, {"rollout": "x"}, {"aliasName": SECRET}]
)
def test_what_is_secret_cannot_be_told(secret: dict[str, Any]) -> None:
    resource = rolling_fc(**secret)
    del resource["outputs"]
    assert rolling_aliases_in(state(resource)) == []


def test_what_a_user_may_call_one() -> None:
    (found,) = rolling_aliases_in(state(rolling_scf()))
    plain = ("site-alias", "dev-svc/dev-site:$DEFAULT", "dev-site:$DEFAULT", "$DEFAULT", "dev-site")
    assert found.names == (*plain, *(f"tencent:{each}" for each in plain))
