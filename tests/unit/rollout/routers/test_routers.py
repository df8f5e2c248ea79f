"""Aliases moved on both clouds by the true clients."""

from __future__ import annotations

import json
import threading
import time
from decimal import Decimal
from typing import Any

import pytest

from support.faulty_relay import faulty_relay
from support.served_alias import FcAlias, ScfAlias, ServedAlias
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.rollout import lease
from yunfn.rollout.routers import latest
from yunfn.rollout.routing import Routing


def journal(cloud: Connection, operation: str, name: str) -> list[dict[str, Any]]:
    """The requests of an operation about the function ``name``."""
    lines = map(json.loads, cloud.ask("GET", "/journal").iter_lines())
    return [each for each in lines if each["operation"] == operation and name in each.get("resource", "")]


@pytest.mark.parametrize(
    "routing",
    [
        Routing("2"),
        Routing("1", "2", Decimal("0.05")),
        Routing("1", "3", Decimal("0.333")),
        Routing("2", "1", Decimal("1")),
        Routing("3", "1", Decimal("0.000001")),
    ],
    ids=str,
)
def test_what_was_routed_is_read_as_the_same_decimals(served: ServedAlias, routing: Routing) -> None:
    router = served.router()
    assert router.read() == Routing("1")
    assert router.route(routing)
    assert served.router().read() == routing
    main, weights, description = served.found()
    assert (main, list(weights)) == (routing.main, [routing.additional] if routing.additional else [])
    assert description.startswith("what customers call")


def test_one_call_moves_it_and_its_request_id_is_told(served: ServedAlias, in_cloud: Connection) -> None:
    router = served.router()
    router.read()
    name = served.place.function
    before = len(journal(in_cloud, served.operations[1], name))
    request_id = router.route(Routing("1", "2", Decimal("0.1")))
    # Main and additional change their places at once: nothing stands between.
    assert router.route(Routing("2", "1", Decimal("0.1"))) != request_id
    router.route(Routing("2"))
    calls = journal(in_cloud, served.operations[1], name)[before:]
    assert len(calls) == 3
    # Each cloud writes them in letters of its own.
    assert calls[0]["request_id"].upper() == request_id.upper()
    assert served.found()[:2] == ("2", {})


def test_an_additional_version_of_weight_0_is_none(served: ServedAlias) -> None:
    served.move("1", {"2": 0})
    assert served.router().read() == Routing("1")
    served.router().route(Routing("1", "2", Decimal(0)))
    assert served.found()[:2] == ("1", {})


def test_an_alias_or_function_that_is_gone_is_none_and_is_not_moved(served: ServedAlias) -> None:
    assert isinstance(served, FcAlias | ScfAlias)
    router = served.router()
    router.read()
    served.delete()
    assert router.read() is None
    for each in (router, served.router()):
        with pytest.raises(CloudAnswerError, match=r"Alias.*\(request [^-]"):
            each.route(Routing("2"))


def test_a_function_that_is_gone_has_no_alias(served: ServedAlias) -> None:
    assert isinstance(served, FcAlias | ScfAlias)
    served.delete_function()
    assert served.router().read() is None


def test_a_version_that_is_not_there_is_refused_and_moves_nothing(served: ServedAlias) -> None:
    router = served.router()
    for routing in (Routing("9"), Routing("1", "9", Decimal("0.1"))):
        with pytest.raises(CloudAnswerError, match=r"9.*\(request [^-]"):
            router.route(routing)
    assert served.found()[:2] == ("1", {})


def test_versions_are_ready_or_never_will_be(served: ServedAlias) -> None:
    router = served.router()
    assert router.ready("1") and router.ready("3")
    with pytest.raises(CloudAnswerError, match="9"):
        router.ready("9")


