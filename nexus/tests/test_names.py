"""What may be a title, and when two are the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus.lib.errors import Invalid
from nexus.lib.names import clean_title, title_key


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("  Emma ", "Emma"),
        ("E\u0301mile", "\u00c9mile"),
        ("\u3000坊っちゃん\u3000", "坊っちゃん"),
        ("x" * 255, "x" * 255),
        ("🖋️", "🖋️"),
        ("שלום\u200f (1)", "שלום\u200f (1)"),
    ],
)
def test_titles_are_trimmed_and_composed(raw, title):
    assert clean_title(raw) == title


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("", "blank"),
        (" \u2003 ", "blank"),
        ("x" * 256, "max_length"),
        ("a\0b", "invalid"),
        ("a\nb", "invalid"),
        ("\ud800", "invalid"),
        ("Ada\u202e", "invalid"),
        ("\u2067Ada\u2069", "invalid"),
        ("\u200b\u00ad", "blank"),
    ],
)
def test_what_is_no_title_is_refused_at_its_field(raw, code):
    with pytest.raises(Invalid) as refusal:
        clean_title(raw, field="name")
    assert [(error.field, error.code) for error in refusal.value.errors] == [("name", code)]


@given(st.text(max_size=300))
def test_a_cleaned_title_is_stable_and_can_be_stored(raw):
    try:
        title = clean_title(raw)
    except Invalid:
        return
    assert clean_title(title) == title
    assert title.encode() and "\0" not in title and 1 <= len(title) <= 255


@pytest.mark.parametrize(
    ("one", "other"),
    [("Emma", "EMMA"), ("\u00c9mile", "e\u0301mile"), ("Straße", "STRASSE"), ("ΣΟΦΟΣ", "σοφος")],
)
def test_case_and_form_do_not_make_two_titles(one, other):
    assert title_key(one) == title_key(other)


@pytest.mark.parametrize(("one", "other"), [("Emma", "Emma 2"), ("resume", "résumé")])
def test_different_titles_stay_different(one, other):
    assert title_key(one) != title_key(other)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=100))
def test_the_key_ignores_the_form_and_fits_its_column(title):
    keys = {title_key(unicodedata.normalize(form, title)) for form in ("NFC", "NFD")}
    assert len(keys) == 1
    assert len(title_key(title[:255])) <= 800
