"""How LibreOffice and Unicode would count, for display beside our own number."""

import pytest

from stories.counting import RULE, count_words, count_words_as


@pytest.mark.parametrize(
    ("text", "libreoffice", "unicode"),
    [
        ("", 0, 0),
        ("one two\tthree\nfour", 4, 4),
        ("well-being", 1, 2),
        ("mother-in-law’s", 1, 3),
        ("don't can’t", 2, 2),
        ("yes—no", 2, 2),
        ("1914–1918", 2, 2),
        ("yes--no", 1, 2),
        ("a * b … c", 5, 3),
        ("1,204.5 words", 2, 2),
        ("http://www.example.com", 1, 2),
        ("and/or", 1, 2),
        ("snake_case __ 4x4", 3, 2),
        ("cafe\u0301s", 1, 1),
        ("soft\u00adhyphen", 1, 1),
        ("日本語", 3, 3),
        ("カタカナ ひら", 6, 3),
        ("안녕 하세요", 2, 2),
    ],
)
def test_counts_as_the_other_rules_say(text, libreoffice, unicode):
    assert count_words_as("libreoffice", text) == libreoffice
    assert count_words_as("unicode", text) == unicode


def test_our_own_rule_is_one_of_them():
    text = "well-being — yes"
    assert count_words_as(RULE, text) == count_words(text) == 2


def test_there_are_no_other_rules():
    with pytest.raises(KeyError):
        count_words_as("abacus", "one")
