"""Comparing two texts word by word."""

import itertools
import random
import time

from hypothesis import given
from hypothesis import strategies as st

from stories.comparing import compare

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "d\n\n", "e"]), max_size=60).map(" ".join)


@given(TEXTS, TEXTS)
def test_the_pieces_make_up_both_texts(before, after):
    pieces = compare(before, after)
    assert "".join(piece.text for piece in pieces if piece.op != "insert") == before
    assert "".join(piece.text for piece in pieces if piece.op != "delete") == after
    assert all(piece.text for piece in pieces)
    assert all(one.op != two.op for one, two in itertools.pairwise(pieces))


def test_equal_texts_are_one_piece():
    assert [piece.op for piece in compare("a b c", "a b c")] == ["equal"]
    assert compare("", "") == []


def test_one_changed_word_is_two_pieces():
    found = [(piece.op, piece.text) for piece in compare("a b c", "a x c")]
    assert found == [("equal", "a "), ("delete", "b "), ("insert", "x "), ("equal", "c")]


def test_texts_with_nothing_in_common_and_few_words_are_compared_quickly():
    dice = random.Random(5)
    before = " ".join(dice.choice(["the", "of", "and", "a", "to"]) for _word in range(18_000))
    after = " ".join(dice.choice(["the", "of", "and", "a", "to"]) for _word in range(18_000))
    started = time.process_time()
    compare(before, after)
    assert time.process_time() - started < 0.5


def test_a_paragraph_that_another_one_follows_now_has_not_changed():
    pieces = compare("A boy.", "A boy.\n\nAnd a girl.")
    assert [(piece.op, piece.text) for piece in pieces] == [
        ("equal", "A boy."),
        ("insert", "\n\nAnd a girl."),
    ]
