"""What every template and the palette must keep, so that the strict policy and contrast hold."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import get_template
from django.urls import get_resolver

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
TOKENS = Path(settings.BASE_DIR) / "static" / "css" / "tokens.css"
TEXT, PICTURE = 4.5, 3.0
PAIRS = [
    ("ink", "paper", TEXT),
    ("ink", "surface", TEXT),
    ("ink-soft", "sunken", TEXT),
    ("muted", "paper", TEXT),
    ("muted", "surface", TEXT),
    ("muted", "sunken", TEXT),
    ("accent", "paper", TEXT),
    ("accent", "surface", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("accent-strong", "accent-wash", TEXT),
    ("gold", "paper", TEXT),
    ("gold", "gold-wash", TEXT),
    ("danger", "surface", TEXT),
    ("danger-strong", "danger-wash", TEXT),
    ("on-danger", "danger", TEXT),
    ("line-strong", "surface", PICTURE),
    ("chart-bar", "surface", PICTURE),
    ("chart-second", "surface", PICTURE),
    ("gold-fill", "surface", PICTURE),
]


def named(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_template_can_be_read_and_holds_no_inline_style_or_script(path):
    get_template(named(path))
    text = path.read_text()
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", text)
    assert "<style" not in text
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert "|safe" not in text


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_static_file_a_template_names_is_there(path):
    for name in re.findall(r"{% static '([^']+)' %}", path.read_text()):
        assert finders.find(name), name


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_every_address_a_template_names_is_known(path):
    known = set(names_of(get_resolver()))
    for name in re.findall(r"{% url ['\"]([^'\"]+)['\"]", path.read_text()):
        assert name in known, name


def names_of(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            space = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names_of(pattern, prefix + space)
        elif pattern.name:
            yield prefix + pattern.name


@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
@pytest.mark.parametrize("theme", ["paper", "charcoal"])
def test_colours_can_be_told_apart(front, back, least, theme):
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS.read_text())
    colours = {name: values[theme == "charcoal"] for name, *values in found}
    assert contrast(colours[front], colours[back]) >= least


def test_neither_black_nor_white_is_used():
    assert not re.search(r"#(000|fff)(000|fff)?\b", TOKENS.read_text(), re.IGNORECASE)


def contrast(one, other):
    """Return the ratio of WCAG 2.2, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
