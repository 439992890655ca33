"""The language of a book, as its first written chapter tells it."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Left

from stories.models import Chapter
from stories.searching.language import GLANCE, language_tag


def book_language(story_id: UUID) -> str:
    """Return the language of a story by BCP 47; "" when it cannot be told."""
    written = Chapter.objects.filter(story=story_id, word_count__gt=0).live().in_order()
    return language_tag(written.values_list(Left("content", GLANCE), flat=True).first() or "")
