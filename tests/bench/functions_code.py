"""The code of many small functions."""

from __future__ import annotations

from pathlib import Path

# A few KB of code, as a small function has.
_FILLING = "\n".join(f"\n\ndef step_{number}(value):\n    return value + {number}" for number in range(60)) + "\n"


def write_functions(folder: Path, count: int) -> None:
    """Write the code of ``count`` functions, each in a folder of its own (``f000`` …) and unlike the others."""
    for number in range(count):
        own = folder / f"f{number:03d}"
        own.mkdir(parents=True)
        (own / "index.py").write_text(
            f'"""Function {number}."""\n\nfrom words import greeting\n\n\n'
            f'def handler(event, context):\n    """Greet."""\n    return greeting("{number}")\n'
        )
        (own / "words.py").write_text(f'"""Words."""\n\n\ndef greeting(name):\n    return "hello " + name\n{_FILLING}')
