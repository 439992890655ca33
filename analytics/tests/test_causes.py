"""What is believed of an editor's report, and what is found without one."""

from hypothesis import given
from hypothesis import strategies as st

from analytics.causes import adds_up, word_difference, words_by_cause
from stories.counting import count_words
from stories.saving import Change


def explain(before, after, *, source="editor", cause="typed", reported=None):
    found = words_by_cause(
        Change(
            source=source,
            cause=cause,
            activity=reported,
            text_before=before,
            text_after=after,
            words_before=count_words(before),
            words_after=count_words(after),
        )
    )
    return {name: count for name, count in found.items() if count}


def test_a_report_that_adds_up_is_believed():
    reported = {"typed": 3, "removed": 1}
    assert explain("", "one two", reported=reported) == {"typed": 3, "removed": 1}


def test_a_report_that_does_not_add_up_is_replaced_by_a_comparison():
    assert explain("", "one two", reported={"typed": 30}) == {"typed": 2}


def test_a_negative_report_is_not_believed():
    assert explain("", "one", reported={"typed": -1, "pasted": 2}) == {"typed": 1}


def test_an_invented_balance_is_not_believed():
    reported = {"typed": 2_000_000_000, "removed": 1_999_999_999}
    assert explain("", "one", reported=reported) == {"typed": 1}


def test_words_of_a_program_are_never_typed():
    assert explain("", "one two", source="api") == {"imported": 2}


def test_an_import_is_imported_whatever_is_reported():
    reported = {"typed": 2}
    assert explain("", "one two", source="import", reported=reported) == {"imported": 2}


def test_a_restored_version_is_restored_and_undone():
    found = explain("one two three", "four", source="restore", cause="restored")
    assert found == {"restored": 1, "undone": 3}


def test_a_moved_paragraph_is_neither_typed_nor_removed():
    assert explain("first one\n\nsecond one", "second one\n\nfirst one") == {}


def test_one_changed_word_counts_once_each_way():
    assert explain("the cat sat", "the dog sat") == {"typed": 1, "removed": 1}


def test_large_rewrites_are_compared_without_their_order():
    before = " ".join(f"a{number}" for number in range(3000))
    after = " ".join(f"b{number}" for number in range(2500))
    assert word_difference(before, after) == (2500, 3000)


def test_a_stored_count_of_an_older_rule_still_adds_up():
    found = words_by_cause(
        Change(
            source="editor",
            cause="typed",
            text_before="one",
            text_after="one two",
            words_before=5,
            words_after=2,
        )
    )
    assert sum(found.values()) and found["typed"] - found["removed"] == -3


PIECES = st.sampled_from(["a", "b", "c", "d-e", "x--y", "—", "語", "…"])
TEXTS = st.lists(st.lists(PIECES), max_size=6).map(
    lambda paragraphs: "\n\n".join(" ".join(words) for words in paragraphs)
)


@given(TEXTS, TEXTS)
def test_the_difference_always_adds_up(before, after):
    added, taken = word_difference(before, after)
    assert added - taken == count_words(after) - count_words(before)
    assert min(added, taken) >= 0


@given(TEXTS)
def test_the_same_text_has_no_difference(text):
    assert word_difference(text, text) == (0, 0)


def test_an_empty_report_explains_no_change():
    assert adds_up({}, 0)
    assert not adds_up({}, 1)
