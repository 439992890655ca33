"""Write the runs of one text block as Markdown that stays pleasant to read."""

import re
import unicodedata
from itertools import groupby

from stories.text.schema import BREAK, Run, close_tag

_DELIMITERS = {"<em>": "*", "<strong>": "**", "<s>": "~~"}
_SPECIAL = re.compile(r"[\\`*_\[\]<]|~(?=~)|&(?=#|[a-zA-Z])")
# What would begin a block, or underline a heading, at the start of a line.
_BLOCK_START = re.compile(r"[#>=]|[-+](?=$|[ -])|\d{1,9}(?=[.)](?: |$))")
_HREF = re.compile(r'<a href="(.*)">')


def inline_markdown(runs: list[Run]) -> str:
    """Return Markdown for one block's runs.

    Where emphasis marks would not be understood (beside a space, within other marks), the mark
    appears as HTML. The caller checks the result by reading it back.
    """
    lines = _marked(_merged(runs), 0, "", "").split(BREAK)
    last = len(lines) - 1
    return "\n".join(
        _guarded(line) + ("" if index == last else "\\") for index, line in enumerate(lines)
    )


def _merged(runs: list[Run]) -> list[Run]:
    merged: list[Run] = []
    for (marks, is_break), group in groupby(runs, key=lambda run: (run[1], run[0] == BREAK)):
        texts = [text for text, _ in group]
        merged += [(BREAK, marks)] * len(texts) if is_break else [("".join(texts), marks)]
    return merged


def _marked(runs: list[Run], depth: int, before: str, after: str) -> str:
    """Write runs that share their ``depth`` outermost marks; the neighbours decide the form."""
    groups = [
        (mark, list(group))
        for mark, group in groupby(runs, key=lambda r: r[1][depth] if len(r[1]) > depth else "")
    ]
    out = [before]
    for index, (mark, group) in enumerate(groups):
        if not mark:
            out.extend(_plain(text) for text, _ in group)
            continue
        follower = after
        if index + 1 < len(groups):
            following_mark, following = groups[index + 1]
            follower = "<" if following_mark else following[0][0][0]
        out.append(_one_mark(mark, group, depth, out[-1][-1:], follower))
    return "".join(out[1:])


def _one_mark(mark: str, runs: list[Run], depth: int, before: str, after: str) -> str:
    if mark == "<code>":
        return _code(runs)
    if link := _HREF.fullmatch(mark):
        href = link[1].replace("&amp;", "&").replace("\\", "\\\\").replace("&", "&amp;")
        return f"[{_marked(runs, depth + 1, '[', ']')}]({_destination(href)})"
    delimiter = _DELIMITERS.get(mark)
    if delimiter and before != delimiter[0]:
        # Brackets stand for the delimiters: emphasis may open right within strong, as in ***a***.
        inner = _marked(runs, depth + 1, "(", ")")
        if _opens(before, inner[:1]) and _opens(after, inner[-1:]):
            return f"{delimiter}{inner}{delimiter}"
    return f"{mark}{_marked(runs, depth + 1, '>', '<')}{close_tag(mark)}"


def _destination(href: str) -> str:
    return href if re.fullmatch(r"[^\s()<>\\*_]+", href) else f"<{href}>"


def _opens(outside: str, inside: str) -> bool:
    """Say whether CommonMark takes a delimiter between the two for the edge of emphasis."""
    if not inside or _is_space(inside):
        return False
    return not _is_punctuation(inside) or _is_space(outside) or _is_punctuation(outside)


def _is_space(character: str) -> bool:
    return not character or character.isspace()


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _code(runs: list[Run]) -> str:
    text = "".join(text for text, _ in runs)
    if BREAK in text:
        inner = "".join("<br>" if text == BREAK else _plain(text) for text, _ in runs)
        return f"<code>{inner}</code>"
    longest = max((len(ticks) for ticks in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    edge = text[0] + text[-1]
    padding = " " if "`" in edge or (edge == "  " and text.strip(" ")) else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _plain(text: str) -> str:
    return BREAK if text == BREAK else _SPECIAL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return "&amp;" if match[0] == "&" else f"\\{match[0]}"


def _guarded(line: str) -> str:
    """Keep a line's outer white space, and its start from opening a block."""
    inner = line.strip()
    if not inner:
        return "".join(map(_reference, line))
    lead, trail = line[: line.index(inner[0])], line[len(line.rstrip()) :]
    if start := _BLOCK_START.match(inner):
        at = start.end() if start[0].isdigit() else 0
        inner = f"{inner[:at]}\\{inner[at:]}"
    return "".join(map(_reference, lead)) + inner + "".join(map(_reference, trail))


def _reference(space: str) -> str:
    return f"&#{ord(space)};"
