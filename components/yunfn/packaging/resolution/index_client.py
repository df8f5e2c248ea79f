"""Asks package indexes which files there are of a package, and downloads source distributions."""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from yunfn.exceptions import ResolutionError
from yunfn.packaging.definition.credentials import without_credentials
from yunfn.packaging.resolution.index import IndexSettings

if TYPE_CHECKING:
    from unearth.link import Link

_TIMEOUT_S = 60.0
_TRIES = 3
# No source distribution in use comes near; a hostile index could send without end.
_MAX_BYTES = 2 << 30
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+!-]*")
_SDIST_ORDER = (".tar.gz", ".tgz", ".zip", ".tar.bz2", ".tar.xz")


@dataclass(frozen=True, slots=True)
class IndexFile:
    """One file of a package on an index; ``sha256`` (hexadecimal) is empty where the index gives none."""

    name: str
    version: Version
    sha256: str
    requires_python: str
    yanked: bool
    link: Link

    @property
    def is_wheel(self) -> bool:
        """Whether it is a wheel; else it is a source distribution."""
        return self.name.endswith(".whl")

    def runs_on(self, python: str) -> bool:
        """Whether its Requires-Python admits a release such as ``3.6.1``; one that cannot be read admits all."""
        try:
            return SpecifierSet(self.requires_python).contains(python, prereleases=True)
        except InvalidSpecifier:
            return True


class IndexClient:
    """A client of the indexes in use; one per resolution, for many threads."""

    def __init__(self, settings: IndexSettings, *, offline: bool = False) -> None:
        self.settings = settings
        self.offline = offline
        self._files: dict[str, list[IndexFile]] = {}
        self._lock = threading.Lock()

    def files(self, name: str) -> list[IndexFile]:
        """Every file of a package: of the first index that has it (uv's "first-index") and of the link folders.

        Raises:
            ResolutionError: offline, or no index answers.
        """
        name = canonicalize_name(name)
        with self._lock:
            found = self._files.get(name)
        if found is None:
            # Two threads may both ask; the answer is the same.
            found = list(self._ask(name))
            with self._lock:
                self._files[name] = found
        return found

    def _ask(self, name: str) -> Iterator[IndexFile]:
        if self.offline:
            raise ResolutionError(f"{name}: offline, so no index can be asked which files there are")
        # Imported here: most layers need wheels only, and this brings an HTTP client with it.
        from unearth import PackageFinder

        session = _Session.of(self.settings)
        with session:
            if self.settings.links:
                finder = PackageFinder(session, find_links=self.settings.links, ignore_compatibility=True)
                yield from _index_files(finder.find_all_packages(name, allow_yanked=True))
            for url in self.settings.urls():
                finder = PackageFinder(session, index_urls=[url], ignore_compatibility=True)
                found = list(_index_files(finder.find_all_packages(name, allow_yanked=True)))
                if found:
                    yield from found
                    return
        if session.failures:
            raise ResolutionError(f"{name}: the index does not answer: {'; '.join(session.failures)}")

    def download(self, file: IndexFile, into: Path) -> str:
        """Download a file and answer its SHA-256 (hexadecimal); checked where the index gives it.

        Raises:
            ResolutionError: it cannot be had, is too large, or is not what the index says.
        """
        if self.offline:
            raise ResolutionError(f"{file.name}: offline, and not in the cache")
        from httpx2 import HTTPError, TransportError

        with _Session.of(self.settings) as session:
            for attempt in range(1, _TRIES + 1):
                try:
                    digest = _stream(session, file, into)
                    break
                except TransportError as error:
                    if attempt == _TRIES:
                        raise ResolutionError(f"{file.name}: cannot be downloaded: {_words(error)}") from None
                except HTTPError as error:
                    raise ResolutionError(f"{file.name}: cannot be downloaded: {_words(error)}") from None
        if file.sha256 and digest != file.sha256:
            raise ResolutionError(f"{file.name}: has SHA-256 {digest}, but the index says {file.sha256}")
        return digest


class _Session:
    """unearth's HTTP client, with failures kept that unearth only logs, and without prompts for passwords."""

    @classmethod
    def of(cls, settings: IndexSettings) -> Any:
        """A client for the indexes of the settings."""
        from httpx2 import HTTPError, Response
        from unearth.auth import MultiDomainBasicAuth
        from unearth.fetchers import PyPIClient

        class Session(PyPIClient):
            """The client itself."""

            failures: list[str]

            def get(self, url: Any, **options: Any) -> Response:
                """Answer a page; a missing package is an empty answer, any other failure is kept."""
                try:
                    response = super().get(url, **options)
                except HTTPError as error:
                    self.failures.append(without_credentials(f"{url}: {_words(error)}"))
                    return Response(404, request=self.build_request("GET", url))
                if response.status_code >= 400 and response.status_code != 404:
                    self.failures.append(without_credentials(f"{url}: HTTP {response.status_code}"))
                return response

            def iter_secure_origins(self) -> Iterable[tuple[str, str, str]]:
                """Who may be asked; as uv, and unlike pip, indexes that are named with http:// too."""
                yield from super().iter_secure_origins()
                for parts in map(urlsplit, settings.urls()):
                    if parts.scheme == "http" and parts.hostname:
                        yield ("http", parts.hostname, "*")

        # Its failures are kept above; without a handler of its own Python prints them.
        logging.getLogger("unearth").addHandler(logging.NullHandler())
        session = Session(trusted_hosts=settings.insecure_hosts, timeout=_TIMEOUT_S, follow_redirects=True)
        session.failures = []
        session.auth = MultiDomainBasicAuth(prompting=False, index_urls=settings.urls())
        return session


def _index_files(packages: Iterable[Any]) -> Iterator[IndexFile]:
    for package in packages:
        link = package.link
        if not _NAME.fullmatch(link.filename):
            continue
        hashes = link.hash_option or {}
        yield IndexFile(
            link.filename,
            Version(package.version),
            (hashes.get("sha256") or [""])[0],
            link.requires_python or "",
            link.is_yanked,
            link,
        )


def _stream(session: Any, file: IndexFile, into: Path) -> str:
    state, size = hashlib.sha256(), 0
    with session.get_stream(file.link.normalized) as response, into.open("wb") as out:
        response.raise_for_status()
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > _MAX_BYTES:
                raise ResolutionError(f"{file.name}: is over {_MAX_BYTES >> 30} GB")
            state.update(chunk)
            out.write(chunk)
    return state.hexdigest()


def _words(error: Exception) -> str:
    return without_credentials(" ".join(str(error).split()) or type(error).__name__)


def sdist_rank(file: IndexFile) -> int:
    """Which of several source distributions of one version is taken; the lowest."""
    return next((rank for rank, ending in enumerate(_SDIST_ORDER) if file.name.endswith(ending)), len(_SDIST_ORDER))
