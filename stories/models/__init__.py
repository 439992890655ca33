"""Stories, their chapters, and what keeps the text safe."""

from stories.models.book import KEPT_IN_TRASH, Chapter, ChapterQuerySet, Story, StoryQuerySet
from stories.models.goals import MAX_QUOTA, Plan, Target, TargetQuerySet
from stories.models.kept import ChapterVersion, Replacement, ReplacementQuerySet, SaveReceipt
from stories.models.notes import Comment, CommentQuerySet
from stories.models.search import SearchEntry
from stories.models.shelves import Series, SeriesQuerySet, StoryTag, Tag, TagQuerySet, Volume

__all__ = [
    "KEPT_IN_TRASH",
    "MAX_QUOTA",
    "Chapter",
    "ChapterQuerySet",
    "ChapterVersion",
    "Comment",
    "CommentQuerySet",
    "Plan",
    "Replacement",
    "ReplacementQuerySet",
    "SaveReceipt",
    "SearchEntry",
    "Series",
    "SeriesQuerySet",
    "Story",
    "StoryQuerySet",
    "StoryTag",
    "Tag",
    "TagQuerySet",
    "Target",
    "TargetQuerySet",
    "Volume",
]
