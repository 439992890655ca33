"""Addresses of stories, chapters, history and plans below `/api/v1/`."""

from nexus.lib.routes import route
from stories import export_viewsets, import_viewsets
from stories.content_view import chapter_content
from stories.viewsets import (
    chapters,
    comments,
    covers,
    division,
    history,
    replacing,
    search,
    series,
    stories,
    trash,
)

urlpatterns = [
    route("stories", stories.StoriesView.as_view(), name="stories"),
    route("stories/<story_id>", stories.StoryView.as_view(), name="story"),
    route("stories/<story_id>/cover", covers.CoverView.as_view(), name="cover"),
    route("stories/<story_id>/restore", stories.StoryRestoreView.as_view(), name="story-restore"),
    route("stories/<story_id>/chapters", chapters.ChaptersView.as_view(), name="chapters"),
    route(
        "stories/<story_id>/chapters/reorder",
        chapters.ChapterOrderView.as_view(),
        name="chapter-order",
    ),
    route(
        "stories/<story_id>/replace/preview",
        replacing.ReplacePreviewView.as_view(),
        name="replace-preview",
    ),
    route("stories/<story_id>/replace", replacing.ReplaceView.as_view(), name="replace"),
    route(
        "stories/<story_id>/replace/<replacement_id>/undo",
        replacing.ReplaceUndoView.as_view(),
        name="replace-undo",
    ),
    route("chapters/<chapter_id>", chapters.ChapterView.as_view(), name="chapter"),
    route(
        "chapters/<chapter_id>/restore",
        chapters.ChapterRestoreView.as_view(),
        name="chapter-restore",
    ),
    route("chapters/<chapter_id>/split", division.ChapterSplitView.as_view(), name="split"),
    route(
        "chapters/<chapter_id>/merge-next",
        division.ChapterMergeNextView.as_view(),
        name="merge-next",
    ),
    route("chapters/<chapter_id>/move", division.ChapterToStoryView.as_view(), name="to-story"),
    route("chapters/<chapter_id>/comments", comments.CommentsView.as_view(), name="comments"),
    route(
        "chapters/<chapter_id>/comments/<comment_id>",
        comments.CommentView.as_view(),
        name="comment",
    ),
    route("chapters/<chapter_id>/content", chapter_content, name="chapter-content"),
    route("chapters/<chapter_id>/versions", history.VersionsView.as_view(), name="versions"),
    route(
        "chapters/<chapter_id>/versions/<version>", history.VersionView.as_view(), name="version"
    ),
    route(
        "chapters/<chapter_id>/versions/<version>/restore",
        history.VersionRestoreView.as_view(),
        name="version-restore",
    ),
    route("chapters/<chapter_id>/diff", history.DifferenceView.as_view(), name="diff"),
    route("chapters/<chapter_id>/merge", history.MergeView.as_view(), name="merge"),
    route("imports", import_viewsets.ImportsView.as_view(), name="imports"),
    route("imports/<job_id>/apply", import_viewsets.ImportApplyView.as_view(), name="import-apply"),
    route("search", search.SearchView.as_view(), name="search"),
    route("stories/<story_id>/exports", export_viewsets.StoryExportsView.as_view(), name="exports"),
    route(
        "exports/<story_export_id>/download",
        export_viewsets.StoryExportFileView.as_view(),
        name="export-download",
    ),
    route("series", series.SeriesListView.as_view(), name="series-list"),
    route("series/<series_id>", series.SeriesView.as_view(), name="series"),
    route("trash", trash.TrashView.as_view(), name="trash"),
]
