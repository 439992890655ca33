"""Markdown in and out of schema HTML, for the plain form and for files.

Every document survives ``from_markdown(to_markdown(html))`` but for its block ids: they would
litter the prose, so they stay out of the Markdown; ``with_ids`` gives them back. What Markdown
cannot say (underline, small caps, an empty paragraph) appears as its HTML.
"""

from markdown_it import MarkdownIt

from stories.text.builder import parse
from stories.text.clean import clean_html
from stories.text.identity import without_id
from stories.text.inline_markdown import inline_markdown
from stories.text.schema import LISTS, TEXT_BLOCKS, Block, serialise

_HASHES = {"h2": "##", "h3": "###", "h4": "####"}
_SCENE_BREAK = "* * *"
# Lists that follow one another take turns, or they would read as one.
_BULLETS = ("-", "+")
_DELIMITERS = (".", ")")


def _markdown_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 1000})
    parser.enable("strikethrough")
    # Addresses are judged by the cleaner; a refused link leaves its words, not its brackets.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser


_PARSER = _markdown_parser()


def from_markdown(markdown: str) -> str:
    """Return schema HTML for CommonMark with ``~~strike~~`` and inline HTML."""
    return clean_html(_PARSER.render(markdown))


def to_markdown(content: str, *, is_proved: bool = True) -> str:
    """Return Markdown that ``from_markdown`` turns into the same document without block ids.

    Not `is_proved`, it is for the eye alone, in half the time: nearly always the same.
    """
    blocks = [without_id(block) for block in parse(content)]
    if not is_proved:
        return _blocks_markdown(blocks, False)
    html = serialise(blocks)
    # Nearly always plain Markdown is right as a whole; only if not is each block proved alone.
    for is_each_proved in (False, True):
        markdown = _blocks_markdown(blocks, is_each_proved)
        if from_markdown(markdown) == html:
            return markdown
    parts = [
        part if from_markdown(part) == serialise([block]) else serialise([block]) + "\n"
        for block, part in zip(blocks, _each_markdown(blocks, True), strict=True)
    ]
    markdown = "\n".join(parts)
    return markdown if from_markdown(markdown) == html else html + "\n"


def _blocks_markdown(blocks: list[Block], is_proved: bool) -> str:
    return "\n".join(_each_markdown(blocks, is_proved))


def _each_markdown(blocks: list[Block], is_proved: bool) -> list[str]:
    """Write each block, ending in a line feed; a blank line goes between two.

    With `is_proved` a text block that does not read back as itself is written as HTML.
    """
    parts: list[str] = []
    turn, tag_before = 0, ""
    for block in blocks:
        turn = 1 - turn if block.tag == tag_before else 0
        tag_before = block.tag
        parts.append(_block_markdown(block, turn, is_proved))
    return parts


def _block_markdown(block: Block, turn: int, is_proved: bool) -> str:
    if block.tag in TEXT_BLOCKS:
        return _text_markdown(block, is_proved)
    if block.tag == "hr":
        return f"{_SCENE_BREAK}\n"
    if block.tag in LISTS:
        return _list_markdown(block, turn, is_proved)
    return _prefixed(_blocks_markdown(block.blocks, is_proved), "> ", "> ")


def _text_markdown(block: Block, is_proved: bool) -> str:
    inline = inline_markdown(block.runs)
    markdown = f"{inline}\n" if block.tag == "p" else f"{_HASHES[block.tag]} {inline}\n"
    if not is_proved:
        return markdown
    html = serialise([block])
    return markdown if from_markdown(markdown) == html else f"{html}\n"


def _list_markdown(block: Block, turn: int, is_proved: bool) -> str:
    items = []
    for number, item in enumerate(block.blocks, start=1):
        marker = f"{number}{_DELIMITERS[turn]}" if block.tag == "ol" else _BULLETS[turn]
        inner = _blocks_markdown(item.blocks, is_proved)
        items.append(_prefixed(inner, f"{marker} ", " " * (len(marker) + 1)))
    is_tight = all(len(item.blocks) == 1 for item in block.blocks)
    return ("" if is_tight else "\n").join(items)


def _prefixed(markdown: str, first: str, rest: str) -> str:
    lines = markdown.removesuffix("\n").split("\n")
    prefixed = [
        f"{first if index == 0 else rest}{line}".rstrip(" ") for index, line in enumerate(lines)
    ]
    return "\n".join(prefixed) + "\n"
