"""A stack belongs to an account: the owner's, whoever of it signs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.declaring import declare_in
from unit.tencent.declared import APP_ID, CLOUD, REGION, UIN, declare
from yunfn import tencent
from yunfn.exceptions import AccountMismatchError, RegionMismatchError, ValidationError


def test_the_account_is_its_owners_and_is_recorded_first() -> None:
    found: list[tencent.Account] = []
    declared = declare(lambda: found.extend([tencent.guard(), tencent.guard()]))
    assert {(each.account_id, each.app_id) for each in found} == {(UIN, APP_ID)}
    assert found[0] is found[1]
    assert list(declared.resources) == [("yunfn:tencent:Account", "tencent-account")]


@pytest.mark.parametrize("account", [UIN, f"1234567890123456, {UIN}", f"{UIN},1234567890123456"])
def test_the_settings_may_name_an_account_of_each_cloud(account: str) -> None:
    assert declare(tencent.guard, yunfn__account=account).resources


@pytest.mark.parametrize("account", ["200012345678", "1234567890123456", f"{UIN}1"])
def test_another_account_than_the_settings_name_is_refused_before_any_resource(account: str) -> None:
    with pytest.raises(AccountMismatchError, match=f"belong to account {UIN}") as refused:
        declare(tencent.guard, yunfn__account=account)
    assert not refused.value.declared.resources  # type: ignore[attr-defined]


def test_a_region_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TENCENTCLOUD_REGION", raising=False)
    with pytest.raises(ValidationError, match="pulumi config set tencentcloud:region"):
        declare(tencent.guard, tencentcloud__region="")
    monkeypatch.setenv("TENCENTCLOUD_REGION", REGION)
    assert declare(tencent.guard, tencentcloud__region="").resources


def test_a_stack_stays_in_the_region_it_was_made_in() -> None:
    def run(made_in: str | None) -> None:
        outputs = {"accountId": UIN, **({"region": made_in} if made_in else {})}
        urn = "urn:pulumi:dev::test::yunfn:tencent:Account::tencent-account"
        declare_in(replace(CLOUD, state={urn: {"outputs": outputs}}), tencent.guard)

    # The first releases took no note of it.
    run(None)
    run(REGION)
    with pytest.raises(RegionMismatchError, match="config set tencentcloud:region ap-beijing") as refused:
        run("ap-beijing")
    assert not refused.value.declared.resources  # type: ignore[attr-defined]
