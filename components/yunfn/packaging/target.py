"""What an artifact is built for: a runtime of a cloud, written ``alibaba:python3.10`` or ``tencent:Python3.6``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from yunfn.exceptions import PackagingError
from yunfn.runtimes import LAYER_LIMITS, RUNTIMES, LayerLimits, Runtime


@dataclass(frozen=True, slots=True)
class Target:
    """A runtime, and the Python version ("3.10") that packages are chosen for.

    For runtimes that bring their own Python the version is part of the name: ``alibaba:custom.debian10+python3.9``.
    """

    runtime: Runtime
    python: str

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read a target as users write it.

        Raises:
            PackagingError: no such cloud or runtime, or the Python version is missing or not wanted.
        """
        cloud, _, rest = text.partition(":")
        name, _, own = rest.partition("+python")
        known = RUNTIMES.get(cloud)
        if known is None or name not in known:
            raise PackagingError(f"target {text!r}: one of {', '.join(target_names())}")
        runtime = known[name]
        if runtime.python is None:
            # One way to write each, so that one Python is one environment.
            if not re.fullmatch(r"3\.([6-9]|[1-9][0-9])", own):
                rule = f"say which Python it brings, such as {cloud}:{name}+python3.10"
                raise PackagingError(f"target {text!r}: runtime {name} has no Python of its own: {rule}")
            return cls(runtime, own)
        if runtime.python.startswith("2."):
            raise PackagingError(f"target {text!r}: packages are chosen for Python 3.6 and newer, not {runtime.python}")
        if own:
            raise PackagingError(f"target {text!r}: runtime {name} has Python {runtime.python}: leave out +python{own}")
        return cls(runtime, runtime.python)

    @property
    def name(self) -> str:
        """The target as users write it."""
        own = f"+python{self.python}" if self.runtime.python is None else ""
        return f"{self.runtime.cloud}:{self.runtime.name}{own}"

    @property
    def platform(self) -> str:
        """The platform in uv's words, such as ``x86_64-manylinux_2_17``."""
        tag = self.runtime.platform_tag.removesuffix(f"_{self.runtime.architecture}")
        return f"{self.runtime.architecture}-{tag}"

    @property
    def environment(self) -> str:
        """What decides which packages fit: ``3.10 x86_64-manylinux_2_28``; targets that share it share packages."""
        return f"{self.python} {self.platform}"

    @property
    def package_prefix(self) -> str:
        """Folder in the zip for Python packages: ``python`` or, for the root, empty."""
        return self.runtime.package_prefix

    @property
    def limits(self) -> LayerLimits:
        """What the cloud allows a layer to weigh."""
        return LAYER_LIMITS[self.runtime.cloud]


def target_names() -> list[str]:
    """Every target that layers are built for; custom runtimes with a place for their Python."""
    return [
        f"{cloud}:{name}" + ("+python3.N" if runtime.python is None else "")
        for cloud, runtimes in RUNTIMES.items()
        for name, runtime in runtimes.items()
        if runtime.python is None or runtime.python.startswith("3.")
    ]
