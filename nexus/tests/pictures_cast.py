"""Pictures to upload: whole, torn, and made to hurt."""

import io
import struct
import zlib

from PIL import Image

SECRET = b"taken at home"


def picture(size=(300, 450), kind="JPEG", colour="teal", **options):
    target = io.BytesIO()
    Image.new("RGB", size, colour).save(target, kind, **options)
    return target.getvalue()


def told(orientation=6):
    """Return a lying picture, red at its left, that tells more than it shows."""
    image = Image.new("RGB", (200, 100), "blue")
    image.paste("red", (0, 0, 100, 100))
    facts = image.getexif()
    facts[0x0112] = orientation
    facts[0x010E] = SECRET.decode()
    target = io.BytesIO()
    image.save(target, "JPEG", exif=facts, comment=SECRET, icc_profile=SECRET, quality=95)
    return target.getvalue() + SECRET


def bomb(width=30_000, height=30_000):
    """Return a PNG that promises far more pixels than it has bytes."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(bytes(9))), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def animated(kind):
    frames = [Image.new("RGB", (60, 90), colour) for colour in ("red", "blue")]
    target = io.BytesIO()
    frames[0].save(target, kind, save_all=True, append_images=frames[1:], duration=100)
    return target.getvalue()


def opened(raw):
    return Image.open(io.BytesIO(raw))
