"""Block ids survive the plain form."""

from stories.text import from_markdown, to_markdown, with_ids

BEFORE = (
    '<p data-b="a">One.</p><p data-b="b">Two <em>too</em>.</p><hr data-b="c">'
    '<ul data-b="d"><li data-b="e"><p data-b="f">Item</p></li></ul><p data-b="g">Last.</p>'
)


def through_form(content, edit=lambda text: text):
    return with_ids(from_markdown(edit(to_markdown(content))), content)


def test_a_chapter_saved_unchanged_stays_the_same_to_the_byte():
    assert through_form(BEFORE) == BEFORE


def test_a_changed_paragraph_keeps_its_id_and_its_neighbours_theirs():
    after = through_form(BEFORE, lambda text: text.replace("One.", "Once."))
    assert after == BEFORE.replace("One.", "Once.")


def test_a_new_paragraph_has_no_id_and_takes_nobody_elses():
    after = through_form(BEFORE, lambda text: f"New.\n\n{text}")
    assert after == f"<p>New.</p>{BEFORE}"


def test_a_removed_paragraph_takes_its_id_with_it():
    after = through_form(BEFORE, lambda text: text.replace("One.\n\n", ""))
    assert after == BEFORE.replace('<p data-b="a">One.</p>', "")


def test_no_id_stands_twice_after_a_paragraph_was_copied():
    after = through_form(BEFORE, lambda text: f"{text}\n\nOne.")
    assert after == f"{BEFORE}<p>One.</p>"


def test_words_about_ids_are_words_like_any_other():
    text = '<p data-b="a">&lt;p data-b="x"&gt; it said, data-b="y".</p>'
    assert through_form(text) == text
    changed = text.replace('="y"', '="z"')
    assert through_form(text, lambda markdown: markdown.replace('="y"', '="z"')) == changed
