"""Answers pictures changed: ``/proc/rotate/10/lena.png``, ``/proc/resize/64x48/lena.png``,
``/proc/thumbnail/64/lena.png``.
"""

from __future__ import annotations

import io
import re

from pictures import Refused, checked_name, load
from PIL import Image, UnidentifiedImageError
from werkzeug.wrappers import Request, Response

_SIZE = re.compile(r"(\d{1,4})(?:x(\d{1,4}))?")
_LARGEST = 4096


def handler(environ, start_response):
    """Read the picture that the path names, change it, and answer it in its own format."""
    request = Request(environ)
    try:
        change, amount, name = _asked(request.path)
        content = load(environ["fc.context"], checked_name(name))
        changed, media_type = _changed(content, change, amount, name)
        response = Response(changed, 200, mimetype=media_type)
    except Refused as refused:
        response = Response(f"{refused}\n", refused.status)
    return response(environ, start_response)


def _asked(path):
    parts = [part for part in path.split("/") if part]
    # The path after the function's name stayed as it was on FC 2.0; a domain may have cut the name off.
    if parts[:1] == ["proc"]:
        parts = parts[1:]
    if len(parts) != 3 or parts[0] not in ("rotate", "resize", "thumbnail"):
        raise Refused(404, "ask for /proc/rotate/<degrees>/<name>, /proc/resize/<width>x<height>/<name> or "
                           "/proc/thumbnail/<size>/<name>")  # fmt: skip
    return parts


def _changed(content, change, amount, name):
    try:
        with Image.open(io.BytesIO(content)) as picture:
            form = picture.format
            result = _rotated(picture, amount) if change == "rotate" else _sized(picture, change, amount)
            out = io.BytesIO()
            result.save(out, form)
            return out.getvalue(), Image.MIME[form]
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise Refused(422, f"{name} cannot be read as a picture: {error}") from error


def _rotated(picture, amount):
    if not re.fullmatch(r"-?\d{1,4}(\.\d{1,3})?", amount):
        raise Refused(400, f"{amount!r} is no angle: degrees against the clock, such as 10")
    return picture.rotate(float(amount), expand=True)


def _sized(picture, change, amount):
    found = _SIZE.fullmatch(amount)
    width = int(found[1]) if found else 0
    height = int(found[2] or found[1]) if found else 0
    if not (1 <= width <= _LARGEST and 1 <= height <= _LARGEST):
        raise Refused(400, f"{amount!r} is no size: <width>x<height> or <size> in pixels, each 1–{_LARGEST}")
    if change == "resize":
        return picture.resize((width, height))
    small = picture.copy()
    small.thumbnail((width, height))
    return small
