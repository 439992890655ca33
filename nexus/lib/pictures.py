"""Pictures from outside, made harmless: looked at before they are decoded, then drawn anew.

What comes out is a plain JPEG or WebP of our own making. Nothing else of the file survives: no
EXIF, no place, no thumbnail of an earlier version, no colour profile, no bytes after the end.
"""

from __future__ import annotations

import io
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from nexus.lib.errors import FieldError, Invalid, TooLarge

MAX_BYTES = 5 * 1024 * 1024
# By format; a decoder of animations holds each pixel four times over.
MAX_MEGAPIXELS = {"JPEG": 40, "PNG": 40, "WEBP": 16}
QUALITY = 86
# Judged by its sizes here, before a pixel is decoded; the library would only warn.
Image.MAX_IMAGE_PIXELS = None
# What its decoders raise over files that are torn or made to hurt.
TORN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    EOFError,
    OverflowError,
    struct.error,
    zlib.error,
)
# The tag of EXIF that says how the camera was held, and what sets it right.
ORIENTATION = 0x0112
_Turn = Image.Transpose
TURNS = {
    2: _Turn.FLIP_LEFT_RIGHT,
    3: _Turn.ROTATE_180,
    4: _Turn.FLIP_TOP_BOTTOM,
    5: _Turn.TRANSPOSE,
    6: _Turn.ROTATE_270,
    7: _Turn.TRANSVERSE,
    8: _Turn.ROTATE_90,
}
LIE = frozenset({_Turn.TRANSPOSE, _Turn.ROTATE_270, _Turn.TRANSVERSE, _Turn.ROTATE_90})
STRIP = 256
# The pixels of one picture may take 160 MB while it is drawn; so one at a time in each process.
_turn = threading.BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class Frame:
    """How a picture is drawn: within so many pixels, or filling exactly that many."""

    width: int
    height: int
    fills: bool = False


def as_jpeg(file: IO[bytes], frame: Frame) -> bytes:
    """Return the picture in `file` (JPEG, PNG or WebP) as a JPEG of ours; of an animation, its
    first frame. It is never enlarged, save to fill its frame.

    Raises TooLarge above 5 MB, Invalid for anything that is no such picture, is torn, or has more
    than 40 megapixels (16 as WebP); then nothing of it was decoded.
    """
    raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        message = _("Please choose a picture of at most 5 MB.")
        raise TooLarge(message, errors=[FieldError("file", message, "too_large")])
    with _judged(raw) as image:
        return _written(_drawn(image, frame), "JPEG")


def as_webp(raw: bytes, frame: Frame) -> bytes:
    """Return a picture of ours, smaller, as WebP."""
    with _judged(raw) as image:
        return _written(_drawn(image, frame), "WEBP")


def size_of(raw: bytes) -> tuple[int, int]:
    """Return the width and height of a picture of ours, in pixels."""
    with _judged(raw) as image:
        return image.size


@contextmanager
def _judged(raw: bytes) -> Iterator[Image.Image]:
    """Open a picture whose sizes have been found harmless; turn what it raises into a refusal."""
    try:
        with _turn, Image.open(io.BytesIO(raw), formats=tuple(MAX_MEGAPIXELS)) as image:
            _refuse_too_many(image)
            yield image
    except Image.UnidentifiedImageError as error:
        message = _("This is no picture that Nexus can read. Please choose a JPEG, PNG or WebP.")
        raise _refusal(message, "not_a_picture") from error
    except TORN as error:
        message = _("This picture is damaged or not whole. Please choose another file.")
        raise _refusal(message, "torn_picture") from error


def _refuse_too_many(image: Image.Image) -> None:
    # A JPEG with a second picture behind the first goes by another name.
    most = MAX_MEGAPIXELS.get(str(image.format), MAX_MEGAPIXELS["JPEG"])
    if image.width * image.height > most * 1_000_000:
        message = _("This picture has more than %(n)d megapixels. Please make it smaller first.")
        raise _refusal(message % {"n": most}, "too_many_pixels")


def _refusal(message: str, code: str) -> Invalid:
    return Invalid.field("file", message, code=code)


def _drawn(image: Image.Image, frame: Frame) -> Image.Image:
    """Draw it upright on paper of its own, so that nothing but pixels comes along."""
    turn = TURNS.get(image.getexif().get(ORIENTATION, 1))
    sizes = (frame.width, frame.height)
    # A phone's picture lies on its side until it is turned.
    lying = sizes[::-1] if turn in LIE else sizes
    # JPEGs are decoded no larger than they are needed.
    image.draft("RGB", lying)
    far = (image.width / lying[0], image.height / lying[1])
    paper = _on_paper(image, int(min(far) if frame.fills else max(far)) // 2 or 1)
    upright = paper if turn is None else paper.transpose(turn)
    if frame.fills:
        return ImageOps.fit(upright, sizes, Image.Resampling.LANCZOS)
    upright.thumbnail(sizes, Image.Resampling.LANCZOS, reducing_gap=2.0)
    return upright


def _on_paper(image: Image.Image, factor: int) -> Image.Image:
    """Paint it on white, so many times smaller, in strips: its pixels are never held twice."""
    image.load()
    paper = Image.new("RGB", (-(-image.width // factor), -(-image.height // factor)), "white")
    for top in range(0, image.height, STRIP * factor):
        bottom = min(top + STRIP * factor, image.height)
        strip = _plain(image.crop((0, top, image.width, bottom)), image.info).reduce(factor)
        mask = strip.getchannel("A") if strip.mode == "RGBA" else None
        paper.paste(strip, (0, top // factor), mask)
    return paper


def _plain(strip: Image.Image, info: dict[Any, Any]) -> Image.Image:
    """Return it as RGB, or as RGBA where something shines through."""
    if strip.mode.startswith("I"):
        # Sixteen bits of grey; what the library makes of them is white.
        strip = strip.convert("I").point(lambda grey: grey / 256).convert("L")
    is_clear = "A" in strip.getbands() or "transparency" in info
    return strip.convert("RGBA" if is_clear else "RGB")


def _written(image: Image.Image, kind: str) -> bytes:
    target = io.BytesIO()
    if kind == "JPEG":
        image.save(target, kind, quality=QUALITY, optimize=True, progressive=True)
    else:
        image.save(target, kind, quality=QUALITY, method=4)
    return target.getvalue()
