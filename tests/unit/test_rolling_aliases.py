"""Aliases with a rollout as programs declare them, on both clouds: what reaches the plugin, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from support.declaring import Declared
from unit.alibaba.declared import ACCOUNT
from unit.alibaba.declared import declare as declare_alibaba
from unit.tencent.declared import APP_ID
from unit.tencent.declared import declare as declare_tencent
from yunfn import alibaba, tencent
from yunfn.exceptions import ValidationError
from yunfn.provider.properties import Properties
from yunfn.provider.rollout_properties import rollout_failures, specification_of
from yunfn.rollout.hook import Gate
from yunfn.rollout.metric import CloudMonitor, Measure, RequestMetrics, TencentMonitor
from yunfn.rollout.plan import length


class Cloud:
    """One cloud's components as mocks play them."""

    def __init__(self, name: str, code: Path) -> None:
        self.name = name
        self.code = code
        self.module: Any = alibaba if name == "alibaba" else tencent
        self.main = "versionId" if name == "alibaba" else "functionVersion"

    def alias(self, logs: bool = True, **settings: Any) -> dict[str, Any]:
        """The inputs of the alias's resource; its function's service has ``logs`` or none."""

        def program() -> None:
            module = self.module
            runtime = "python3.10" if self.name == "alibaba" else "Python3.10"
            service = module.Service("s", log_project=module.LogProject("logs") if logs else None)
            function = module.Function("f", service=service, runtime=runtime, handler="index.handler", code=self.code)
            module.Alias("live", function=function, **settings)

        declare: Callable[..., Declared] = declare_alibaba if self.name == "alibaba" else declare_tencent
        return declare(program).of("Alias")["live-alias"]


@pytest.fixture(params=["alibaba", "tencent"])
def cloud(request: pytest.FixtureRequest, tmp_path: Path) -> Cloud:
    (tmp_path / "index.py").write_text("def handler(event, context):\n    return event\n")
    return Cloud(request.param, tmp_path)


def test_a_plain_alias_has_none_and_keeps_ten_versions(cloud: Cloud) -> None:
    declared = cloud.alias()
    assert "rollout" not in declared
    assert (declared["keepVersions"], declared["region"]) == (10, declared["region"])
    assert declared["account"] == (ACCOUNT if cloud.name == "alibaba" else APP_ID)


def test_a_strategy_reaches_the_plugin_whole(cloud: Cloud) -> None:
    module = cloud.module
    gate = module.Gate.before_promotion()
    strategy = module.Steps([1, "12.5", 50], "5m", gates=[gate], wait="1h")
    declared = cloud.alias(rollout=strategy, keep_versions=3)
    assert declared["keepVersions"] == 3
    inputs = Properties(declared)
    assert list(rollout_failures(inputs, cloud.main)) == []
    found = specification_of(inputs)
    assert found is not None
    assert [str(each.weight) for each in found.steps] == ["0.01", "0.125", "0.5"]
    assert (length(found.steps), found.wait) == (900.0, 3600.0)
    assert [type(each.source) for each in found.metrics] == [
        RequestMetrics if cloud.name == "alibaba" else TencentMonitor
    ]  # fmt: skip
    assert [each.measure for each in found.metrics] == [Measure.ERRORS]
    assert [msgspec.to_builtins(each)["weight"] for each in found.gates] == ["1"]
    assert isinstance(found.gates[0], Gate)
    assert found.bucket.startswith("yunfn-")
    assert len(found.logs) == (2 if cloud.name == "alibaba" else 1)
    assert cloud.alias(rollout=strategy, bucket="mine")["rollout"]["bucket"] == "mine"


def test_without_logs_errors_are_the_clouds_own_count_of_them(cloud: Cloud) -> None:
    found = specification_of(Properties(cloud.alias(logs=False, rollout=cloud.module.Canary(10, "10m"))))
    assert found is not None and found.logs == ()
    assert [type(each.source) for each in found.metrics] == [
        CloudMonitor if cloud.name == "alibaba" else TencentMonitor
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "property"),
    [
        ({"additional_version": "2", "additional_weight": 0.5}, "additional_version"),
        ({"keep_versions": 0}, "keep_versions"),
        ({"keep_versions": "3"}, "keep_versions"),
    ],
)
def test_what_cannot_be_is_refused_at_once(cloud: Cloud, settings: dict[str, Any], property: str) -> None:
    with pytest.raises(ValidationError) as refused:
        cloud.alias(rollout=cloud.module.Canary(10, "10m"), version="1", **settings)
    assert refused.value.property == property


def test_a_header_has_no_place_beside_a_rollout(tmp_path: Path) -> None:
    (tmp_path / "index.py").write_text("def handler(event, context):\n    return event\n")
    match = tencent.HeaderMatch(version="2", header="User", value="me")
    with pytest.raises(ValidationError, match="header_matches"):
        Cloud("tencent", tmp_path).alias(rollout=tencent.Canary(10, "10m"), header_matches=[match])
