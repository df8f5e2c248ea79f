"""The folder of a cloud: made once, by whoever comes first, and told in one sentence where it cannot be."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from yunfn.exceptions import LocalCloudStartError
from yunfn.localcloud.clock import Clock
from yunfn.localcloud.home import Home
from yunfn.localcloud.keys import TENCENT, KeyRing
from yunfn.localcloud.store import Store


def test_creators_at_the_same_time_make_one_account(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def create() -> None:
        together.wait()
        Home(tmp_path / "home").create()

    threads = [threading.Thread(target=create) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    store = Store(tmp_path / "home" / "cloud.sqlite")
    keys = [key for kind in ("keys", "tencent/keys") for key, _ in store.collection("", "", kind).scan()]
    store.close()
    home = Home(tmp_path / "home")
    assert keys == [home.owner_key.id, home.tencent.owner_key.id]


def test_the_owners_key_is_put_back_into_a_cleared_store(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    store = Store(home.database)
    store.clear()
    home.restore_owner_keys(store)
    assert KeyRing(store, Clock()).find(home.owner_key.id) == home.owner_key
    tencent = home.tencent.owner_key
    assert KeyRing(store, Clock(), TENCENT).find(tencent.id) == tencent
    store.close()


def older(home: Home) -> str:
    """Make ``home`` one of a release that knew no Tencent; returns its account."""
    home.create()
    document = json.loads(home.credentials.read_text())
    document.pop("tencent")
    home.credentials.write_text(json.dumps(document))
    return home.account


def test_a_cloud_of_an_older_release_gets_a_tencent_account(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    account, key = older(home), home.owner_key
    home.create()
    assert (home.account, home.owner_key) == (account, key)
    store = Store(home.database)
    tencent = home.tencent.owner_key
    assert KeyRing(store, Clock(), TENCENT).find(tencent.id) == tencent
    store.close()
    assert stat.S_IMODE(home.credentials.stat().st_mode) == 0o600


def test_a_cloud_that_an_older_release_still_serves_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    older(home)
    with pytest.raises(LocalCloudStartError, match="older release: yunfn local stop, then start"):
        _ = home.tencent


@pytest.mark.parametrize("folder", ["/dev/null", "/dev/null/below", "/proc/cloud"])
def test_a_folder_that_cannot_be_is_told_with_the_way_out(folder: str) -> None:
    with pytest.raises(LocalCloudStartError, match=f"^{folder}: .*; choose another folder by --home"):
        Home(Path(folder)).create()


def test_the_socket_moves_where_its_name_is_short_enough(tmp_path: Path) -> None:
    short = Home(Path("/tmp/y"))
    assert short.control_socket == short.folder / "control.sock"
    home = Home(tmp_path / "/".join(["a-folder-with-a-long-name"] * 8))
    home.create()
    assert len(os.fsencode(home.control_socket)) <= 107
    other = Home(tmp_path / "/".join(["b-folder-with-a-long-name"] * 8))
    other.create()
    assert home.control_socket != other.control_socket


def test_no_account_id_holds_digits_that_the_provider_retries_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter("000429000000000" + "000000000000500" + "234567890123456")
    monkeypatch.setattr("yunfn.localcloud.home.secrets.choice", lambda letters: next(drawn, letters[0]))
    home = Home(tmp_path / "home")
    home.create()
    assert home.account == "1234567890123456"
