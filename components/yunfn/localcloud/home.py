"""Where one local cloud lives on disk, and what is made fresh when it is created."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from yunfn.exceptions import LocalCloudStartError
from yunfn.localcloud.clock import Clock
from yunfn.localcloud.keys import TENCENT, AccessKey, KeyRing, Principal
from yunfn.localcloud.store import Store
from yunfn.localcloud.tencent.account import TencentAccount, new_numbers

# sockaddr_un holds 108 bytes with the closing zero (unix(7)).
_SOCKET_PATH_LIMIT = 100


def default_folder() -> Path:
    """The folder of the cloud that ``yunfn local start`` keeps: YUNFN_LOCAL_HOME or the user's state folder."""
    override = os.environ.get("YUNFN_LOCAL_HOME")
    return Path(override).absolute() if override else user_state_path("yunfn") / "local"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one local cloud; mode 0700, secrets inside 0600."""

    folder: Path

    @property
    def database(self) -> Path:
        """The SQLite file with all documents."""
        return self.folder / "cloud.sqlite"

    @property
    def blobs(self) -> Path:
        """The folder of object and code bytes."""
        return self.folder / "blobs"

    @property
    def work(self) -> Path:
        """Where functions are unpacked and run."""
        return self.folder / "work"

    @property
    def journal(self) -> Path:
        """The JSON lines of all requests."""
        return self.folder / "journal.jsonl"

    @property
    def certificates(self) -> Path:
        """The folder of the CA and its bundle."""
        return self.folder / "certificates"

    @property
    def credentials(self) -> Path:
        """The owner's account and key in each cloud, made fresh at creation; mode 0600."""
        return self.folder / "credentials.json"

    @property
    def server(self) -> Path:
        """What the running server tells: process id, proxy port, control socket."""
        return self.folder / "server.json"

    @property
    def lock(self) -> Path:
        """Held by the running server, with its process id in it."""
        return self.folder / "lock"

    @property
    def server_log(self) -> Path:
        """The server's own log."""
        return self.folder / "server.log"

    @property
    def pulumi(self) -> Path:
        """Pulumi's state backend for stacks of this cloud, and nobody else's."""
        return self.folder / "pulumi"

    @property
    def control_socket(self) -> Path:
        """The control API's socket; elsewhere if the folder's path is too long for a socket's name."""
        path = self.folder / "control.sock"
        if len(os.fsencode(path)) <= _SOCKET_PATH_LIMIT:
            return path
        return Path(tempfile.gettempdir()) / f"yunfn-{os.getuid()}-{self._credentials()['cloud']}.sock"

    @property
    def exists(self) -> bool:
        """Whether a cloud was created here."""
        return self.credentials.is_file()

    @property
    def account(self) -> str:
        """The Alibaba account id: 16 digits, as the cloud's."""
        return str(self._credentials()["account"])

    @property
    def passphrase(self) -> str:
        """The passphrase of Pulumi's secrets in local clouds: one per user, made at first use, mode 0600.

        Not one per cloud: Pulumi writes a salt that belongs to it into the stack's settings file, and the same
        project must go up in the next local cloud too. Raises LocalCloudStartError if it cannot be kept.
        """
        path = user_state_path("yunfn") / "local-passphrase"
        with _told(path.parent, "set XDG_STATE_HOME to a folder that can be written"):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Written whole before it has its name: another process must never read half of it.
            with contextlib.suppress(FileExistsError), tempfile.NamedTemporaryFile("w", dir=path.parent) as file:
                file.write(secrets.token_urlsafe(24))
                file.flush()
                os.link(file.name, path)
            return path.read_text()

    @property
    def owner_key(self) -> AccessKey:
        """The Alibaba account owner's key."""
        return _key(self._credentials()["key"])

    @property
    def tencent(self) -> TencentAccount:
        """The Tencent account with its owner's key; LocalCloudStartError for a cloud of a release that had none."""
        document = self._credentials().get("tencent")
        if document is None:
            raise LocalCloudStartError(
                f"the local cloud at {self.folder} was started by an older release: yunfn local stop, then start"
            )
        return TencentAccount(document["uin"], document["app_id"], _key(document["key"]))

    def create(self) -> None:
        """Make the folder, an account of each cloud and its key; on one that is there add what an older release lacked.

        Raises LocalCloudStartError if there can be no such folder.
        """
        with _told(self.folder, "choose another folder by --home or YUNFN_LOCAL_HOME"):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            for path in (self.blobs, self.work, self.pulumi, self.certificates):
                path.mkdir(mode=0o700, exist_ok=True)
            # Two commands may create the same cloud at the same time: it gets one account all the same.
            with _locked(self.folder):
                document = self._credentials() if self.exists else {}
                if "tencent" not in document:
                    self._create_accounts(document)

    def _create_accounts(self, document: dict[str, Any]) -> None:
        """Add to ``document`` the accounts it lacks, each with a key of its owner, and keep it."""
        store = Store(self.database)
        if not document:
            account = _new_account()
            key = KeyRing(store, Clock()).create(Principal(account, "root"))
            document = {"cloud": secrets.token_hex(6), "account": account, "key": asdict(key)}
        uin, app_id = new_numbers()
        key = KeyRing(store, Clock(), TENCENT).create(Principal(uin, "root", cloud=TENCENT))
        document["tencent"] = {"uin": uin, "app_id": app_id, "key": asdict(key)}
        store.close()
        partial = self.credentials.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(document))
        partial.replace(self.credentials)

    def restore_owner_keys(self, store: Store) -> None:
        """Put the owners' keys back into a store that was cleared."""
        KeyRing(store, Clock()).restore(self.owner_key)
        KeyRing(store, Clock(), TENCENT).restore(self.tencent.owner_key)

    def _credentials(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.credentials.read_text())
        return document


def _new_account() -> str:
    """An Alibaba Cloud account id, 16 digits; without "429" and "500", as errors hold it: see call.new_request_id."""
    while True:
        account = "1" + "".join(secrets.choice("0123456789") for _ in range(15))
        if "429" not in account and "500" not in account:
            return account


def _key(document: dict[str, Any]) -> AccessKey:
    return AccessKey(**{**document, "principal": Principal(**document["principal"])})


@contextlib.contextmanager
def _told(folder: Path, way_out: str) -> Iterator[None]:
    """Tell the user of a folder that cannot be made or written, instead of showing a traceback."""
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename and str(error.filename) != str(folder) else ""
        raise LocalCloudStartError(f"{folder}: {error.strerror}{where}; {way_out}") from error


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
