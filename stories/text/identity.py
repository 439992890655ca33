"""Give paragraphs their block ids back after a detour through Markdown, which carries none."""

from dataclasses import replace
from difflib import SequenceMatcher

from stories.text.blocks import Passage, passages
from stories.text.schema import Block


def with_ids(content: str, before: str) -> str:
    """Return `content` with the ids that its blocks have in `before`.

    A block that reads the same keeps its id and those within it; one changed in its place keeps
    its own. So a chapter saved unchanged stays the same to the byte.
    """
    old, new = passages(before), passages(content)
    written = [passage.html for passage in new]
    match = SequenceMatcher(a=[passage.plain for passage in old], b=[one.plain for one in new])
    for _tag, old_from, old_to, new_from, new_to in match.get_opcodes():
        pairs = zip(range(new_from, new_to), old[old_from:old_to], strict=False)
        for place, earlier in pairs:
            if new[place].plain == earlier.plain:
                written[place] = earlier.html
            elif new[place].tag == earlier.tag:
                written[place] = _identified(new[place], earlier.block_id)
    return "".join(written)


def without_id(block: Block) -> Block:
    return replace(block, block_id=None, blocks=[without_id(child) for child in block.blocks])


def _identified(passage: Passage, block_id: str) -> str:
    """Return a passage's HTML with this id as its own, "" for none."""
    identity = f' data-b="{block_id}"' if block_id else ""
    return f"<{passage.tag}{identity}>{passage.html.partition('>')[2]}"
