"""Secrets that the demo plants, and the search for them once everything has been at work: nothing may hold one."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.demo.places import Place
from tests.demo.show import Show
from tests.demo.steps import StepFailedError, Steps

from support import secret_scan
from yunfn.localcloud import environment
from yunfn.secrets import KEY

# Where the owners' keys have to stand: what clients read, and the cloud's own records.
_OWNERS_PLACES = ("credentials.json", "cloud.sqlite", "profiles/")
_SECRET_NAME = re.compile(r".*(SECRET|TOKEN|PASSPHRASE|PASSWORD).*")
_SHORTEST = 8


def new(what: str) -> str:
    """A secret that stands nowhere yet."""
    return f"{what}-{uuid.uuid4().hex}"


class Search:
    """The search for planted secrets in a local cloud, and for those that were there before."""

    def __init__(self, place: Place, built: Sequence[Path] = ()) -> None:
        """``built`` are packages that are older than the secrets."""
        assert place.local is not None
        self._built = built
        self._home = place.local.home
        self._server = int(secret_scan.server_document(self._home.server)["pid"])
        self._owners = {
            "the owner's key": self._home.owner_key.secret,
            "the owner's key of Tencent Cloud": self._home.tencent.owner_key.secret,
        }
        outer = {name: os.environ[name] for name in environment.removed(os.environ) if _SECRET_NAME.fullmatch(name)}
        self._planted = {
            "the passphrase": self._home.passphrase,
            **{f"the outer {name}": value for name, value in outer.items() if len(value) >= _SHORTEST},
        }
        self._found: list[str] = []

    def processes(self, show: Show) -> None:
        """Look at the cloud's processes while the functions of ``show`` are warm."""
        family = secret_scan.family(self._server)
        if show.secrets and not secret_scan.in_processes(family, {"a variable's name": KEY}):
            raise StepFailedError(f"no function of {show.stack.stack} runs that has a secret")
        everything = {**self._planted, **self._owners, **show.secrets}
        self._found += secret_scan.in_processes(family, everything)

    def end(self, steps: Steps, shows: Sequence[Show]) -> None:
        """Look at everything that is left in files, and at what the commands said; StepFailedError for a leak."""
        planted = {**self._planted, **{name: value for show in shows for name, value in show.secrets.items()}}
        everything = {**planted, **self._owners}
        allowed = tuple(f"{name}: {place}" for name in self._owners for place in _OWNERS_PLACES)
        with steps.step("secrets: in no state, journal, log, configuration, command's output or environment"):
            for show in shows:
                said = "\n".join(show.stack.said)
                self._found += secret_scan.in_text(f"what pulumi said of {show.stack.stack}", said, everything)
            # Layers of hundreds of megabytes, which their functions have unpacked besides.
            older = secret_scan.Older.of(self._built)
            reports = secret_scan.in_folder(self._home.folder, everything, older)
            self._found += [each for each in reports if not each.startswith(allowed)]
            self._found += secret_scan.readable_by_others(self._home.folder, everything, older)
            if self._found:
                raise StepFailedError("\n".join(self._found))
            self._prove(shows)
        steps.say(f"looked for {len(everything)}; what is encrypted is found where it belongs")

    def _prove(self, shows: Sequence[Show]) -> None:
        """The search finds what is there: each ciphertext, in state and in the functions' configuration."""
        for show in shows:
            for ciphertext in _ciphertexts(show):
                it = {"it": ciphertext}
                in_state = secret_scan.in_folder(self._home.pulumi, it)
                if not in_state or not secret_scan.in_file(self._home.database, it):
                    raise StepFailedError(f"a ciphertext of {show.stack.stack} is not found: the search finds nothing")


def _ciphertexts(show: Show) -> list[Any]:
    resources = [each for each in show.stack.resources() if each["type"] == "yunfn:kms:Ciphertext"]
    if len(resources) != len(show.secrets):
        raise StepFailedError(f"{show.stack.stack} has {len(resources)} ciphertexts")
    return [each["outputs"]["ciphertext"] for each in resources]
