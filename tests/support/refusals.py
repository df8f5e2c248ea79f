"""What the rules refuse, told as the components tell it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yunfn.exceptions import ValidationError


def refused(check: Callable[[], object], property: str, rule: str) -> None:
    """``check`` refuses the ``property`` of the resource ``f``, in words that hold ``rule``."""
    with pytest.raises(ValidationError) as error:
        check()
    assert error.value.resource == "f"
    assert error.value.property == property
    assert rule in error.value.rule
