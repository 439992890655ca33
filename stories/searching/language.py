"""Which language a text is in, by the little words that nobody can write without. No Django.

Only languages that Postgres stems by itself are told apart; anything else is English to the index,
where whole words are found in every language.
"""

from __future__ import annotations

import re
from collections import Counter

DEFAULT = "english"
# How much of a text is looked at, and how many little words must be seen to believe it.
SAMPLE = 20_000
FEW = 8

# Each list is the most frequent words that few of the others share, accents included.
COMMON = {
    "english": "the and of to was that with his her had not she they were for from you have",
    "german": "der die das und nicht ich sie mit sich auf ein eine dem den war ist zu wie aber",
    "french": "le les des et une dans qui que pas elle est pour sur avec avait plus était vous",
    "spanish": "el los las y que una con por para no su pero como más había está muy lo del",
    "italian": "il gli che di non una per con era è della nel più sono aveva anche perché lo",
    "portuguese": "os que não uma com para ele ela mais como mas dos das foi seu sua muito em ao",
    "dutch": "het een van niet ik zijn dat met voor was op had hij ze maar er naar ook hem",
    "swedish": "och att det som inte jag han hon med för på den ett av var till hade sig",
    "danish": "og det at ikke jeg han hun med for på den til af var havde som sig der",
    "norwegian": "og det ikke jeg han hun med på den til av var hadde som seg å fra ble",
    "finnish": "ja ei on hän se oli että mutta kuin hänen niin ole kun minä sen mitä",
    "russian": "и в не на что он с как она я его но это было к по все так",
    "hungarian": "a az és hogy nem egy volt is de azt csak mint már még ez meg",
    "romanian": "și nu să cu la pe în de care era mai că din un ca lui sau",
    "turkish": "ve bir bu da de için ne çok gibi ama o daha değil kadar olan",
}
# The same languages by BCP 47, for pages and programs.
TAGS = {
    "english": "en",
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
    "swedish": "sv",
    "danish": "da",
    "norwegian": "no",
    "finnish": "fi",
    "russian": "ru",
    "hungarian": "hu",
    "romanian": "ro",
    "turkish": "tr",
}
# Characters of HTML that are enough to tell it while a page waits.
GLANCE = 8_000
_TAG = re.compile(r"<[^>]*>")
_WORD = re.compile(r"[^\W\d_]+")
_LISTS = {language: frozenset(words.split()) for language, words in COMMON.items()}
_ALL = frozenset().union(*_LISTS.values())


def is_common(word: str) -> bool:
    """Say whether a word is one of the little ones of any language."""
    return word in _ALL


def language_of(text: str) -> str:
    """Return the name of the Postgres configuration for a text; English when it cannot be told."""
    return _told(text) or DEFAULT


def language_tag(content: str) -> str:
    """Return the BCP 47 tag of a chapter's HTML by its beginning; "" when it cannot be told."""
    return TAGS.get(_told(_TAG.sub(" ", content[:GLANCE])), "")


def _told(text: str) -> str:
    counts = Counter(_WORD.findall(text[:SAMPLE].casefold()))
    seen = {name: sum(counts[word] for word in words) for name, words in _LISTS.items()}
    best = max(seen, key=lambda name: (seen[name], name == DEFAULT))
    return best if seen[best] >= FEW else ""
