"""Updates that are interrupted, killed or out of time: nothing runs on, nothing is lost, the next one goes on."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.cloud_calls import oss_bucket
from support.local_account import LocalAccount
from support.pulumi_cli import PulumiCli
from support.running_update import RunningUpdate
from support.slow_relay import SlowRelay, slow_relay

pytestmark = pytest.mark.engine
NewStack = Callable[[str], PulumiCli]
# 48 parts of 1 MB by 16 connections: three rounds of some four seconds. The kernel buffers a round.
SIZE = 48 * 1024**2
RATE = 280_000
#: A killed upload must go on from there: of the bytes, at most so many are sent again.
SENT_AGAIN = 0.6


@pytest.fixture
def relay(account: LocalAccount) -> Iterator[SlowRelay]:
    with slow_relay(account.cloud.proxy_port, RATE) as running:
        yield running


@pytest.fixture
def stack(
    new_stack: NewStack, account: LocalAccount, artifact_bucket: str, relay: SlowRelay, tmp_path: Path
) -> PulumiCli:
    """A stack of one artifact of 48 MB, over a line of 4 MB a second."""
    folder = tmp_path / "content"
    folder.mkdir()
    (folder / "random.bin").write_bytes(os.urandom(SIZE))
    made = new_stack("one_artifact")
    made.configure(
        t__content=str(folder), t__cache=str(tmp_path / "cache"), t__account=account.id, t__bucket=artifact_bucket,
        t__folder=f"code/{made.stack}",
    )  # fmt: skip
    proxy = f"http://127.0.0.1:{relay.port}"
    made.environment |= dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), proxy)
    return made


def _half_way(stack: PulumiCli, relay: SlowRelay, *arguments: str) -> RunningUpdate:
    """An update whose upload is about half done, counting what the kernel has taken already.

    Up to there the line is four times as fast: what is tried begins there.
    """
    relay.rate = 4 * RATE
    update = RunningUpdate(stack, *arguments)
    update.wait_until(lambda: relay.sent > 0.5 * SIZE)
    relay.rate = RATE
    return update


def _goes_on(stack: PulumiCli, relay: SlowRelay, account: LocalAccount, bucket: str) -> None:
    """The next update is done with the rest, and what is stored is what was packed."""
    before, relay.rate = relay.sent, 100 * RATE
    done = stack.up()
    assert relay.sent - before < SENT_AGAIN * SIZE
    assert done.changes["created"] >= 1
    outputs = stack.outputs()
    stored = oss_bucket(account, bucket).get_object(outputs["key"]).read()
    assert hashlib.sha256(stored).hexdigest() == outputs["sha256"]
    assert len(stored) > SIZE
    stack.up("--expect-no-changes")


def _quiet(relay: SlowRelay) -> bool:
    """Whether nothing is sent any more, though not all was, once the kernel's buffers are empty."""
    relay.rate = 100 * RATE
    before, since, begun = relay.sent, time.monotonic(), time.monotonic()
    # For a second; a busy machine takes longer to empty the buffers.
    while time.monotonic() - since < 1 and time.monotonic() - begun < 15:
        time.sleep(0.05)
        if relay.sent != before:
            before, since = relay.sent, time.monotonic()
    return time.monotonic() - since >= 1 and before < SIZE


def _pending(stack: PulumiCli) -> bool:
    return "pending_operations" in stack.run("stack", "export").output


def test_interrupted_once_it_stops_at_once_and_goes_on(
    stack: PulumiCli, relay: SlowRelay, account: LocalAccount, artifact_bucket: str
) -> None:
    update = _half_way(stack, relay)
    update.signal(signal.SIGINT)
    update.wait_for_plugins_end()
    assert update.end() != 0
    assert "package: create was stopped: the update was cancelled" in update.output
    assert "the upload was cancelled; run again to go on with it" in update.output
    assert "Traceback" not in update.output
    # The display showed how far it was, and not for each part.
    shown = [line for line in update.output.splitlines() if "uploading: " in line]
    assert 2 <= len(shown) <= 30
    assert "% of 48.0 MB" in shown[0]
    assert not _pending(stack)
    assert _quiet(relay)
    _goes_on(stack, relay, account, artifact_bucket)


def test_interrupted_twice_it_is_gone_and_goes_on(
    stack: PulumiCli, relay: SlowRelay, account: LocalAccount, artifact_bucket: str
) -> None:
    update = _half_way(stack, relay)
    update.signal(signal.SIGINT)
    update.signal(signal.SIGINT)
    assert update.end() != 0
    update.wait_for_plugins_end()
    assert _quiet(relay)
    _goes_on(stack, relay, account, artifact_bucket)


def test_killed_it_takes_the_plugin_with_it(
    stack: PulumiCli, relay: SlowRelay, account: LocalAccount, artifact_bucket: str
) -> None:
    update = _half_way(stack, relay)
    assert update.plugin() is not None
    update.signal(signal.SIGKILL)
    update.end()
    update.wait_for_plugins_end()
    assert _quiet(relay)
    stack.run("cancel", "--yes")
    _goes_on(stack, relay, account, artifact_bucket)


def test_a_killed_plugin_ends_the_update(
    stack: PulumiCli, relay: SlowRelay, account: LocalAccount, artifact_bucket: str
) -> None:
    update = _half_way(stack, relay)
    update.kill_plugin()
    assert update.end() != 0
    assert _quiet(relay)
    _goes_on(stack, relay, account, artifact_bucket)


def test_a_custom_timeout_ends_it(stack: PulumiCli, relay: SlowRelay, account: LocalAccount) -> None:
    stack.configure(t__timeout="3s")
    begun = time.monotonic()
    late = stack.up("--json", check=False)
    assert late.code != 0
    # The line takes eleven seconds for all; what the engine takes besides is up to the machine.
    assert relay.sent < 0.8 * SIZE
    assert time.monotonic() - begun < 60
    assert "package: create did not end within 3 s and was stopped" in late.output
    # Machines hear of the progress too.
    assert "uploading: " in late.output
    assert _quiet(relay)
