"""Each way into namespaces, and the fallback forced."""

from __future__ import annotations

import pytest

from yunfn.isolation import Isolation, isolation, sandbox

FALLBACK = Isolation("fallback", "forced by a test")


@pytest.fixture
def namespaces() -> Isolation:
    """What this machine allows, where that is namespaces."""
    found = isolation()
    if found.mode != "namespaces":
        pytest.skip(f"this machine forbids namespaces: {found.reason}")
    return found


@pytest.fixture(params=["root-or-own", "user-namespace"])
def isolated(request: pytest.FixtureRequest, namespaces: Isolation, monkeypatch: pytest.MonkeyPatch) -> Isolation:
    """Both ways into namespaces: with the caller's own rights, and by a user namespace."""
    found = namespaces
    if request.param == "user-namespace":
        found = Isolation("namespaces", "", user_namespace=True, overlay=namespaces.overlay)
        monkeypatch.setattr(sandbox, "isolation", lambda: found)
    return found


@pytest.fixture
def fallback(monkeypatch: pytest.MonkeyPatch) -> Isolation:
    """A machine without namespaces."""
    monkeypatch.setattr(sandbox, "isolation", lambda: FALLBACK)
    return FALLBACK
