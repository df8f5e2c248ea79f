"""Answers pictures changed: ``/proc/rotate/10/lena.png``, ``/proc/resize/64x48/lena.png``,
``/proc/thumbnail/64/lena.png``.
"""

from __future__ import annotations

import io
import re

from pictures import Refused, checked_name, load
from PIL import Image, UnidentifiedImageError
from werkzeug.wrappers import Request, Response

_SIZE = re.compile(r"([0-9]{1,4})(?:x([0-9]{1,4}))?")
_LARGEST = 4096


def handler(environ, start_response):
    """Read the picture that the path names, change it, and answer it in its own format."""
    request = Request(environ)
    try:
        change, name = _asked(request.path)
        content = load(environ["fc.context"], name)
        changed, media_type = _changed(content, change, name)
        response = Response(changed, 200, mimetype=media_type)
    except Refused as refused:
        response = Response(f"{refused}\n", refused.status)
    return response(environ, start_response)


def _asked(path):
    """Answer the change as a function of a picture, and the picture's name; all that is wrong is said here."""
    parts = [part for part in path.split("/") if part]
    # The path after the function's name stayed as it was on FC 2.0; a domain may have cut the name off.
    if parts[:1] == ["proc"]:
        parts = parts[1:]
    if len(parts) != 3 or parts[0] not in _CHANGES:
        forms = [
            "/proc/rotate/<degrees>/<name>",
            "/proc/resize/<width>x<height>/<name>",
            "/proc/thumbnail/<size>/<name>",
        ]
        raise Refused(404, "ask for " + " or ".join(forms))
    return _CHANGES[parts[0]](parts[1]), checked_name(parts[2])


def _changed(content, change, name):
    try:
        with Image.open(io.BytesIO(content)) as picture:
            out = io.BytesIO()
            change(picture).save(out, picture.format)
            return out.getvalue(), Image.MIME[picture.format]
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise Refused(422, f"{name} cannot be read as a picture: {error}") from error


def _rotate(amount):
    if not re.fullmatch(r"-?[0-9]{1,4}(\.[0-9]{1,3})?", amount):
        raise Refused(400, f"{amount!r} is no angle: degrees against the clock, such as 10")
    return lambda picture: picture.rotate(float(amount), expand=True)


def _resize(amount):
    size = _size(amount)
    return lambda picture: picture.resize(size)


def _thumbnail(amount):
    size = _size(amount)

    def change(picture):
        small = picture.copy()
        small.thumbnail(size)
        return small

    return change


def _size(amount):
    found = _SIZE.fullmatch(amount)
    width = int(found[1]) if found else 0
    height = int(found[2] or found[1]) if found else 0
    if not (1 <= width <= _LARGEST and 1 <= height <= _LARGEST):
        raise Refused(400, f"{amount!r} is no size: <width>x<height> or <size> in pixels, each 1–{_LARGEST}")
    return width, height


_CHANGES = {"rotate": _rotate, "resize": _resize, "thumbnail": _thumbnail}
