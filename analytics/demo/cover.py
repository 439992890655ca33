"""The cover of the novel on the demo's desk: a balance that does not quite balance, drawn here.

Its sister books keep the covers that are set from their titles.
"""

from __future__ import annotations

import io

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

from accounts.models import User
from stories.covers import make_sizes, put_cover
from stories.models import Story

TITLE, AUTHOR = ("Eleven", "Ounces"), "MARA ELLERY"
SIZE = WIDTH, HEIGHT = 800, 1200
NIGHT, IRON, BRASS, PAPER = "#22323a", "#131d22", "#cf9f45", "#f4e9d2"
LETTERS = settings.BASE_DIR / "static" / "fonts" / "literata-latin.woff2"
# How far the heavier pan hangs below the other.
TIPPED = 46
BEAM_AT, PANS_AT, PAN = 585, 850, 132


def put_on_cover(user: User) -> None:
    """Give the novel its cover, in all sizes: nobody waits for a worker at the first look."""
    for story in Story.objects.visible_to(user).live().filter(title=" ".join(TITLE)):
        put_cover(story, drawn_cover(), at=story.updated_at)
        make_sizes(story.pk)


def drawn_cover() -> bytes:
    """Return the cover as a JPEG."""
    image = Image.new("RGB", SIZE, NIGHT)
    draw = ImageDraw.Draw(image)
    _balance(draw)
    _words(draw)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=88)
    return file.getvalue()


def _balance(draw: ImageDraw.ImageDraw) -> None:
    middle, left, right = WIDTH // 2, 180, WIDTH - 180
    draw.rectangle((0, 1000, WIDTH, HEIGHT), fill=IRON)
    draw.polygon(
        [(middle - 9, BEAM_AT), (middle + 9, BEAM_AT), (middle + 16, 1000), (middle - 16, 1000)],
        fill=BRASS,
    )
    draw.rectangle((middle - 120, 978, middle + 120, 1000), fill=BRASS)
    draw.line((left, BEAM_AT - TIPPED // 2, right, BEAM_AT + TIPPED // 2), fill=BRASS, width=14)
    draw.ellipse((middle - 26, BEAM_AT - 26, middle + 26, BEAM_AT + 26), fill=BRASS)
    for x, y in ((left, BEAM_AT - TIPPED // 2), (right, BEAM_AT + TIPPED // 2)):
        _pan(draw, x, y)


def _pan(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    """Draw a pan hanging from `x, y` with a bar weight standing on it."""
    floor = y + PANS_AT - BEAM_AT
    draw.line((x - PAN, floor, x, y, x + PAN, floor), fill=BRASS, width=4)
    draw.rounded_rectangle((x - 62, floor - 104, x + 62, floor), 12, fill=IRON)
    draw.rounded_rectangle((x - 38, floor - 134, x + 38, floor - 90), 14, outline=IRON, width=15)
    draw.ellipse((x - 15, floor - 66, x + 15, floor - 36), fill=PAPER)
    draw.rectangle((x - PAN - 12, floor, x + PAN + 12, floor + 12), fill=BRASS)


def _words(draw: ImageDraw.ImageDraw) -> None:
    letters = ImageFont.truetype(LETTERS, 150)
    for place, word in enumerate(TITLE):
        draw.text((WIDTH // 2, 190 + 160 * place), word, PAPER, letters, anchor="mm")
    by_line = ImageFont.truetype(LETTERS, 46)
    draw.text((WIDTH // 2, 1102), " ".join(AUTHOR), PAPER, by_line, anchor="mm")
