"""A story and its chapters."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from nexus.lib.ids import new_id

KEPT_IN_TRASH = timedelta(days=30)


class StoryQuerySet(models.QuerySet["Story"]):
    """Says which stories, and who may see them."""

    def visible_to(self, user: User) -> StoryQuerySet:
        return self.filter(owner=user)

    def live(self) -> StoryQuerySet:
        return self.filter(trashed_at__isnull=True)

    def trashed(self) -> StoryQuerySet:
        return self.filter(trashed_at__isnull=False)

    def newest_first(self) -> StoryQuerySet:
        return self.order_by("-created_at", "-id")

    def with_counts(self) -> StoryQuerySet:
        """Add `total_chapters`, `word_count` and `latest_chapter_id`, without loading prose."""
        live = Chapter.objects.filter(story=OuterRef("pk"), trashed_at__isnull=True).order_by()
        per_story = live.values("story")
        return self.annotate(
            total_chapters=Coalesce(Subquery(per_story.annotate(n=Count("pk")).values("n")), 0),
            word_count=Coalesce(Subquery(per_story.annotate(n=Sum("word_count")).values("n")), 0),
            latest_chapter_id=Subquery(live.order_by("-position").values("pk")[:1]),
        )


class Story(models.Model):
    """A book-length work of one writer."""

    class Status(models.TextChoices):
        ONGOING = "Ongoing", _("Ongoing")
        ON_HIATUS = "On Hiatus", _("On Hiatus")
        COMPLETE = "Complete", _("Complete")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="stories")
    title = models.CharField(_("title"), max_length=255)
    title_key = models.CharField(max_length=800, editable=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ONGOING)
    synopsis = models.TextField(_("synopsis"), blank=True)
    genre = models.CharField(_("genre"), max_length=100, blank=True)
    cover = models.FileField(max_length=500, blank=True, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    trashed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        indexes = (models.Index(fields=["owner", "-created_at"]),)
        constraints = (
            models.UniqueConstraint(
                fields=["owner", "title_key"],
                condition=Q(trashed_at__isnull=True),
                name="story_title_once_per_owner",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="story_has_title"),
            models.CheckConstraint(
                condition=Q(status__in=["Ongoing", "On Hiatus", "Complete"]),
                name="story_status_known",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("stories:detail", args=[self.pk])


class ChapterQuerySet(models.QuerySet["Chapter"]):
    """Says which chapters, and who may see them. Lists never load prose."""

    PROSE = ("content", "text", "notes")

    def visible_to(self, user: User) -> ChapterQuerySet:
        return self.filter(story__owner=user)

    def live(self) -> ChapterQuerySet:
        """Chapters that are neither in the trash nor part of a story that is."""
        return self.filter(trashed_at__isnull=True, story__trashed_at__isnull=True)

    def trashed(self) -> ChapterQuerySet:
        """Chapters put in the trash by themselves; those of a trashed story come back with it."""
        return self.filter(trashed_at__isnull=False, story__trashed_at__isnull=True)

    def in_order(self) -> ChapterQuerySet:
        return self.order_by("position")

    def without_prose(self) -> ChapterQuerySet:
        return self.defer(*self.PROSE)


class Chapter(models.Model):
    """An ordered piece of a story; a draft until published.

    `content_revision` counts accepted content saves and nothing else; title, part and publication
    move `metadata_version`, so that renaming never makes a save stale. What the writer notes beside
    the text moves `notes_version`, by which a second window is kept from writing over it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    story = models.ForeignKey(Story, models.CASCADE, related_name="chapters")
    title = models.CharField(_("title"), max_length=255)
    title_key = models.CharField(max_length=800, editable=False)
    position = models.PositiveIntegerField(null=True)
    part_title = models.CharField(_("part"), max_length=255, blank=True)
    content = models.TextField(blank=True)
    text = models.TextField(blank=True)
    word_count = models.PositiveIntegerField(default=0)
    count_rule = models.CharField(max_length=20, default="nexus-1", editable=False)
    content_revision = models.PositiveIntegerField(default=1)
    content_hash = models.CharField(max_length=64)
    content_saved_at = models.DateTimeField(default=timezone.now)
    metadata_version = models.PositiveIntegerField(default=1)
    # Beside the text: never counted as words, exported or entered in the ledger.
    synopsis = models.TextField(_("synopsis"), blank=True, default="", db_default="")
    notes = models.TextField(_("notes"), blank=True, default="", db_default="")
    notes_version = models.PositiveIntegerField(default=1, db_default=1)
    published_at = models.DateTimeField(null=True, blank=True)
    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_position = models.PositiveIntegerField(null=True, blank=True)
    # Where its words went: in the trash it keeps its own text, and the ledger counts them there.
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = ChapterQuerySet.as_manager()

    class Meta:
        verbose_name = _("chapter")
        verbose_name_plural = _("chapters")
        indexes = (models.Index(fields=["story", "-updated_at"]),)
        constraints = (
            models.UniqueConstraint(
                fields=["story", "position"],
                name="chapter_position_once_per_story",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["story", "title_key"],
                condition=Q(trashed_at__isnull=True),
                name="chapter_title_once_per_story",
            ),
            # A deferrable constraint cannot be partial, so chapters in the trash hold no position.
            models.CheckConstraint(
                condition=Q(trashed_at__isnull=True, position__isnull=False)
                | Q(trashed_at__isnull=False, position__isnull=True),
                name="chapter_position_unless_trashed",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(trashed_at__isnull=False),
                name="chapter_merged_away_is_trashed",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="chapter_has_title"),
            models.CheckConstraint(
                condition=Q(content_revision__gte=1), name="chapter_revision_from_1"
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("stories:chapter", args=[self.pk])

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def etag(self) -> str:
        """The base a save must name; the hash keeps a restored server from taking an old one."""
        return f"{self.content_revision}-{self.content_hash[:8]}"
