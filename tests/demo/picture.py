"""A real PNG to send, and what it must look like when it comes back rotated."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageDraw

ANGLE = 10


def make() -> bytes:
    """A PNG of 240 × 160 pixels with a gradient and a mark, so that a rotation shows."""
    picture = Image.linear_gradient("L").resize((240, 160)).convert("RGB")
    ImageDraw.Draw(picture).rectangle((20, 20, 90, 60), fill=(200, 30, 30))
    return _png(picture)


def differs_from_rotated(original: bytes, answered: bytes) -> str:
    """Why ``answered`` is not ``original`` rotated by ANGLE degrees, or "" if it is; both are decoded."""
    picture = Image.open(io.BytesIO(answered))
    picture.load()
    expected = Image.open(io.BytesIO(original)).convert(picture.mode).rotate(ANGLE, expand=True)
    if picture.format != "PNG":
        return f"the answer is {picture.format}, not PNG"
    if picture.size != expected.size:
        return f"the answer has {picture.size} pixels, not {expected.size}"
    if ImageChops.difference(picture, expected).getbbox() is not None:
        return "the pixels are not those of the rotated picture"
    return ""


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
