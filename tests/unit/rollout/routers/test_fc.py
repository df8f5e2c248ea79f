"""What is Function Compute's own: versions of functions from images, which are not ready at once."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from support.served_alias import FcAlias
from yunfn.exceptions import CloudAnswerError
from yunfn.localcloud.connection import Connection
from yunfn.rollout.routing import Routing


@pytest.mark.parametrize(
    ("state", "update", "ready"),
    [
        ("Active", "Successful", True),
        (None, None, True),
        ("Inactive", "Successful", True),
        ("Pending", None, False),
        ("Active", "InProgress", False),
    ],
)
def test_the_states_of_a_version(
    in_cloud: Connection, monkeypatch: pytest.MonkeyPatch, state: str | None, update: str | None, ready: bool
) -> None:
    router = FcAlias(in_cloud).router()
    said = SimpleNamespace(body=SimpleNamespace(state=state, last_update_status=update))
    monkeypatch.setattr(router._client, "get_function_with_options", lambda *_: said)
    assert router.ready("2") is ready


def test_a_version_that_failed_never_will_be_ready(in_cloud: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    router = FcAlias(in_cloud).router()
    body = SimpleNamespace(state="Failed", last_update_status=None, state_reason="no image")
    monkeypatch.setattr(router._client, "get_function_with_options", lambda *_: SimpleNamespace(body=body))
    with pytest.raises(CloudAnswerError, match="version 2 has failed: no image"):
        router.ready("2")


def test_latest_is_a_version_and_always_ready(in_cloud: Connection) -> None:
    alias = FcAlias(in_cloud)
    router = alias.router()
    assert router.ready("LATEST")
    router.route(Routing("LATEST"))
    assert router.read() == Routing("LATEST")


def test_one_request_takes_5_seconds_to_connect_and_10_to_answer_at_most(in_cloud: Connection) -> None:
    router = FcAlias(in_cloud).router()
    options = router._options
    assert (options.connect_timeout, options.read_timeout, options.autoretry) == (5_000, 10_000, False)
