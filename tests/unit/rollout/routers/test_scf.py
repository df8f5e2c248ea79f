"""What is SCF's own: rules by header, $DEFAULT, versions and functions that are not Active."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from support.served_alias import ScfAlias
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.rollout.routing import Routing

MATCH = {"Version": "2", "Key": "invoke.headers.tester", "Method": "exact", "Expression": "yes"}


@pytest.fixture
def alias(in_cloud: Connection) -> ScfAlias:
    return ScfAlias(in_cloud)


@pytest.fixture
def slowly(in_cloud: Connection) -> Iterator[float]:
    """Changes of functions take so many seconds."""
    seconds = 0.8
    in_cloud.ask("PUT", "/transition", json={"seconds": seconds})
    yield seconds
    in_cloud.ask("PUT", "/transition", json={"seconds": 0.02})


def test_rules_by_header_and_the_description_stay(alias: ScfAlias) -> None:
    alias.move("1", None, [MATCH])
    router = alias.router()
    assert router.read() == Routing("1")
    router.route(Routing("1", "2", Decimal("0.25")))
    assert alias.matches() == [MATCH]
    router.route(Routing("1"))
    assert alias.matches() == [MATCH]
    assert alias.found() == ("1", {}, "what customers call [yunfn:0a]")


def test_a_rule_whose_version_becomes_the_main_one_goes(alias: ScfAlias) -> None:
    alias.move("1", None, [MATCH])
    alias.router().route(Routing("2"))
    assert alias.matches() == [] and alias.found()[0] == "2"


def test_a_rule_for_a_third_version_is_refused_by_scf(alias: ScfAlias) -> None:
    alias.move("1", None, [MATCH | {"Version": "3"}])
    with pytest.raises(CloudAnswerError, match="one additional version at most"):
        alias.router().route(Routing("1", "2", Decimal("0.25")))
    assert alias.found()[:2] == ("1", {})


def test_what_changed_since_it_was_read_before_is_kept_too(alias: ScfAlias) -> None:
    router = alias.router()
    router.read()
    alias.move("1", None, [MATCH])
    router.read()
    router.route(Routing("1", "2", Decimal("0.25")))
    assert alias.matches() == [MATCH]


def test_the_alias_that_every_function_has(in_cloud: Connection) -> None:
    default = ScfAlias(in_cloud, "$DEFAULT")
    router = default.router()
    assert router.read() == Routing("$LATEST")
    assert router.ready("$LATEST")
    router.route(Routing("$LATEST", "2", Decimal("0.1")))
    assert router.read() == Routing("$LATEST", "2", Decimal("0.1"))
    router.route(Routing("2"))
    assert default.found()[:2] == ("2", {})


def test_a_version_is_not_ready_before_it_is_active(alias: ScfAlias, slowly: float) -> None:
    alias.ask("UpdateFunctionConfiguration", Description="new")
    alias.wait_active()
    version = alias.ask("PublishVersion")["FunctionVersion"]
    router, began = alias.router(), time.monotonic()
    assert not router.ready(version)
    while not router.ready(version):
        assert time.monotonic() - began < 10
        time.sleep(0.05)
    router.route(Routing("1", version, Decimal("0.1")))


def test_it_moves_once_a_change_under_way_is_over(alias: ScfAlias, slowly: float, quick_retries: None) -> None:
    router = alias.router()
    router.route(Routing("1", "2", Decimal("0.1")))
    alias.ask("UpdateFunctionConfiguration", Description="newer")
    with pytest.raises(Exception, match="FunctionStatusError"):
        alias.move("1")
    done = threading.Thread(target=lambda: router.route(Routing("1")))
    done.start()
    done.join(10)
    assert not done.is_alive()
    assert alias.found()[:2] == ("1", {})


def test_a_version_that_failed_never_will_be_ready(alias: ScfAlias, monkeypatch: pytest.MonkeyPatch) -> None:
    reasons = [{"ErrorCode": "InvalidParameterValue", "ErrorMessage": "no layer"}]
    router = alias.router()
    for status in ("PublishFailed", "Deleting"):
        answer = {"Status": status, "StatusReasons": reasons}
        monkeypatch.setattr(router._scf, "ask", lambda *_, answer=answer: answer)
        with pytest.raises(CloudAnswerError, match=f"version 2 is {status}: InvalidParameterValue: no layer"):
            router.ready("2")