@pytest.mark.parametrize("kinds", [["drop"], ["gateway"], ["stall"], ["throttle", "error"]])
def test_faults_that_pass_are_no_errors(
    served: ServedAlias, in_cloud: Connection, quick_retries: None, kinds: list[str]
) -> None:
    router = served.router()
    plan = {"seed": 5, "rate": 0.4, "kinds": kinds, "services": [served.service], "stall_seconds": 0.2}
    in_cloud.ask("PUT", "/faults", json=plan)
    try:
        for percent in (5, 10, 20, 40, 60, 80):
            wanted = Routing("1", "2", Decimal(percent) / 100)
            router.route(wanted)
            assert router.read() == wanted
            assert router.ready("2")
        router.route(Routing("1"))
        assert in_cloud.ask("GET", "/faults").json()["drawn"]
    finally:
        in_cloud.ask("DELETE", "/faults")
    assert served.found()[:2] == ("1", {})


def test_what_does_not_pass_is_told_after_a_while(
    served: ServedAlias, in_cloud: Connection, quick_retries: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(latest, "_SENDING", 0.5)
    monkeypatch.setattr(latest, "_LOOKING", 0.5)
    in_cloud.ask("PUT", "/faults", json={"seed": 1, "rate": 1, "kinds": ["throttle"], "services": [served.service]})
    try:
        for call in (served.router().read, lambda: served.router().route(Routing("2"))):
            began = time.monotonic()
            with pytest.raises(CloudAnswerError, match=r"(Throttling|TooManyRequests|RequestLimitExceeded)"):
                call()
            assert 0.4 < time.monotonic() - began < 5
    finally:
        in_cloud.ask("DELETE", "/faults")


def test_a_cloud_that_never_answers_is_told_while_something_can_still_be_done(
    served: ServedAlias, in_cloud: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (latest.CONNECT, latest.READ) == (5, 10)
    assert latest._SENDING + latest.CONNECT + latest.READ < lease.MARGIN
    module = type(served.router()).__module__
    for name in ("CONNECT", "READ"):
        monkeypatch.setattr(f"{module}.{name}", 0.3)
    monkeypatch.setattr(latest, "_SENDING", 0.5)
    monkeypatch.setattr(latest, "_LOOKING", 0.5)
    with faulty_relay(in_cloud.proxy_port) as relay:
        for name in ("HTTPS_PROXY", "https_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{relay.port}")
        router = served.router()
        assert router.read() == Routing("1")
        relay.silent.set()
        for call in (router.read, lambda: router.route(Routing("2"))):
            began = time.monotonic()
            with pytest.raises(CloudAnswerError, match="no answer"):
                call()
            assert time.monotonic() - began < 8
        relay.silent.clear()


def test_a_call_still_tried_does_not_undo_the_one_that_restores(
    served: ServedAlias, in_cloud: Connection, quick_retries: None
) -> None:
    router = served.router()
    router.read()
    failed: list[CloudAnswerError] = []

    def shift() -> None:
        try:
            router.route(Routing("1", "2", Decimal("0.5")))
        except CloudAnswerError as error:
            failed.append(error)

    in_cloud.ask("PUT", "/faults", json={"seed": 1, "rate": 1, "kinds": ["throttle"], "services": [served.service]})
    shifting = threading.Thread(target=shift)
    shifting.start()
    time.sleep(0.3)
    restoring = threading.Thread(target=lambda: router.route(Routing("1")))
    restoring.start()
    # The shift gives up because of it, though the cloud would take it in a moment.
    shifting.join(5)
    assert failed and not shifting.is_alive()
    in_cloud.ask("DELETE", "/faults")
    restoring.join(10)
    assert not restoring.is_alive()
    assert served.found()[:2] == ("1", {})


def test_credentials_without_the_right_are_told(served: ServedAlias, in_cloud: Connection) -> None:
    session = served.session  # type: ignore[attr-defined]
    wrong = type(session)(*[getattr(session, name) for name in session.__slots__])
    secret = "access_key_secret" if isinstance(served, FcAlias) else "secret_key"
    object.__setattr__(wrong, secret, "wrong")
    began = time.monotonic()
    with pytest.raises(CloudAnswerError, match="Signature"):
        type(served.router())(wrong, served.place).read()
    assert time.monotonic() - began < 5
