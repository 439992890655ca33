"""A picture from outside becomes one of ours, or is refused before it is decoded."""

import io

import pytest
from PIL import Image

from nexus.lib.errors import Invalid, TooLarge
from nexus.lib.pictures import MAX_BYTES, Frame, as_jpeg, as_webp
from nexus.tests.pictures_cast import SECRET, animated, bomb, opened, picture, told

FRAME = Frame(1600, 1600)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def drawn(raw, frame=FRAME):
    return opened(as_jpeg(io.BytesIO(raw), frame))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_becomes_a_jpeg_no_larger_than_its_frame(kind):
    made = drawn(picture((2000, 3000), kind))
    assert (made.format, made.mode, made.size) == ("JPEG", "RGB", (1067, 1600))
    assert drawn(picture((30, 40), kind)).size == (30, 40)


def test_nothing_but_the_picture_is_kept_and_it_stands_upright():
    raw = as_jpeg(io.BytesIO(told()), FRAME)
    made = opened(raw)
    assert SECRET not in raw and b"Exif" not in raw
    assert set(made.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "progressive",
        "progression",
    }
    assert made.size == (100, 200)
    top, bottom = made.getpixel((50, 20)), made.getpixel((50, 180))
    assert top[0] > 200 > 50 > top[2] and bottom[2] > 200 > 50 > bottom[0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_to_hold_a_camera_comes_out_right(orientation):
    made = drawn(told(orientation))
    assert made.size == ((200, 100) if orientation < 5 else (100, 200))
    corners = {1: (0, 0), 2: (-1, 0), 3: (-1, 0), 4: (0, 0), 5: (0, 0), 6: (0, 0), 7: (0, -1)}
    x, y = corners.get(orientation, (0, -1))
    red = made.getpixel((x % made.width, y % made.height))
    assert red[0] > 200 and red[2] < 50


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_what_shines_through_lies_on_white_and_grey_stays_grey(mode):
    target = io.BytesIO()
    Image.new(mode, (40, 600)).save(target, "PNG")
    red, green, blue = drawn(target.getvalue()).getpixel((20, 590))
    assert red == green == blue == (255 if mode in {"RGBA", "LA"} else 0)


def test_sixteen_bits_of_grey_are_not_all_white():
    target = io.BytesIO()
    Image.new("I;16", (40, 60), 32_768).save(target, "PNG")
    assert 120 < drawn(target.getvalue()).getpixel((20, 30))[0] < 136


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "MPO"])
def test_of_an_animation_the_first_picture_is_taken(kind):
    red = drawn(animated(kind)).getpixel((30, 45))
    assert red[0] > 200 and red[2] < 50


@pytest.mark.parametrize(
    ("draw", "code"),
    [
        (bytes, "not_a_picture"),
        (lambda: b"words, words, words", "not_a_picture"),
        (lambda: SVG, "not_a_picture"),
        (lambda: picture(kind="GIF"), "not_a_picture"),
        (lambda: picture(kind="TIFF"), "not_a_picture"),
        (lambda: picture()[:1500], "torn_picture"),
        (lambda: picture(kind="PNG")[:400], "torn_picture"),
        (lambda: picture(kind="WEBP")[:60], "torn_picture"),
        (bomb, "too_many_pixels"),
        (lambda: picture((4001, 4000), "WEBP", quality=1), "too_many_pixels"),
    ],
)
def test_what_is_no_harmless_picture_is_refused_with_a_sentence(draw, code):
    with pytest.raises(Invalid) as refused:
        as_jpeg(io.BytesIO(draw()), FRAME)
    assert refused.value.code == code and refused.value.errors[0].field == "file"


def test_a_picture_that_is_too_heavy_is_refused_unread():
    with pytest.raises(TooLarge, match="5 MB"):
        as_jpeg(io.BytesIO(picture() + bytes(MAX_BYTES)), FRAME)


def test_a_frame_that_is_filled_cuts_evenly():
    made = opened(as_webp(picture((900, 300)), Frame(240, 360, fills=True)))
    assert (made.format, made.size) == ("WEBP", (240, 360))
