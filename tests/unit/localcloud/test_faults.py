"""Faults on purpose: what is drawn, and what a client of the local cloud sees of each kind."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from yunfn.exceptions import CloudAnswerError, LocalCloudError
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection
from yunfn.localcloud.faults import FaultKind, FaultPlan, Faults
from yunfn.storage.tencent_client import TencentClient
from yunfn.storage.tencent_session import TencentSession


def _drawn(plan: FaultPlan, service: str, actions: list[str]) -> list[FaultKind | None]:
    faults = Faults()
    faults.follow(plan)
    return [fault.kind if (fault := faults.draw(service, action)) else None for action in actions]


def test_a_seed_draws_the_same_faults_whatever_comes_between() -> None:
    plan = FaultPlan(seed=7, rate=0.5)
    alone = _drawn(plan, "scf", ["GetFunction"] * 40)
    mixed = _drawn(plan, "scf", ["GetFunction", "ListAliases"] * 40)[::2]
    assert alone == mixed and 10 < sum(each is not None for each in alone) < 30
    assert alone != _drawn(FaultPlan(seed=8, rate=0.5), "scf", ["GetFunction"] * 40)
    assert set(_drawn(FaultPlan(1, 1.0), "scf", ["A"] * 100)) == set(FaultKind)
    assert set(_drawn(FaultPlan(1, 1.0, services=("cos",)), "scf", ["A"] * 9)) == {None}
    assert set(_drawn(FaultPlan(1, 0.0), "scf", ["A"] * 9)) == {None}


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        ({}, "seed"),
        ({"seed": 1, "rate": 2}, "rate"),
        ({"seed": 1, "rate": 0.1, "kinds": ["fire"]}, "fire"),
        ({"seed": 1, "rate": 0.1, "colour": 1}, "colour"),
        ({"seed": 1, "rate": 0.1, "kinds": []}, "kinds"),
    ],
)
def test_a_plan_that_is_none_is_refused(document: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        FaultPlan.read(document)


@pytest.fixture(scope="module")
def cloud() -> Iterator[Connection]:
    with connection.temporary() as running:
        yield running


@pytest.fixture
def sts(cloud: Connection, monkeypatch: pytest.MonkeyPatch) -> Iterator[TencentClient]:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{cloud.proxy_port}")
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{cloud.proxy_port}")
    monkeypatch.setenv("SSL_CERT_FILE", str(cloud.home.certificates / "ca.pem"))
    account = cloud.home.tencent
    key = account.owner_key
    yield TencentClient(TencentSession(key.id, key.secret, "", "ap-shanghai", account.app_id), "sts")
    cloud.ask("DELETE", "/faults")


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("throttle", "RequestLimitExceeded", 200),
        ("error", "InternalError", 200),
        ("gateway", "", 0),
        ("drop", "", 0),
        ("stall", "", 0),
    ],
)
def test_a_client_meets_each_kind(cloud: Connection, sts: TencentClient, kind: str, code: str, status: int) -> None:
    sts.ask("GetCallerIdentity")
    plan = {"seed": 1, "rate": 1, "services": ["sts"], "kinds": [kind], "stall_seconds": 0.2}
    cloud.ask("PUT", "/faults", json=plan)
    with pytest.raises(CloudAnswerError) as refused:
        sts.ask("GetCallerIdentity")
    assert (refused.value.code, refused.value.status) == (code, status), refused.value
    assert isinstance(refused.value.__cause__, TencentCloudSDKException)
    assert cloud.ask("DELETE", "/faults").json() == {"plan": None, "drawn": {kind: 1}}
    assert sts.ask("GetCallerIdentity")["AccountId"] == cloud.home.tencent.uin
    lines = [json.loads(line) for line in cloud.ask("GET", "/journal").text.splitlines()]
    assert f"YunfnLocalFault.{kind}" in {line.get("code") for line in lines}


def test_an_unknown_service_is_refused(cloud: Connection) -> None:
    with pytest.raises(LocalCloudError, match="no such service: moon"):
        cloud.ask("PUT", "/faults", json={"seed": 1, "rate": 1, "services": ["moon"]})
