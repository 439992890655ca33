"""The addresses of stories that need no other app; the composition root adds the rest."""

from django.urls import path

from stories import (
    compare_page,
    cover_pages,
    division_pages,
    export_pages,
    history_pages,
    notes_pages,
    reading_page,
    replace_pages,
    series_pages,
    tags_pages,
    views,
)
from stories.searching import pages as searching_pages

urlpatterns = [
    path("stories/new/", views.story_create, name="create"),
    path("stories/<uuid:story_id>/edit/", views.story_edit, name="edit"),
    path("stories/<uuid:story_id>/read/", reading_page.story_read, name="read"),
    path("stories/<uuid:story_id>/cover/", cover_pages.story_cover, name="cover"),
    path("stories/<uuid:story_id>/cover/remove/", cover_pages.cover_remove, name="cover_remove"),
    path("stories/<uuid:story_id>/cover.jpg", cover_pages.cover_picture, name="cover_picture"),
    path("stories/<uuid:story_id>/trash/", views.story_trash, name="trash_story"),
    path("stories/<uuid:story_id>/restore/", views.story_restore, name="restore"),
    path("stories/<uuid:story_id>/replace/", replace_pages.story_replace, name="replace"),
    path(
        "stories/<uuid:story_id>/replace/<uuid:replacement_id>/undo/",
        replace_pages.replacement_undo,
        name="replacement_undo",
    ),
    path("chapters/<uuid:chapter_id>/move/", views.chapter_move, name="chapter_move"),
    path("chapters/<uuid:chapter_id>/publish/", views.chapter_publish, name="chapter_publish"),
    path("chapters/<uuid:chapter_id>/trash/", views.chapter_trash, name="chapter_trash"),
    path("chapters/<uuid:chapter_id>/restore/", views.chapter_restore, name="chapter_restore"),
    path("chapters/<uuid:chapter_id>/split/", division_pages.chapter_split, name="chapter_split"),
    path("chapters/<uuid:chapter_id>/merge/", division_pages.chapter_merge, name="chapter_merge"),
    path(
        "chapters/<uuid:chapter_id>/to-story/",
        division_pages.chapter_to_story,
        name="chapter_to_story",
    ),
    path("chapters/<uuid:chapter_id>/notes/", notes_pages.chapter_notes, name="notes"),
    path(
        "chapters/<uuid:chapter_id>/comments/", notes_pages.comment_create, name="comment_create"
    ),
    path(
        "chapters/<uuid:chapter_id>/comments/<uuid:comment_id>/",
        notes_pages.comment_change,
        name="comment",
    ),
    path("chapters/<uuid:chapter_id>/history/", history_pages.chapter_history, name="history"),
    path("chapters/<uuid:chapter_id>/compare/", compare_page.compare_versions, name="compare"),
    path("chapters/<uuid:chapter_id>/history/name/", history_pages.version_name, name="name"),
    path(
        "chapters/<uuid:chapter_id>/history/<uuid:version_id>/",
        history_pages.version_detail,
        name="version",
    ),
    path(
        "chapters/<uuid:chapter_id>/history/<uuid:version_id>/restore/",
        history_pages.version_restore,
        name="version_restore",
    ),
    path("stories/<uuid:story_id>/search/", searching_pages.story_search, name="find"),
    path("search/", searching_pages.search_page, name="search"),
    path("palette/", searching_pages.palette, name="palette"),
    path("keys/", searching_pages.keys, name="keys"),
    path("series/", series_pages.series_list, name="series_list"),
    path("series/<uuid:series_id>/", series_pages.series_detail, name="series"),
    path("series/<uuid:series_id>/rename/", series_pages.series_rename, name="series_rename"),
    path("series/<uuid:series_id>/add/", series_pages.series_add, name="series_add"),
    path("series/<uuid:series_id>/move/", series_pages.series_move, name="series_move"),
    path("series/<uuid:series_id>/remove/", series_pages.series_remove, name="series_remove"),
    path("series/<uuid:series_id>/dissolve/", series_pages.series_dissolve, name="series_dissolve"),
    path("tags/", tags_pages.tag_list, name="tags"),
    path("tags/<uuid:tag_id>/rename/", tags_pages.tag_rename, name="tag_rename"),
    path("tags/<uuid:tag_id>/delete/", tags_pages.tag_delete, name="tag_delete"),
    path("trash/", views.trash, name="trash"),
    path("stories/<uuid:story_id>/export/", export_pages.story_export, name="export"),
    path("exports/<uuid:job_id>/", export_pages.export_file, name="export_file"),
    path("import/", views.import_book, name="import"),
    path("import/<uuid:job_id>/apply/", views.import_apply, name="import_apply"),
]
