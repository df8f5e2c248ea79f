"""The plugin's functions, one per file: ``<module>_<function>`` as in its token ``yunfn:<module>:<function>``."""

from __future__ import annotations

from yunfn.provider.function import Function
from yunfn.provider.functions import sts_assume_role
from yunfn.provider.session import Sessions

__all__ = ["all_functions"]


def all_functions(sessions: Sessions) -> list[Function]:
    """Every function there is, for the provider whose sessions these are."""
    return [sts_assume_role.AssumeRole(sessions)]
