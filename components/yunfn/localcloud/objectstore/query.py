"""What an object store's requests say in path and query, before a service gives it its own words."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from yunfn.localcloud.call import Call

_OVERRIDES = (
    "content-type",
    "content-language",
    "expires",
    "cache-control",
    "content-disposition",
    "content-encoding",
)


class NotInRange(ValueError):
    """A parameter is no whole number, or none of those that are allowed."""


class LineBreak(ValueError):
    """A header that a parameter asks for holds a line break; the text is the parameter's name."""


def decode_key(raw: str) -> str:
    """The key that a percent-encoded path (without its first slash) stands for; UnicodeDecodeError unless UTF-8."""
    if "%" not in raw and raw.isascii():
        return raw
    return unquote_to_bytes(raw.encode("latin-1")).decode("utf-8")


def bounded(text: str | None, least: int, most: int, default: int) -> int:
    """A whole number between ``least`` and ``most``, ``default`` where there is none; raises NotInRange."""
    if text is None or text == "":
        return default
    if not text.isdecimal() or not least <= int(text) <= most:
        raise NotInRange(text)
    return int(text)


def header_overrides(call: Call) -> dict[str, str]:
    """The headers that ``response-*`` parameters ask an answer to have; raises LineBreak."""
    found = {}
    for name in _OVERRIDES:
        value = call.param("response-" + name)
        if value is None:
            continue
        if "\n" in value or "\r" in value:
            raise LineBreak("response-" + name)
        found[name] = value.encode().decode("latin-1")
    return found
