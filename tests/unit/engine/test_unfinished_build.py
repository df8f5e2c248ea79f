"""A build that was cut off is never mistaken for a product, and costs only what was not finished."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from unit.engine.checkout import ALL, Checkout, is_running

PLUGIN = "pulumi-resource-alicloud"


def start_until_it_hangs(checkout: Checkout, product: str) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a build that hangs in a product; gives it and the processes of Go and its compiler."""
    checkout.set("hang", product)
    process = checkout.start()
    noted = checkout.programs / "hanging"
    deadline = time.monotonic() + 60
    while not noted.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return process, [int(number) for number in noted.read_text().split()]


def unfinished(checkout: Checkout) -> list[str]:
    return [str(path) for path in checkout.cache.glob("*/.building-*")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_go_and_leaves_nothing_half_done(checkout: Checkout, number: signal.Signals) -> None:
    process, started = start_until_it_hangs(checkout, "pulumi-language-python")
    process.send_signal(number)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "interrupted; what was finished is kept" in stderr
    assert "Traceback" not in stderr
    # Who was killed is gone once it was its turn, on a busy machine some time after who killed it.
    deadline = time.monotonic() + 60
    while any(is_running(other) for other in started):
        assert time.monotonic() < deadline, started
        time.sleep(0.02)
    assert unfinished(checkout) == []
    checkout.unset("hang")
    assert checkout.build().returncode == 0
    assert checkout.builds() == ["pulumi", "pulumi-language-python", *ALL[1:]]


def test_after_kill_9_only_what_is_missing_is_built(checkout: Checkout) -> None:
    process, started = start_until_it_hangs(checkout, PLUGIN)
    process.kill()
    process.communicate(timeout=60)
    for other in started:
        os.kill(other, signal.SIGKILL)
    assert len(unfinished(checkout)) == 1
    assert not (checkout.home / "plugins").exists()
    checkout.unset("hang")
    assert checkout.build().returncode == 0
    assert checkout.builds() == [*ALL[:3], *ALL[2:]]
    assert unfinished(checkout) == []
    assert (checkout.product(PLUGIN) / PLUGIN).read_text() == "#!/bin/sh\necho 4.0.0\n"


@pytest.mark.parametrize("product", ALL)
def test_a_truncated_binary_is_built_anew(checkout: Checkout, product: str) -> None:
    checkout.build()
    path = checkout.product(product) / product
    status = path.stat()
    os.truncate(path, status.st_size - 1)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))  # as a file system that lost the end would show it
    assert checkout.build().returncode == 0
    assert checkout.builds() == [*ALL, product]
    assert path.read_text().endswith("\n")


@pytest.mark.parametrize("content", [None, "", "{", '{"files": {}}', '{"files": {"pulumi": {}}}', "[]"])
def test_without_a_whole_manifest_nothing_is_trusted(checkout: Checkout, content: str | None) -> None:
    checkout.build()
    manifest = checkout.product("pulumi") / "manifest.json"
    if content is None:
        manifest.unlink()
    else:
        manifest.write_text(content)
    assert checkout.build().returncode == 0
    assert checkout.builds() == [*ALL, "pulumi"]


def test_a_missing_file_of_a_product_is_noticed(checkout: Checkout) -> None:
    checkout.build()
    (checkout.product("pulumi-language-python") / "pulumi-language-python-exec").unlink()
    checkout.build()
    assert checkout.builds() == [*ALL, "pulumi-language-python"]


def test_changed_bytes_of_the_same_length_are_noticed(checkout: Checkout) -> None:
    checkout.build()
    path = checkout.product("pulumi") / "pulumi"
    path.write_text(path.read_text().replace("3", "8"))
    checkout.build()
    assert checkout.builds() == [*ALL, "pulumi"]


def test_a_new_date_alone_rebuilds_nothing(checkout: Checkout) -> None:
    checkout.build()
    (checkout.product("pulumi") / "pulumi").touch()
    checkout.build()
    assert checkout.builds() == ALL


def test_verify_hashes_even_what_kept_its_date(checkout: Checkout) -> None:
    checkout.build()
    path = checkout.product("pulumi") / "pulumi"
    status = path.stat()
    path.write_text(path.read_text().replace("3", "8"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    checkout.build("--verify")
    assert checkout.builds() == [*ALL, "pulumi"]


def test_an_install_of_the_plugin_that_was_killed_does_not_hide_ours(checkout: Checkout) -> None:
    partial = checkout.home / "plugins" / "resource-alicloud-v4.0.0.partial"
    partial.parent.mkdir(parents=True)
    partial.touch()
    checkout.build()
    assert not partial.exists()
