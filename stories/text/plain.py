"""Plain text in and out of schema HTML."""

import html
import re

from stories.text.schema import BREAK, Block, sanitise, serialise
from stories.text.tokens import drop_invisible

_SCENE_BREAK = re.compile(r"\*(?:[ \t]*\*){2,}|#|-{3,}")
# In schema HTML all text stands in text blocks, so that their end tags part it.
_TEXT_END = re.compile(r"</(?:p|h[1-6]|li|blockquote|div)>")
_TAG = re.compile(r"<[^>]*+>")
_END = "\0"  # never in cleaned text


def from_plain(text: str) -> str:
    """Return schema HTML: a blank line ends a paragraph, a line feed is a line break.

    A line of only ``***``, ``* * *``, ``#`` or ``---``, however indented, is a scene break.
    """
    text = drop_invisible(text.replace("\r\n", "\n").replace("\r", "\n"))
    blocks: list[Block] = []
    paragraph: Block | None = None
    for line in text.split("\n"):
        line = line.replace("\t", " ").strip(" ")
        if _SCENE_BREAK.fullmatch(line):
            blocks.append(Block("hr"))
            paragraph = None
        elif not line:
            paragraph = None
        elif paragraph:
            paragraph.runs += [(BREAK, ()), (line, ())]
        else:
            paragraph = Block("p", runs=[(line, ())])
            blocks.append(paragraph)
    return sanitise(serialise(blocks))


def to_text(content: str) -> str:
    """Return the text of cleaned HTML, paragraphs parted by a blank line.

    A line break is a line feed; scene breaks and empty paragraphs add nothing.
    """
    text = _TAG.sub("", _TEXT_END.sub(_END, content.replace("<br>", BREAK)))
    pieces = [piece.strip(BREAK) for piece in text.split(_END) if piece and not piece.isspace()]
    return html.unescape("\n\n".join(pieces))


def excerpt(text: str, limit: int) -> str:
    """Return where the writer stopped: the end of the last paragraph, in whole words.

    At most ``limit`` characters, with an ellipsis in front when something was left out.
    """
    paragraphs = text.strip().rsplit("\n\n", 1)
    last = " ".join(paragraphs[-1].split())
    if len(last) <= limit:
        return last
    tail = last[len(last) - limit + 1 :]
    if last[len(last) - limit] != " " and " " in tail:
        tail = tail.split(" ", 1)[1]
    return f"…{tail.lstrip()}"
