import json
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stories.counting import RULE, _count_any, count_html, count_words
from stories.text import clean_html

HERE = Path(__file__).parent
CASES = json.loads((HERE / "word-count-cases.json").read_text())
COUNTER_JS = HERE.parents[1] / "static/js/lib/counting.js"

NASTY = (
    "-–—‒―⸺⸻_'’/.@&…*#~ \t\n\r\x0b\x0c\x1c\x1f\x85\xa0\u1680\u2003\u2028\u2029\u202f\u3000"
    "\u200b\u200c\u200d\u2060\u00ad\ufeff\u202e\u2067\u0301\u3099\ufe0f\ufffd"
    "aZé0٣²①Ⅷ我々〇〆〱ぁがーアｱｰﾞﾟ㍿㈱나글ไทยລາວខ្មែរ𠀀𫝀𰀀𲎯𛀀🈀😀👩🏽𝒜\u088f\u1c89\U00010940\U00011f50"
)
WESTERN = bytes(range(256)).decode("cp1252", "ignore")
nasty_text = st.text(st.one_of(st.sampled_from(NASTY), st.characters(exclude_categories=["Cs"])))


@pytest.mark.parametrize("case", CASES["text"], ids=lambda case: case["name"])
def test_text_case_is_counted_as_the_rule_says(case):
    assert count_words(case["text"]) == case["words"]


@pytest.mark.parametrize("case", CASES["html"], ids=lambda case: case["name"])
def test_html_case_is_counted_as_the_rule_says(case):
    assert count_html(case["html"]) == case["words"]
    assert count_html(clean_html(case["html"])) == case["words"]


def test_the_rule_has_the_name_of_the_shared_cases():
    assert CASES["rule"] == RULE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a\x85b", 2),
        ("a\ufeffb", 1),
        ("a\x1cb", 1),
        ("yes-\u2060-no", 2),
        ("yes-\u00ad-no", 2),
        ("\u0301 \u0301", 0),
        ("コーヒー", 4),
        ("ｶﾞ", 1),
        ("が", 1),
        ("か\u3099", 1),
        ("𠀀𰀀", 2),
        ("2024年", 2),
        ("_ __", 0),
        ("snake_case", 1),
        ("-a- -", 1),
        ("① Ⅷ ²", 3),
        ("a\u202eb", 1),
    ],
)
def test_awkward_text_is_counted_as_a_reader_would(text, words):
    assert count_words(text) == words


@given(nasty_text, nasty_text)
def test_a_blank_line_adds_the_counts_up(a, b):
    assert count_words(f"{a}\n\n{b}") == count_words(a) + count_words(b)


@given(st.text(st.sampled_from("ab -–_.…\n"), max_size=40))
def test_quick_pattern_and_full_pattern_agree(text):
    # One Han character sends the whole text to the full pattern.
    assert _count_any(f"{text}\n\n字") == _count_any(text) + 1


@given(st.text(st.sampled_from(WESTERN) | st.sampled_from("-- –—a1_'’ \u00ad")))
def test_the_short_way_for_western_prose_and_the_long_way_agree(text):
    assert text.encode("cp1252") is not None
    assert count_words(text) == _count_any(text)


def _random_texts(how_many: int) -> list[str]:
    dice = random.Random(20)  # the same texts on every machine
    planes = [(0x20, 0x2FFF), (0x3000, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x33FFF)]

    def character() -> str:
        if dice.random() < 0.7:
            return dice.choice(NASTY)
        return chr(dice.randint(*dice.choice(planes)))

    return ["".join(character() for _ in range(dice.randint(0, 60))) for _ in range(how_many)]


def test_python_and_javascript_count_alike(require):
    texts = [case["text"] for case in CASES["text"]] + _random_texts(400)
    script = (
        f"import {{ countWords }} from {json.dumps(COUNTER_JS.as_uri())};"
        "let all = ''; for await (const part of process.stdin) all += part;"
        "console.log(JSON.stringify(JSON.parse(all).map(countWords)));"
    )
    answer = subprocess.run(
        [require(shutil.which("node"), "Node"), "--input-type=module", "-e", script],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    counts = json.loads(answer.stdout)
    differing = [
        (text, ours, theirs)
        for text, ours, theirs in zip(texts, map(count_words, texts), counts, strict=True)
        if ours != theirs
    ]
    assert differing == []


@pytest.mark.parametrize("unit", ["a-", "-", "a--", "\u2014", "字-", "a\u0301", "&"])
def test_counting_takes_linear_time(unit):
    started = time.process_time()
    count_words(unit * 500_000)
    assert time.process_time() - started < 3
