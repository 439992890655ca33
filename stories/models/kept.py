"""What keeps a text safe: versions, steps that can be undone, receipts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from nexus.lib.ids import new_id
from stories.models.book import Chapter, Story


class ChapterVersion(models.Model):
    """A kept snapshot of a chapter's content; `revision` is null for a conflict copy."""

    class Reason(models.TextChoices):
        RECENT = "recent", _("A moment ago")
        AUTO = "auto", _("While writing")
        REPLACED = "replaced", _("Before it was replaced")
        BIG_CUT = "big_cut", _("Before a large deletion")
        RESTORE = "restore", _("Before a restore")
        SPLIT = "split", _("Before it was split")
        MERGE = "merge", _("Before a chapter was merged into it")
        REPLACE = "replace", _("Before find and replace")
        CONFLICT = "conflict", _("The other side of a conflict")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    chapter = models.ForeignKey(Chapter, models.CASCADE, related_name="versions")
    revision = models.PositiveIntegerField(null=True)
    content = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64)
    word_count = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=10, choices=Reason, default=Reason.AUTO)
    name = models.CharField(max_length=255, blank=True)
    saved_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["chapter", "revision"], name="version_once"),
            models.CheckConstraint(
                condition=Q(revision__isnull=False) | Q(reason="conflict"),
                name="version_has_revision_unless_conflict",
            ),
        )
        indexes = (
            models.Index(fields=["chapter", "-created_at"]),
            models.Index(
                fields=["created_at"], condition=Q(reason="recent", name=""), name="version_recent"
            ),
        )

    def __str__(self) -> str:
        return f"Revision {self.revision} of {self.chapter_id}"


class ReplacementQuerySet(models.QuerySet["Replacement"]):
    def visible_to(self, user: User) -> ReplacementQuerySet:
        return self.filter(story__owner=user, story__trashed_at__isnull=True)


class Replacement(models.Model):
    """Words replaced across a story as one step, with what it takes to undo it.

    `steps` holds, for each chapter, its id, the revision that was replaced, the hash of that
    revision's text and the hash of what the step made of it; the text is in the history.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    story = models.ForeignKey(Story, models.CASCADE, related_name="replacements")
    find = models.CharField(max_length=200)
    replacement = models.CharField(max_length=1_000, blank=True)
    count = models.PositiveIntegerField()
    steps = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ReplacementQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["story", "-created_at"]),)
        constraints = (
            models.CheckConstraint(condition=Q(count__gte=1), name="replacement_replaced"),
        )

    def __str__(self) -> str:
        return f"{self.count} in {self.story_id}"


class SaveReceipt(models.Model):
    """What a request with an idempotency key was answered, so that sending it again is harmless."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    key = models.UUIDField()
    route = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="receipt_once"),)

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
