"""Whose keys may ask of a function: those of its account, as the cloud says and not the environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from yunfn.deployment import DeployedFunction, backend_for
from yunfn.deployment.alibaba import AlibabaBackend
from yunfn.deployment.tencent import TencentBackend
from yunfn.exceptions import AccountMismatchError, CloudAnswerError
from yunfn.storage import alibaba_session, tencent_client

CALLER = DeployedFunction("alibaba", "caller", "dev-caller", "", "16000", "cn-shanghai")
SPEAKER = DeployedFunction("tencent", "speaker", "dev-speaker", "svc", "125", "ap-shanghai")


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys in the environment; the APPID there is nobody's."""
    for name in ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY"):
        monkeypatch.setenv(name, "t")
    monkeypatch.setenv("TENCENTCLOUD_APPID", "999")
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        monkeypatch.setenv(name, "a")


def _belong(monkeypatch: pytest.MonkeyPatch, alibaba: str, tencent: int) -> None:
    """Let the clouds say whose the keys are."""

    def ask(client: Any, action: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        assert action == "GetUserAppId"
        return {"AppId": tencent, "Uin": "1", "OwnerUin": "1"}

    monkeypatch.setattr(tencent_client.TencentClient, "ask", ask)
    monkeypatch.setattr(alibaba_session, "_account", lambda *key: alibaba)


def test_keys_of_the_functions_account_open_its_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    _belong(monkeypatch, "16000", 125)
    assert isinstance(backend_for(CALLER), AlibabaBackend)
    assert isinstance(backend_for(SPEAKER), TencentBackend)


@pytest.mark.parametrize(("function", "found"), [(CALLER, "17000"), (SPEAKER, "126")])
def test_keys_of_another_account_are_refused(
    monkeypatch: pytest.MonkeyPatch, function: DeployedFunction, found: str
) -> None:
    _belong(monkeypatch, "17000", 126)
    with pytest.raises(AccountMismatchError, match=f"belongs to account {function.account}, the keys .* {found}$"):
        backend_for(function)


@pytest.mark.parametrize("function", [CALLER, SPEAKER])
def test_without_keys_it_says_which_to_set(monkeypatch: pytest.MonkeyPatch, function: DeployedFunction) -> None:
    for name in ("TENCENTCLOUD_SECRET_ID", "ALIBABA_CLOUD_ACCESS_KEY_ID"):
        monkeypatch.delenv(name)
    for name in ("TENCENT_SECRET_ID", "ALICLOUD_ACCESS_KEY_ID", "ALICLOUD_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(CloudAnswerError, match="in the environment: set "):
        backend_for(function)
