"""What a cloud brings to a rollout: opened as it is needed, over a local cloud."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from support.cos_bucket import fresh_bucket
from support.served_alias import FcAlias, ServedAlias
from support.store_backends import oss_bucket
from yunfn.exceptions import ObjectExistsError, RolloutError
from yunfn.rollout.connections import Connections, connect
from yunfn.rollout.hook import FunctionCall, Moment
from yunfn.rollout.metric import (
    CloudMonitor,
    ClsLogs,
    Measure,
    Metric,
    Probes,
    Prometheus,
    RequestMetrics,
    Source,
    TencentMonitor,
)
from yunfn.rollout.routing import Routing

ALIBABA: list[Source] = [CloudMonitor(), RequestMetrics(project="p", logstore="l")]
TENCENT: list[Source] = [TencentMonitor(), ClsLogs(topic="t")]
EITHER: list[Source] = [Probes(events=("{}",)), Prometheus(address="http://127.0.0.1:1", query="1")]


@pytest.fixture
def connections(served: ServedAlias) -> Connections:
    session: Any = served.session  # type: ignore[attr-defined]
    bucket = oss_bucket(session).bucket_name if isinstance(served, FcAlias) else fresh_bucket(session).name
    return connect(served.place, bucket, session)


def metric(source: Source) -> Metric:
    return Metric(name="errors", measure=Measure.ERRORS, source=source)


def test_the_alias_is_moved_and_its_record_kept(connections: Connections, served: ServedAlias) -> None:
    assert connections.router.read() == Routing("1")
    connections.log.append(1, 1, b"{}")
    assert connections.log.rollouts() == [1] and connections.log.read(1) == [b"{}"]
    with pytest.raises(ObjectExistsError):
        connections.log.append(1, 1, b"{}")
    # One router for all: what it sends last counts.
    assert connections.router is connections.router and connections.log is connections.log


def test_hooks_call_the_candidate_by_its_number(connections: Connections) -> None:
    hook = FunctionCall(name="smoke", moment=Moment.BEFORE, event='{"order": 7}', expect="said.*v2")
    facts = {"stable": "1", "candidate": "2", "weight": "0", "moment": "before"}
    result = connections.hooks.call(hook, facts, lambda: False)
    assert result.passed, result.answer
    assert not connections.hooks.call(hook, facts | {"candidate": "3"}, lambda: False).passed


def test_each_source_has_a_backend_in_its_cloud_only(connections: Connections, served: ServedAlias) -> None:
    own, others = (ALIBABA, TENCENT) if isinstance(served, FcAlias) else (TENCENT, ALIBABA)
    for source in own + EITHER:
        backend = connections.backend(metric(source))
        assert backend.late >= 0
        # What it remembers (probes) serves every metric of the same source.
        assert connections.backend(metric(source)) is backend
    for source in others:
        with pytest.raises(RolloutError, match="has no figures of functions on"):
            connections.backend(metric(source))


def test_probes_call_both_versions(connections: Connections) -> None:
    backend = connections.backend(metric(Probes(events=("{}",), calls=2)))
    for version in ("1", "2"):
        found = backend.measure(Measure.ERRORS, version, 0, 100)
        assert found is not None and (found.count, found.failures) == (2, 0)


def test_no_logs_are_no_lines_and_half_a_place_is_refused(connections: Connections, served: ServedAlias) -> None:
    assert connections.lines(()) is None
    whole, half = (("p", "l"), ("p",)) if isinstance(served, FcAlias) else (("t",), ("t", "u"))
    assert connections.lines(whole) is not None
    with pytest.raises(RolloutError, match="logs is"):
        connections.lines(half)


def test_imports_are_made_inside_what_is_given(served: ServedAlias) -> None:
    entered: list[int] = []
    lock = threading.RLock()

    class Importing:
        def __enter__(self) -> None:
            lock.acquire()
            entered.append(1)

        def __exit__(self, *_: object) -> None:
            lock.release()

    made = connect(served.place, "bucket", served.session, importing=Importing())  # type: ignore[attr-defined]
    opened: list[Callable[[], Any]] = [
        lambda: made.router,
        lambda: made.log,
        lambda: made.hooks,
        lambda: made.backend(metric(Probes(events=("{}",)))),
    ]
    for each in opened:
        before = len(entered)
        each()
        assert len(entered) > before


@pytest.mark.parametrize("other", ["qcloud_cos", "tencentcloud", "aliyun.log"])
def test_connecting_imports_no_sdk_that_is_not_asked_for(other: str) -> None:
    program = (
        "import sys\n"
        "from yunfn.rollout.connections import connect\n"
        "from yunfn.rollout.event import AliasPlace\n"
        "from yunfn.storage.alibaba_session import AlibabaSession\n"
        "session = AlibabaSession('id', 'key', '', 'cn-shanghai', '1')\n"
        "connect(AliasPlace('alibaba', '1', 'cn-shanghai', '', 'f', 'live'), 'bucket', session).log\n"
        f"assert 'oss2' in sys.modules and {other!r} not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
