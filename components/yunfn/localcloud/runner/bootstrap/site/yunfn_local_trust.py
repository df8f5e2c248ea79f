"""Points certifi, also where an SDK carries its own copy, at the local cloud's CA bundle.

SSL_CERT_FILE and its like are not enough: SDKs pass certifi's file by name. The file is that of the environment
variable SSL_CERT_FILE as it was at the start; without it nothing is changed. Runs on Python 3.6 and newer.
"""
# ruff: noqa: PTH123
# (Run at the start of every Python inside, so there is no typing, no importlib.abc and no pathlib here.)

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_installed = False


def _is_certifi(name: str) -> bool:
    return name == "certifi" or name.endswith(".certifi")


def _redirect(module: "Any", bundle: str) -> None:
    """Make a loaded certifi answer with ``bundle``."""

    def where() -> str:
        return bundle

    def contents() -> str:
        with open(bundle) as file:
            return file.read()

    for owner in (module, sys.modules.get(module.__name__ + ".core")):
        if owner is not None:
            owner.__dict__.update(where=where, contents=contents)


class _Trusting:
    """Loads certifi as ever, then makes ``where`` and ``contents`` answer with the given bundle."""

    def __init__(self, loader: "Any", bundle: str) -> None:
        self._loader = loader
        self._bundle = bundle

    def __getattr__(self, name: str) -> "Any":
        return getattr(self._loader, name)

    def create_module(self, spec: "Any") -> "Any":
        """As the true loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: "Any") -> None:
        """As the true loader does, then the two functions replaced."""
        self._loader.exec_module(module)
        _redirect(module, self._bundle)


class _Finder:
    """Finds ``certifi`` and ``….certifi`` by the other finders and wraps their loader."""

    def __init__(self, bundle: str) -> None:
        self._bundle = bundle
        self._busy = False

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        """The spec of a certifi with a wrapped loader; None for every other module."""
        if self._busy or not _is_certifi(name):
            return None
        for finder in sys.meta_path:
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            self._busy = True
            try:
                spec: Any = finder.find_spec(name, path, target)
            finally:
                self._busy = False
            if spec is not None:
                if spec.loader is not None and hasattr(spec.loader, "exec_module"):
                    spec.loader = _Trusting(spec.loader, self._bundle)
                return spec
        return None


def install() -> None:
    """Hook certifi's import; a second call changes nothing."""
    global _installed
    bundle = os.environ.get("SSL_CERT_FILE")
    if _installed or not bundle:
        return
    _installed = True
    sys.meta_path.insert(0, _Finder(bundle))
    # A .pth file of the machine may have been quicker.
    for name, module in list(sys.modules.items()):
        if _is_certifi(name):
            _redirect(module, bundle)
