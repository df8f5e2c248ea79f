"""A local cloud whose journal a test writes; commands ask its control API in this process."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from yunfn.localcloud import connection
from yunfn.localcloud.cloud import LocalCloud
from yunfn.localcloud.control import Control
from yunfn.localcloud.home import Home
from yunfn.localcloud.policy_decision import Decision, Place
from yunfn.localcloud.rights import Right, right

ROLE = "acs:ram::1:assumed-role/dev-shop/proc"
TENCENT_ROLE = "qcs::sts::uin/2:assumed-role/dev-web/proc"


class JournaledCloud:
    """What ``connection.connect`` answers in the place of a cloud in a process of its own."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = Home(folder)
        self.home.create()
        self.cloud = LocalCloud(self.home, ())
        self._client = TestClient(Control(self.cloud, 0, lambda: None).application)
        monkeypatch.setattr(connection, "connect", lambda home: self)

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """See Connection."""
        answer = self._client.request(method, path, **options)
        answer.raise_for_status()
        return answer

    def did(self, principal: str, *rights: Right, hour: int = 12) -> None:
        """Write a call into the journal, at ``hour`` of the first day of 2030."""
        service = rights[0]["action"].removeprefix("name/").partition(":")[0]
        self.cloud.journal.record(
            time=datetime(2030, 1, 1, hour, tzinfo=UTC),
            service=service,
            operation=rights[0]["action"].partition(":")[2],
            resource="r",
            status=200,
            ms=1.0,
            principal=principal,
            rights=rights,
        )


def used(action: str, resource: str) -> Right:
    """A right that a policy gave."""
    return right(Decision(True, Place.POLICIES, "p", 0, resource), action, resource)


def lacked(action: str, resource: str, *places: Place) -> Right:
    """A right that ``places`` lacked, by default the policies."""
    return right(Decision(False, lacking=places or (Place.POLICIES,)), action, resource)


def denied(action: str, resource: str, place: Place = Place.POLICIES) -> Right:
    """A right that the third statement of a policy called guard denied."""
    return right(Decision(False, place, "guard", 2, resource), action, resource)
