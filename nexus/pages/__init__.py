"""Pages that join the stories and the ledger; only the composition root sees both."""

from nexus.pages.chapter import chapter
from nexus.pages.desk import desk
from nexus.pages.growth import growth
from nexus.pages.status import status
from nexus.pages.story import chapter_create, chapter_rename, story_detail

__all__ = [
    "chapter",
    "chapter_create",
    "chapter_rename",
    "desk",
    "growth",
    "status",
    "story_detail",
]
