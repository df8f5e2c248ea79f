"""The search for secrets, which the demo makes after a full run of both stacks: it finds whatever is left somewhere."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import httpx
import psutil
import pytest
from platformdirs import user_state_path
from tests.demo import planted
from tests.demo.places import Place
from tests.demo.planted import Search
from tests.demo.show import Show
from tests.demo.steps import StepFailedError, Steps

from support import secret_scan
from support.local_account import LocalAccount
from yunfn.localcloud import connection
from yunfn.localcloud.connection import Connection

pytestmark = pytest.mark.engine
SECRET = 'hünter/2+"of the demo"'
PLANTED = {"it": SECRET}


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_every_way_to_write_it_is_found(before: str) -> None:
    whole = f"{before}{SECRET} and more".encode()
    for written in (
        whole, base64.b64encode(whole), base64.urlsafe_b64encode(whole), whole.hex().encode(),
        json.dumps(SECRET).encode(), quote(SECRET, safe="").encode(), quote(base64.b64encode(whole), safe="").encode(),
    ):  # fmt: skip
        assert secret_scan.in_bytes(b"x" * 99 + written, PLANTED) == ["it"], written
    assert secret_scan.in_bytes(SECRET[:-1].encode(), PLANTED) == []


def _zipped(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deep/in.txt", content)
    return made.getvalue()


def _in_database(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE d (body TEXT)")
        # In the file it is in two pieces, on pages of their own.
        for length in range(3990, 4120):
            connection.execute("INSERT INTO d VALUES (?)", ("x" * length + SECRET + "y" * 5000,))


LEAKS: dict[str, Callable[[Path], Any]] = {
    "state.json": lambda path: path.write_text(f"{{{SECRET}}}"),
    "package.zip": lambda path: path.write_bytes(_zipped(SECRET.encode())),
    "zip-in.zip": lambda path: path.write_bytes(_zipped(_zipped(SECRET.encode()))),
    "cloud.sqlite": _in_database,
    f"named-{SECRET.replace('/', '')}": lambda path: path.write_text("nothing"),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_files_are_searched(tmp_path: Path, leak: str) -> None:
    LEAKS[leak](tmp_path / leak)
    (tmp_path / "other").write_text("nothing")
    (report,) = secret_scan.in_folder(tmp_path, {"it": SECRET.replace("/", "") if "named" in leak else SECRET})
    assert report.startswith("it") and report.endswith(leak)


def test_processes_are_searched_and_what_they_started() -> None:
    code = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'print(1, flush=True); input()'])"
    with subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "X": SECRET}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        reports = secret_scan.in_processes(secret_scan.family(process.pid), PLANTED)
        process.communicate(b"\n")
    assert len(reports) == 2
    assert all(report.startswith("it: environ of ") for report in reports)
    assert secret_scan.in_processes([psutil.Process()], {"it": "x" * 40 + "no such thing"}) == []


def test_files_that_others_may_read_are_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "profiles").mkdir(mode=0o700)
    for name, mode in (("profiles/own", 0o600), ("profiles/open", 0o644), ("empty", 0o644)):
        (tmp_path / name).write_text("" if name == "empty" else SECRET)
        (tmp_path / name).chmod(mode)
    assert secret_scan.readable_by_others(tmp_path, PLANTED) == ["profiles/open: mode 644"]
    (tmp_path / "profiles").chmod(0o755)
    assert len(secret_scan.readable_by_others(tmp_path, PLANTED)) == 2


def test_only_what_is_older_than_the_secrets_is_left_out(tmp_path: Path) -> None:
    """A package as it was before, in whatever file, and where the local cloud unpacks it; nothing else."""
    for name in ("older", "newer"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("a", f"{SECRET}{name}")
    tree = hashlib.sha256((tmp_path / "older").read_bytes()).hexdigest()
    for folder in (tree, "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a").write_text(SECRET)
    older = secret_scan.Older.of([tmp_path / "older"])
    (tmp_path / "copy").write_bytes((tmp_path / "older").read_bytes())
    found = [secret_scan.in_folder(tmp_path, PLANTED, each) for each in (older, secret_scan.Older.of([]))]
    places = [{report.rpartition(": ")[2] for report in reports} for reports in found]
    assert places == [{"newer", "other/a"}, {"older", "copy", "newer", "other/a", f"{tree}/a"}]
    assert [each.partition(":")[0] for each in secret_scan.readable_by_others(tmp_path, PLANTED, older)] == [
        "newer", "other/a",
    ]  # fmt: skip


@dataclass
class _Stack:
    stack: str = "s"
    said: list[str] = field(default_factory=list)

    def resources(self) -> list[dict[str, Any]]:
        return []


@dataclass
class _Show:
    """A show that planted a secret, and has nothing that is encrypted."""

    stack: _Stack = field(default_factory=_Stack)
    secrets: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def place(own_account: LocalAccount) -> Iterator[Place]:
    with httpx.Client() as http:
        yield Place(own_account.variables, http, own_account.cloud)


def _ended(place: Place, show: _Show) -> str:
    with pytest.raises(StepFailedError) as failed:
        Search(place).end(Steps(), [cast(Show, show)])
    return str(failed.value)


def _leak(cloud: Connection, where: str, secret: str) -> Path:
    path = cloud.home.folder / where
    with path.open("a") as file:
        file.write(secret)
    return path


def test_a_leak_fails_the_demo_by_its_place_and_shows_nothing(place: Place, own_account: LocalAccount) -> None:
    cloud, show = own_account.cloud, _Show(secrets={"the token": planted.new("t")})
    (token,) = show.secrets.values()
    # Nothing is left, and the search says that it could not prove itself: there is no ciphertext.
    assert _ended(place, show) == "s has 0 ciphertexts"
    for where in ("server.log", "pulumi/history.json"):
        _leak(cloud, where, f"\n{token}\n")
    show.stack.said.append(f"error: {cloud.home.owner_key.secret}")
    _leak(cloud, "server.log", f"{cloud.home.passphrase}\n").chmod(0o644)
    told = _ended(place, replace(show))
    assert token not in told
    assert set(told.splitlines()) == {
        "the token: pulumi/history.json",
        "the token: server.log",
        "the passphrase: server.log",
        "the owner's key: what pulumi said of s",
        "server.log: mode 644",
        "pulumi/history.json: mode 644",
    }
    with pytest.raises(StepFailedError, match="no function of s runs that has a secret"):
        Search(place).processes(cast(Show, show))


def test_a_started_cloud_inherits_no_key_of_a_real_account(monkeypatch: pytest.MonkeyPatch) -> None:
    outer = {
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "SecretOfNobody0123456789",
        "TENCENTCLOUD_SECRET_KEY": "OfNobody9876543210",
    }
    for name, value in {**outer, "INNOCENT": "seen-by-everybody"}.items():
        monkeypatch.setenv(name, value)
    with connection.temporary() as cloud:
        family = secret_scan.family(int(secret_scan.server_document(cloud.home.server)["pid"]))
        assert secret_scan.in_processes(family, outer) == []
        assert secret_scan.in_processes(family, {"it": "seen-by-everybody"}) != []


def test_what_holds_secrets_is_its_owners_alone(own_account: LocalAccount) -> None:
    home = own_account.cloud.home
    assert home.folder.stat().st_mode & 0o777 == 0o700
    kept = [home.credentials, home.database, user_state_path("yunfn") / "local-passphrase"]
    kept += [path for folder in ("profiles", "certificates") for path in (home.folder / folder).rglob("*key*")]
    kept += [path for path in (home.folder / "profiles").rglob("*") if path.is_file()]
    assert len(kept) > 6
    assert {path.name: path.stat().st_mode & 0o777 for path in kept if path.stat().st_mode & 0o077} == {}
    secrets = {"owner": home.owner_key.secret, "tencent": home.tencent.owner_key.secret}
    found = {report.partition(": ")[2].partition("/")[0] for report in secret_scan.in_folder(home.folder, secrets)}
    assert (
        {"credentials.json", "profiles"}
        <= found
        <= {"credentials.json", "profiles", "cloud.sqlite", "cloud.sqlite-wal"}
    )
