"""Comments on passages: what a writer says to herself beside the text, never within it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from nexus.lib.ids import new_id
from stories.models.book import Chapter


class CommentQuerySet(models.QuerySet["Comment"]):
    """Says which comments, and who may see them."""

    def visible_to(self, user: User) -> CommentQuerySet:
        return self.filter(chapter__story__owner=user)

    def live(self) -> CommentQuerySet:
        """Comments on chapters that are neither in the trash nor part of a story that is."""
        return self.filter(
            chapter__trashed_at__isnull=True, chapter__story__trashed_at__isnull=True
        )

    def in_order(self) -> CommentQuerySet:
        """As their passages follow in the text; those whose passage is gone come last."""
        places = (F("paragraph").asc(nulls_last=True), F("start").asc(nulls_last=True))
        return self.order_by(*places, "created_at", "id")


class Comment(models.Model):
    """A remark on a passage of a chapter, which is found again by what it says.

    The anchor is a text quote with its context (W3C Web Annotation, TextQuoteSelector) and a place:
    the block's id, its number among the blocks that hold text, and where in it the passage begins,
    in characters. The place is that in the text whose hash is `stamp`; it is null when the passage
    was not in that text, and the quote stays, so that a passage that comes back is found.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="comments")
    text = models.TextField(_("comment"))
    quote = models.TextField()
    prefix = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=64, blank=True)
    block = models.CharField(max_length=32, blank=True)
    paragraph = models.PositiveIntegerField(null=True)
    start = models.PositiveIntegerField(null=True)
    stamp = models.CharField(max_length=64, editable=False)
    version = models.PositiveIntegerField(default=1)
    resolved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.CheckConstraint(condition=~Q(quote=""), name="comment_has_passage"),
            models.CheckConstraint(
                condition=Q(paragraph__isnull=True, start__isnull=True)
                | Q(paragraph__isnull=False, start__isnull=False),
                name="comment_has_whole_place",
            ),
        )

    def __str__(self) -> str:
        return f"Comment on {self.chapter_id}"

    @property
    def is_resolved(self) -> bool:
        return self.resolved_at is not None

    @property
    def is_found(self) -> bool:
        """Whether its passage was in the text when that was last looked at."""
        return self.start is not None
