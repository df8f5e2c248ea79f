"""Every service behind API 3.0 answers what it lists, by the names the official SDK has."""

from __future__ import annotations

from pathlib import Path

import pytest
import tencentcloud.common

from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.home import Home
from yunfn.localcloud.registry import SERVICES
from yunfn.localcloud.tencent.api import ApiService

API_SERVICES = [one for one in SERVICES if issubclass(one, ApiService)]
SDK = Path(tencentcloud.common.__file__).parents[1]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> LocalCloud:
    home = Home(tmp_path_factory.mktemp("operations") / "home")
    home.create()
    return LocalCloud(home, SERVICES)


@pytest.mark.parametrize("kind", API_SERVICES, ids=lambda kind: kind.name)
def test_a_service_lists_what_it_routes(cloud: LocalCloud, kind: type[ApiService]) -> None:
    assert sorted(cloud.find(kind).routes()) == sorted(kind.operations)  # type: ignore[type-abstract]


@pytest.mark.parametrize("kind", API_SERVICES, ids=lambda kind: kind.name)
def test_the_sdk_knows_every_operation(kind: type[ApiService]) -> None:
    # Read, not imported: that would take seconds.
    folders = [SDK / kind.product / f"v{version.replace('-', '')}" for version in kind.versions]
    source = "".join((folder / "models.py").read_text() for folder in folders)
    assert [one for one in kind.operations if f"class {one}Request(" not in source] == []
