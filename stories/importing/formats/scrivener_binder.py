"""The binder of a Scrivener project: which documents there are, and in which order.

The format is not published; this is what projects of Scrivener 1 to 3 show. A document's files
carry its UUID (version 3) or its number (1 and 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from stories.importing.archive import DAMAGED, Archive
from stories.importing.book import ImportRefused
from stories.importing.markup import Element, parse_xml

SUFFIX = ".scrivx"
MAX_ITEMS = 20_000
TOO_MANY = f"This Scrivener project holds more than {MAX_ITEMS:,} documents."


@dataclass
class Item:
    """A line of the binder. `is_compiled` is None where the project does not say."""

    keys: tuple[str, str]
    title: str
    kind: str
    is_compiled: bool | None
    children: list[Item] = field(default_factory=list)

    def walk(self) -> Iterator[Item]:
        """Yield the item and all below it, in the binder's order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class Binder:
    """`root` is the folder of the project within the zip, with its slash, or ""."""

    root: str
    title: str
    author: str
    draft: Item
    others: list[Item]


def binder_name(names: list[str]) -> str:
    """Return which entry is a project's binder, "" when there is none."""
    found = [
        name
        for name in names
        if name.lower().endswith(SUFFIX)
        and not any(part.startswith((".", "__MACOSX")) for part in name.split("/"))
    ]
    return min(found, key=lambda name: (name.count("/"), name), default="")


def read_binder(archive: Archive) -> Binder:
    """Return the project's binder; raises ImportRefused when it has no draft."""
    name = binder_name(archive.names)
    if not name:
        raise ImportRefused(DAMAGED)
    document = parse_xml(archive.read(name))
    items = _items(document.find("Binder"))
    if sum(1 for item in items for _ in item.walk()) > MAX_ITEMS:
        raise ImportRefused(TOO_MANY)
    draft = next((item for item in items if item.kind == "DraftFolder"), None)
    if draft is None:
        raise ImportRefused("This Scrivener project has no draft folder to import.")
    _settle_compiled(draft)
    folder, _, file = name.rpartition("/")
    facts = document.find("ProjectProperties")
    return Binder(
        root=f"{folder}/" if folder else "",
        title=_text(facts, "ProjectTitle") or file[: -len(SUFFIX)],
        author=_text(facts, "FullName") or document.get("Author", ""),
        draft=draft,
        others=[item for item in items if item is not draft],
    )


def _items(parent: Element | None) -> list[Item]:
    if parent is None:
        return []
    return [
        Item(
            keys=(element.get("UUID", ""), element.get("ID", "")),
            title=_text(element, "Title"),
            kind=element.get("Type", ""),
            is_compiled=_is_compiled(element),
            children=_items(element.find("Children")),
        )
        for element in parent.findall("BinderItem")
    ]


def _is_compiled(element: Element) -> bool | None:
    said = _text(element.find("MetaData"), "IncludeInCompile").lower()
    return said == "yes" if said else None


def _settle_compiled(draft: Item) -> None:
    """Scrivener leaves the word out where it means no; a project that never says it means yes."""
    says_yes = any(item.is_compiled for child in draft.children for item in child.walk())
    for item in draft.walk():
        if item.is_compiled is None:
            item.is_compiled = not says_yes


def _text(parent: Element | None, name: str) -> str:
    return (parent.findtext(name) or "").strip() if parent is not None else ""
