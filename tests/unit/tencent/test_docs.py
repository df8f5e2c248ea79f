"""The page on Tencent's components shows a program that is true: it runs, and declares what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from unit.tencent.declared import declare

PAGE = Path(__file__).parents[3] / "docs" / "components-tencent.md"


def test_the_pages_program_runs_as_it_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    for path, text in {
        "orders/orders.py": "def handler(event, context): ...\n",
        "orders/pages.py": "def application(environ, start_response): ...\n",
        "build/packages/shelf.py": "NAME = 'of the layer'\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    program = "\n".join(re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    declared = declare(lambda: exec(compile(program, str(PAGE), "exec"), {}))
    made = {kind: len(declared.of(kind)) for kind in ("Function", "Alias", "Trigger", "CustomDomain", "LayerVersion")}
    assert made == {"Function": 2, "Alias": 2, "Trigger": 3, "CustomDomain": 1, "LayerVersion": 1}
    assert {name: each["type"] for name, each in declared.of("Function").items()} == {
        "orders-function": "Event",
        "pages-function": "HTTP",
    }
