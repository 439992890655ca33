"""Stories, their chapters, and what keeps the text safe."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from nexus.lib.ids import new_id

KEPT_IN_TRASH = timedelta(days=30)
MAX_QUOTA = 10_000_000


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
    cover = models.CharField(max_length=500, blank=True)
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

    PROSE = ("content", "text")

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
    move `metadata_version`, so that renaming never makes a save stale.
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


class TargetQuerySet(models.QuerySet["Target"]):
    def visible_to(self, user: User) -> TargetQuerySet:
        return self.filter(story__owner=user, story__trashed_at__isnull=True)


class Target(models.Model):
    """A word quota of a story for each day, week or month within two dates."""

    class Frequency(models.TextChoices):
        DAILY = "Daily", _("Daily")
        WEEKLY = "Weekly", _("Weekly")
        MONTHLY = "Monthly", _("Monthly")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    story = models.ForeignKey(Story, models.CASCADE, related_name="targets")
    quota = models.PositiveIntegerField(_("words"))
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency)
    from_date = models.DateField(_("from"))
    to_date = models.DateField(_("until"))
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["story", "frequency"], name="target_once_per_frequency"
            ),
            models.CheckConstraint(
                condition=Q(to_date__gte=F("from_date")), name="target_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(quota__lte=MAX_QUOTA), name="target_quota_within_limit"
            ),
            models.CheckConstraint(
                condition=Q(frequency__in=["Daily", "Weekly", "Monthly"]),
                name="target_frequency_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quota} {self.frequency}"


class Plan(models.Model):
    """A total by a date: what is left is divided over the writing days that remain."""

    class Strategy(models.TextChoices):
        STEADY = "steady", _("Steady")
        FRONT = "front", _("More at the start")
        BACK = "back", _("More towards the end")
        RAMP = "ramp", _("Ramp up")

    story = models.OneToOneField(Story, models.CASCADE, primary_key=True, related_name="plan")
    total_words = models.PositiveIntegerField()
    start_words = models.PositiveIntegerField(default=0)
    start_on = models.DateField()
    due_on = models.DateField()
    weekday_weights = models.JSONField(default=list)
    strategy = models.CharField(max_length=10, choices=Strategy, default=Strategy.STEADY)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(due_on__gte=F("start_on")), name="plan_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(total_words__lte=MAX_QUOTA), name="plan_total_within_limit"
            ),
        )

    def __str__(self) -> str:
        return f"{self.total_words} by {self.due_on}"


class SearchEntry(models.Model):
    """What search looks up of a chapter or of a story: its title (0), or a stretch of its text.

    Derived: `stamp` says from what, and whatever differs from the chapter as it is, is made anew.
    """

    # Found by the indexes of the constraints.
    chapter = models.ForeignKey(
        Chapter, models.CASCADE, null=True, db_index=False, related_name="entries"
    )
    story = models.ForeignKey(
        Story, models.CASCADE, null=True, db_index=False, related_name="entries"
    )
    number = models.PositiveIntegerField()
    # Where the stretch stands in the text, in characters, and how many paragraphs come before it.
    start = models.PositiveIntegerField()
    stop = models.PositiveIntegerField()
    paragraph = models.PositiveIntegerField()
    stamp = models.CharField(max_length=64)
    language = models.CharField(max_length=20)
    vector = SearchVectorField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["chapter", "number"], name="entry_once_per_chapter"),
            models.UniqueConstraint(fields=["story", "number"], name="entry_once_per_story"),
            models.CheckConstraint(
                condition=Q(chapter__isnull=True, story__isnull=False)
                | Q(chapter__isnull=False, story__isnull=True),
                name="entry_of_one_thing",
            ),
        )

    def __str__(self) -> str:
        return f"Entry {self.number} of {self.chapter_id or self.story_id}"
