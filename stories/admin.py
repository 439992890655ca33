"""Staff see that stories exist, whose they are and how large; never a word of them.

Neither prose nor synopsis is selected by any query here, so no page, search or export can show it.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nexus.lib.staff_lists import OwnFiltersOnly
from stories.models import Story

SHOWN = ("id", "owner", "title", "status", "created_at", "updated_at", "archived_at", "trashed_at")


@admin.register(Story)
class StoryAdmin(OwnFiltersOnly, admin.ModelAdmin):
    list_display = ("title", "owner", "status", "chapters", "words", "created_at", "updated_at")
    list_filter = ("status", ("trashed_at", admin.EmptyFieldListFilter))
    list_select_related: ClassVar[tuple[str, ...]] = ("owner",)
    search_fields = ("id", "title", "owner__email", "owner__username")
    ordering = ("-created_at",)
    fields = readonly_fields = (*SHOWN, "chapters", "words")
    # The story's own page is its writer's alone.
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Story]:
        stories = Story.objects.with_counts().order_by(*self.ordering)
        return stories.select_related("owner").only(*SHOWN, "owner__email", "owner__username")

    @admin.display(description=_("chapters"), ordering="total_chapters")
    def chapters(self, story: Any) -> int:
        return int(story.total_chapters)

    @admin.display(description=_("words"), ordering="word_count")
    def words(self, story: Any) -> str:
        return f"{story.word_count:,}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:
        """A story is deleted by its writer, and by nobody else."""
        return False
