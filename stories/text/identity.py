"""Give paragraphs their block ids back after a detour through Markdown, which carries none."""

from dataclasses import replace
from difflib import SequenceMatcher

from stories.text.builder import parse
from stories.text.schema import Block, serialise


def with_ids(content: str, before: str) -> str:
    """Return `content` with the ids that its blocks have in `before`.

    A block that reads the same keeps its id and those within it; one changed in its place keeps
    its own. So a chapter saved unchanged stays the same to the byte.
    """
    old, new = parse(before), parse(content)
    match = SequenceMatcher(a=[plain(block) for block in old], b=[plain(block) for block in new])
    for _tag, old_from, old_to, new_from, new_to in match.get_opcodes():
        pairs = zip(range(new_from, new_to), old[old_from:old_to], strict=False)
        for place, earlier in pairs:
            if plain(new[place]) == plain(earlier):
                new[place] = earlier
            elif new[place].tag == earlier.tag:
                new[place] = replace(new[place], block_id=earlier.block_id)
    return serialise(new)


def without_id(block: Block) -> Block:
    return replace(block, block_id=None, blocks=[without_id(child) for child in block.blocks])


def plain(block: Block) -> str:
    """Return a block's HTML without the ids in it: two that read the same are equal."""
    return serialise([without_id(block)])
