"""Hooks by HTTP."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

import httpx

from yunfn.exceptions import RolloutError
from yunfn.rollout.hook import HttpCall

# Bytes of an answer that are looked into, and seconds for a connection to stand.
_LARGEST: Final = 2**20
_CONNECT: Final = 5.0
_REDIRECTS: Final = 5
_WITHOUT_BODY: Final = ("GET", "HEAD")
_HIDDEN: Final = "***"


def call_http(hook: HttpCall, body: str, environment: Mapping[str, str] = os.environ) -> str:
    """The answer's text, of 1 MB at most, if its status is wanted; ``body`` is sent where the hook has none of its own.

    Redirects to another host, or back from HTTPS, are not followed: they would take the headers' secrets there. A
    secret that the answer repeats is hidden.

    Raises:
        RolloutError: another status, an address or header that cannot be, a redirect that is not followed, no answer.
    """
    secrets = _secrets(hook, environment)
    try:
        # Each part of it; the caller ends the whole.
        timeout = httpx.Timeout(hook.timeout, connect=min(_CONNECT, hook.timeout))
        with httpx.Client(timeout=timeout, follow_redirects=False) as client:
            status, text = _asked(client, _request(client, hook, body, secrets))
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ValueError) as error:
        told = f"no answer: {type(error).__name__}: {error}"
        raise RolloutError(_without(told, secrets)) from None
    text = _without(text, secrets)
    wanted = status in hook.statuses if hook.statuses else httpx.codes.is_success(status)
    if not wanted:
        expected = " or ".join(map(str, hook.statuses)) or "2xx"
        raise RolloutError(f"answered {status} instead of {expected}: {text}")
    return text


def _secrets(hook: HttpCall, environment: Mapping[str, str]) -> dict[str, str]:
    """The headers whose values are variables'."""
    found = {}
    for header, variable in hook.headers_from.items():
        value = environment.get(variable, "")
        if not value:
            raise RolloutError(f"the environment variable {variable}, the value of the header {header}, is not set")
        if not (value.isascii() and value.isprintable()):
            # The client would tell the value.
            raise RolloutError(f"the environment variable {variable} holds what no header can, such as a line's end")
        found[header] = value
    return found


def _request(client: httpx.Client, hook: HttpCall, body: str, secrets: Mapping[str, str]) -> httpx.Request:
    url = httpx.URL(hook.url)
    if url.scheme not in ("http", "https") or not url.host:
        raise RolloutError("the address must begin with https:// or http://")
    method = hook.method.upper()
    headers = httpx.Headers({"User-Agent": "yunfn", **hook.headers, **secrets})
    content = None
    if hook.body is not None or method not in _WITHOUT_BODY:
        content = body if hook.body is None else hook.body
        headers.setdefault("Content-Type", "application/json" if hook.body is None else "text/plain; charset=utf-8")
    return client.build_request(method, url, headers=headers, content=content)


def _asked(client: httpx.Client, request: httpx.Request) -> tuple[int, str]:
    for _ in range(_REDIRECTS + 1):
        response = client.send(request, stream=True)
        try:
            following = response.next_request
            if following is None:
                return response.status_code, _text(response)
        finally:
            response.close()
        if not _same_place(request.url, following.url):
            raise RolloutError(f"redirects to {following.url.scheme}://{following.url.netloc.decode()}: not followed")
        request = following
    raise RolloutError(f"redirects more than {_REDIRECTS} times")


def _same_place(one: httpx.URL, other: httpx.URL) -> bool:
    if (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port):
        return True
    upgraded = (one.scheme, one.port, other.scheme, other.port) == ("http", None, "https", None)
    return upgraded and one.host == other.host


def _text(response: httpx.Response) -> str:
    found = bytearray()
    for chunk in response.iter_bytes(1 << 16):
        found += chunk
        if len(found) >= _LARGEST:
            break
    return bytes(found[:_LARGEST]).decode("utf-8", "replace")


def _without(text: str, secrets: Mapping[str, str]) -> str:
    for secret in secrets.values():
        text = text.replace(secret, _HIDDEN)
    return text
