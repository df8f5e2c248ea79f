"""Which package indexes are in use, as uv finds them: the environment, uv.toml and pyproject.toml, else PyPI.

Order and names are those of uv's documentation ("Package indexes", "Configuration files"). Index URLs may hold
credentials: they stay out of texts, command lines and locks.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from yunfn.exceptions import ResolutionError
from yunfn.packaging.definition.credentials import without_credentials
from yunfn.packaging.definition.model import Indexes

_PYPI = "https://pypi.org/simple"
_NAMED = re.compile(r"^([A-Za-z0-9_.-]+)=(.+)$")


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """The package indexes to ask, first to last.

    ``extra`` go before ``default`` and may be named (``name=url``); ``links`` are folders or pages of files
    (``--find-links``); ``insecure_hosts`` those whose certificate is not checked. URLs are left out of ``repr``.
    """

    default: str = field(default=_PYPI, repr=False)
    extra: tuple[str, ...] = field(default=(), repr=False)
    links: tuple[str, ...] = field(default=(), repr=False)
    insecure_hosts: tuple[str, ...] = ()
    strategy: str = ""
    credentials: Mapping[str, tuple[str, str]] = field(default_factory=dict, repr=False)

    def environment(self, *, urls: bool = True) -> dict[str, str]:
        """Variables that tell uv, kept off its command line, which others on the machine can read.

        ``urls``: with the indexes themselves, which a `configuration` says else.
        """
        variables = {"UV_DEFAULT_INDEX": self.default} if urls else {}
        if urls and self.extra:
            variables["UV_INDEX"] = " ".join(self.extra)
        if urls and self.links:
            variables["UV_FIND_LINKS"] = ",".join(self.links)
        if self.insecure_hosts:
            variables["UV_INSECURE_HOST"] = " ".join(self.insecure_hosts)
        if self.strategy:
            variables["UV_INDEX_STRATEGY"] = self.strategy
        return variables

    def configuration(self, max_age_s: int) -> str:
        """The text of a uv.toml by which uv asks nothing again that it asked within ``max_age_s`` seconds.

        Indexes that name no time of their own are asked for every page of every package in every round.
        """
        age = json.dumps(f"max-age={max_age_s}")
        parts = []
        for one in (*self.extra, self.default):
            named = _NAMED.match(one)
            parts += ["[[index]]", f"url = {json.dumps(named[2] if named else one)}"]
            if named:
                parts.append(f"name = {json.dumps(named[1])}")
            elif one is self.default:
                parts.append("default = true")
            parts.append(f"cache-control = {{ api = {age}, files = {age} }}")
        return "\n".join(parts) + "\n"

    def urls(self) -> list[str]:
        """The URLs in the order they are asked, with credentials that stand in variables of their own put in."""
        return [self._url(one) for one in (*self.extra, self.default)]

    def shown(self) -> str:
        """The indexes for a message, without credentials."""
        return ", ".join(without_credentials(url) for url in self.urls())

    def _url(self, index: str) -> str:
        named = _NAMED.match(index)
        if not named:
            return index
        name, url = named.groups()
        found = self.credentials.get(re.sub(r"[^A-Z0-9]", "_", name.upper()))
        parts = urlsplit(url)
        if not found or "@" in parts.netloc:
            return url
        user, password = (quote(part, safe="") for part in found)
        return urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.netloc}"))


def index_settings(
    folder: Path, indexes: Indexes | None = None, environment: Mapping[str, str] | None = None
) -> IndexSettings:
    """The indexes in use for a definition.

    Args:
        folder: Where the definition stands; uv.toml or pyproject.toml there or above count.
        indexes: Those the definition names itself.
        environment: Variables, by default those of this process.

    Raises:
        ResolutionError: a settings file cannot be read.
    """
    env = os.environ if environment is None else environment
    own = indexes or Indexes()
    files = [_settings(file) for file in _files(folder, env)]
    default = own.default or env.get("UV_DEFAULT_INDEX") or env.get("UV_INDEX_URL")
    extra = [*own.extra, *env.get("UV_INDEX", "").split(), *env.get("UV_EXTRA_INDEX_URL", "").split()]
    links = [link for link in env.get("UV_FIND_LINKS", "").split(",") if link.strip()]
    hosts = [*own.insecure_hosts, *env.get("UV_INSECURE_HOST", "").split()]
    strategy = env.get("UV_INDEX_STRATEGY", "")
    for settings in files:
        default = default or settings.default
        extra += settings.extra
        links += settings.links
        hosts += settings.hosts
        strategy = strategy or settings.strategy
    return IndexSettings(
        default or _PYPI,
        tuple(dict.fromkeys(extra)),
        tuple(dict.fromkeys(links)),
        tuple(dict.fromkeys(hosts)),
        strategy,
        dict(_credentials(env)),
    )


def _credentials(env: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    for name, value in env.items():
        if name.startswith("UV_INDEX_") and name.endswith("_USERNAME"):
            index = name.removeprefix("UV_INDEX_").removesuffix("_USERNAME")
            yield index, (value, env.get(f"UV_INDEX_{index}_PASSWORD", ""))


@dataclass(slots=True)
class _Settings:
    """What one settings file says of indexes."""

    default: str | None = None
    extra: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    strategy: str = ""


def _files(folder: Path, env: Mapping[str, str]) -> Iterator[Path]:
    """Settings files that count, the nearest first."""
    if env.get("UV_NO_CONFIG", "").lower() in ("1", "true"):
        return
    if env.get("UV_CONFIG_FILE"):
        yield Path(env["UV_CONFIG_FILE"])
        return
    for place in (folder, *folder.parents):
        if (place / "uv.toml").is_file():
            yield place / "uv.toml"
            break
        if (place / "pyproject.toml").is_file():
            yield place / "pyproject.toml"
            break
    for file in _user_files(env):
        if file.is_file():
            yield file


def _user_files(env: Mapping[str, str]) -> list[Path]:
    if sys.platform == "win32":
        places = [env.get("APPDATA"), env.get("PROGRAMDATA")]
        return [Path(place) / "uv" / "uv.toml" for place in places if place]
    home = env.get("XDG_CONFIG_HOME") or (f"{env['HOME']}/.config" if env.get("HOME") else None)
    return [*([Path(home) / "uv" / "uv.toml"] if home else []), Path("/etc/uv/uv.toml")]


def _settings(file: Path) -> _Settings:
    try:
        document = tomllib.loads(file.read_bytes().decode())
    except OSError as error:
        raise ResolutionError(f"{file}: cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ResolutionError(f"{file}: is no TOML: {error}") from error
    tool = document.get("tool", {}).get("uv", {}) if file.name == "pyproject.toml" else document
    found = _Settings(default=tool.get("index-url"), strategy=str(tool.get("index-strategy", "")))
    for index in tool.get("index", ()):
        if index.get("explicit"):
            # Asked for packages that name it by `tool.uv.sources` only, which a layer has not.
            continue
        if index.get("default"):
            found.default = str(index["url"])
        else:
            found.extra.append(f"{index['name']}={index['url']}" if index.get("name") else str(index["url"]))
    found.extra += [str(url) for url in tool.get("extra-index-url", ())]
    found.links += [_link(str(link), file.parent) for link in tool.get("find-links", ())]
    found.hosts += [str(host) for host in tool.get("allow-insecure-host", ())]
    return found


def _link(link: str, folder: Path) -> str:
    return link if "://" in link else str(folder / link)
