"""Comments on a chapter's passages, in the API."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from nexus.lib.api import find
from nexus.lib.api_view import ApiView
from stories import comment_serializers as shapes
from stories.models import Comment
from stories.services.comments import add_comment, change_comment, comments_on
from stories.viewsets.answers import own_chapter


class CommentsView(ApiView):
    @extend_schema(
        operation_id="list_comments", responses=shapes.CommentListSerializer, tags=["comments"]
    )
    def get(self, request: Request, chapter_id: str) -> Response:
        """List a chapter's comments as their passages follow in its text, as that is now."""
        comments = comments_on(own_chapter(request, chapter_id))
        return Response(shapes.CommentListSerializer({"comments": comments}).data)

    @extend_schema(
        operation_id="create_comment",
        request=shapes.NewCommentSerializer,
        responses={201: shapes.CommentSerializer},
        tags=["comments"],
    )
    def post(self, request: Request, chapter_id: str) -> Response:
        """Comment on a passage; one that is not in the text is kept, and found when it comes."""
        values = self.body(shapes.NewCommentSerializer)
        chapter = own_chapter(request, chapter_id)
        comment = add_comment(chapter, at=timezone.now(), **values)
        return Response(shapes.CommentSerializer(comment).data, status=status.HTTP_201_CREATED)


class CommentView(ApiView):
    @extend_schema(
        operation_id="update_comment",
        request=shapes.CommentChangeSerializer,
        responses=shapes.CommentSerializer,
        tags=["comments"],
    )
    def patch(self, request: Request, chapter_id: str, comment_id: str) -> Response:
        """Change what a comment says, settle or reopen it, or move it to another passage."""
        changes = self.body(shapes.CommentChangeSerializer)
        comment = self._own(request, chapter_id, comment_id)
        base = changes.pop("version", None)
        fresh = change_comment(comment, at=timezone.now(), base=base, **changes)
        return Response(shapes.CommentSerializer(fresh).data)

    @extend_schema(operation_id="delete_comment", responses={204: None}, tags=["comments"])
    def delete(self, request: Request, chapter_id: str, comment_id: str) -> Response:
        """Delete a comment for good."""
        self._own(request, chapter_id, comment_id).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _own(self, request: Request, chapter_id: str, comment_id: str) -> Comment:
        chapter = own_chapter(request, chapter_id)
        return find(Comment.objects.filter(chapter=chapter), comment_id, user=self.person)
