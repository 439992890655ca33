"""Read the text of a document piece by piece, so that a long book is never a tree in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from io import BytesIO

from lxml import etree

from stories.importing.blocks import MAX_BLOCKS, TOO_MANY_BLOCKS
from stories.importing.book import ImportRefused
from stories.importing.markup import BROKEN, HARMLESS, Element


def elements_of(text: str, tags: Sequence[str]) -> Iterator[Element]:
    """Return the elements of `prepared` text with these tags, each as it ends.

    Raises ImportRefused, when it comes there, for what is not well formed.
    """
    events = etree.iterparse(BytesIO(text.encode()), tag=tags, **HARMLESS)
    return _ended(events)


def blocks_inside(parents: Collection[str], elements: Iterable[Element]) -> Iterator[Element]:
    """Yield what stands right inside one of `parents`, forgetting each once the next is asked for.

    Raises ImportRefused for more than `MAX_BLOCKS`.
    """
    left = MAX_BLOCKS
    for element in elements:
        parent = element.getparent()
        if parent is None or parent.tag not in parents:
            continue
        if (left := left - 1) < 0:
            raise ImportRefused(TOO_MANY_BLOCKS)
        yield element
        element.clear(keep_tail=False)
        while element.getprevious() is not None:
            del parent[0]


def _ended(events: Iterable[tuple[str, Element]]) -> Iterator[Element]:
    try:
        for _event, element in events:
            yield element
    except etree.XMLSyntaxError as error:
        raise ImportRefused(BROKEN) from error
