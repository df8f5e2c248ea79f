"""Where the user's cache is, and what is said where there can be none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yunfn.exceptions import PackagingError
from yunfn.packaging.user_cache import user_cache


@pytest.mark.skipif(os.name == "nt", reason="Windows has other folders")
def test_it_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache() == tmp_path / "yunfn"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows knows no users by number")
def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    with pytest.raises(PackagingError, match="set HOME or XDG_CACHE_HOME"):
        user_cache()
