"""What search takes for the same, and how a question is read: no database."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stories.searching.folding import STRETCH, fold, indexable, lookup, stretches
from stories.searching.language import language_of
from stories.searching.passages import Marker
from stories.searching.question import LONGEST, MOST_TERMS, parse

# Tables are made on first use.
patient = settings(deadline=None)
texts = st.text(max_size=200)
# Letters of all kinds, with what makes folding hard.
letters = st.text(
    st.sampled_from("aàÀeéßﬁæŒñÑıİ東京都にカガ가서สวัहिй ё'’-.,\u0301\u0308 \n"), max_size=60
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "cafe"),
        ("CAFE\u0301", "café"),
        ("Straße", "STRASSE"),
        ("Œuvre", "oeuvre"),
        ("Łódź", "lodz"),
        ("Ἀθῆναι", "αθηναι"),
        ("ﬁnal", "final"),
        ("ＡＢＣ", "abc"),
        ("Ещё", "еще"),
        ("soft\u00adware", "software"),
    ],
)
def test_case_and_accents_make_no_difference(one, other):
    assert fold(one) == fold(other)


def test_letters_that_only_look_accented_stay_themselves():
    assert fold("мой") != fold("мои")
    assert fold("が") != fold("か")
    assert fold("हिन्दी") == unicodedata.normalize("NFC", "हिन्दी")


@patient
@given(texts | letters)
@example("\u0345")
@example("ΰ")
def test_folding_again_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@patient
@given(texts | letters)
def test_how_a_text_is_composed_makes_no_difference(text):
    forms = {fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}
    assert len(forms) == 1


@patient
@given(texts | letters)
def test_only_words_reach_postgres(text):
    for word in [*indexable(text).split(" "), *lookup(text)]:
        assert not set(word) & set("'\"\\&|!<>():*\0 \n")


@patient
@given(st.text(st.sampled_from("東京都にカ가서AI 。"), max_size=12), st.data())
def test_every_part_of_a_text_without_spaces_is_found_in_it(text, data):
    """Whatever is asked for, its words stand in the index in the same order, next to each other."""
    start = data.draw(st.integers(0, len(text)))
    part = text[start : data.draw(st.integers(start, len(text)))]
    wanted, there = lookup(part), indexable(text).split()
    if any("A" <= char <= "I" for char in part) or not wanted:
        return
    if len(wanted) == 1 and len(wanted[0]) == 1:
        assert any(word.startswith(wanted[0]) for word in there)
    elif " " not in part and "。" not in part:
        places = range(len(there) - len(wanted) + 1)
        assert any(there[at : at + len(wanted)] == wanted for at in places)


def test_a_text_is_cut_so_that_no_phrase_is_lost():
    text = " ".join(f"w{number}" for number in range(STRETCH * 3))
    parts = stretches(text)
    assert parts[0].start == 0 and parts[-1].stop == len(text)
    for before, after in pairwise(parts):
        assert before.start < after.start < before.stop
    for part in parts:
        assert len(text[part.start : part.stop].split()) <= STRETCH + 100
    assert stretches("") == stretches("… — !") == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "english"),
        ("Und dann? Nein.", "english"),
        (
            "Der Mann und die Frau gingen nicht mit dem Hund aus, und das war auf der Straße",
            "german",
        ),
        (
            "Elle était dans la maison et il ne savait pas que les enfants avaient mangé, et une",
            "french",
        ),
        (
            "The lamp burned low and nobody in the house by the river had slept for you and",
            "english",
        ),
        ("и он не знал что это было на самом деле, и она тоже не знала как", "russian"),
        ("東京都に住んでいます。" * 20, "english"),
    ],
)
def test_the_language_is_told_by_little_words(text, language):
    assert language_of(text) == language


# --- The question -------------------------------------------------------------------


def read(raw):
    found = parse(raw)
    return [term.words for term in found.wanted], [term.words for term in found.unwanted]


@pytest.mark.parametrize(
    ("raw", "wanted", "unwanted"),
    [
        ("", [], []),
        ("  \x00 ", [], []),
        ("lamp", [("lamp",)], []),
        ("Lamp LAMP lámp", [("lamp",)], []),
        ('"the lamp" river', [("the", "lamp"), ("river",)], []),
        ("“the lamp”", [("the", "lamp")], []),
        ('"the lamp', [("the", "lamp")], []),
        ("lamp -river", [("lamp",)], [("river",)]),
        ('lamp -"the river"', [("lamp",)], [("the", "river")]),
        ("-river", [], [("river",)]),
        ("- -- --x", [], [("x",)]),
        ("well-being", [("well", "being")], []),
        ("don’t", [("don", "t")], []),
        ("a & b | !c <-> d:*", [("a",), ("b",), ("c",), ("d",)], []),
        ("') OR 1=1; --", [("or",), ("1", "1")], []),
        ("東京都", [("東京", "京都")], []),
        ('""', [], []),
        ("¯ \u0301 lamp", [("lamp",)], []),
    ],
)
def test_a_question_is_taken_apart(raw, wanted, unwanted):
    assert read(raw) == (wanted, unwanted)


@pytest.mark.parametrize(
    ("raw", "begun"),
    [
        ("ligh", True),
        ("two ligh", True),
        ('"two ligh"', False),
        ("l", False),
        ("the", False),
        ("京", True),
        ("東京都", True),
        ("ligh -x", False),
    ],
)
def test_the_last_word_may_be_only_begun(raw, begun):
    assert parse(raw).wanted[-1].is_begun is begun


def test_a_long_question_is_cut_and_says_so():
    assert parse("word " * LONGEST).is_shortened
    many = parse(" ".join(f"w{n}" for n in range(MOST_TERMS * 2)))
    assert many.is_shortened and len(many.wanted) == MOST_TERMS
    assert not parse("lamp").is_shortened


@patient
@given(texts | st.text(st.sampled_from("ab -\"“”*:&|!()<>\\'\x00"), max_size=60))
def test_any_text_is_a_question(text):
    found = parse(text)
    assert all(term.words and all(term.words) for term in found.wanted + found.unwanted)


# --- Passages ------------------------------------------------------------------------


def marked(raw, text, meant=()):
    marker = Marker(parse(raw))
    marker.accept({*meant, *(word for term in marker.question.wanted for word in term.words)})
    return "".join(f"[{part.text}]" if part.is_hit else part.text for part in marker.marked(text))


@pytest.mark.parametrize(
    ("raw", "text", "shown"),
    [
        ("cafe", "Le Café, CAFE\u0301s", "Le [Café], CAFE\u0301s"),
        ('"the lamp"', "The  lamp, the\nlamps, the lamp", "[The lamp], the lamps, [the lamp]"),
        ("strasse", "Die Straße", "Die [Straße]"),
        ('"grosse strasse"', "Die große Straße", "Die [große Straße]"),
        ("京都", "東京都に", "東[京都]に"),
        ("don't", "I don’t know", "I [don’t] know"),
        ("well-being", "The well-being", "The [well-being]"),
        ("<b>", "<b>bold</b>", "<[b]>bold</[b]>"),
        ("oeuvre aether", "Œuvre, æther, oeuvre", "[Œuvre], [æther], [oeuvre]"),
        ('"mr darcy"', "Amr Darcy, MR. DARCY", "Amr Darcy, [MR. DARCY]"),
    ],
)
def test_what_was_looked_for_is_marked_where_it_stands(raw, text, shown):
    assert marked(raw, text) == shown


@patient
@example("", "»¯")
@given(texts | letters, st.text(max_size=20) | st.sampled_from(["東", "e", "ae", '"a e"']))
def test_marking_changes_no_letter(text, raw):
    marker = Marker(parse(raw))
    marker.accept(marker.candidates([text]))
    shown = "".join(part.text for part in marker.marked(text))
    assert "".join(shown.split()) == "".join(text.split())
    for span in marker.spans(text):
        assert 0 <= span.start < span.stop <= len(text)


def test_a_passage_in_a_long_sentence_says_that_it_is_cut():
    marker = Marker(parse("river"))
    marker.accept({"river"})
    passage = marker.passage(f"{'word ' * 90}river{' word' * 90}")
    assert passage.is_cut_before and passage.is_cut_after
    assert passage.parts[0].text.startswith("word ")


def test_a_passage_shows_where_most_of_the_words_stand_together():
    text = f"lamp {'x ' * 300}\n\nThe river and the lamp were old. {'y ' * 300}"
    marker = Marker(parse("lamp river"))
    marker.accept({"lamp", "river"})
    passage = marker.passage(text, paragraph=4)
    assert [part.text for part in passage.parts if part.is_hit] == ["river", "lamp"]
    assert passage.paragraph == 5
    assert passage.named == "river and the lamp were"
    assert passage.parts[0].text == "The "
    assert passage.is_cut_after and not passage.is_cut_before
    assert sum(len(part.text) for part in passage.parts) < 320
