"""Logs of functions: appended from inside the cloud, searched by the official client."""

from __future__ import annotations

import json
import time

from unit.localcloud.tencent.cls.conftest import RULE, Cls
from yunfn.localcloud.tencent.cls import ClsEntry

NOW = int(time.time() * 1000)


def contents(answer: object) -> list[dict[str, str]]:
    return [json.loads(one.LogJson) for one in answer.Results]  # type: ignore[attr-defined]


def test_what_was_appended_is_found_newest_first(cls: Cls) -> None:
    topic = cls.topic(rule=RULE)
    entries = [ClsEntry(NOW - 3000 + n, {"n": str(n), "level": "INFO"}, "10.0.0.1") for n in range(3)]
    assert cls.append(topic, *entries)
    found = cls.search(topic, since=NOW - 3000, until=NOW)
    assert contents(found) == [{"n": str(n), "level": "INFO"} for n in (2, 1, 0)]
    assert [(one.Time, one.Source, one.TopicId) for one in found.Results] == [
        (NOW - 3000 + n, "10.0.0.1", topic) for n in (2, 1, 0)
    ]
    assert found.ListOver is True
    assert found.Analysis is False
    assert contents(cls.search(topic, Sort="asc")) == [one.contents for one in entries]
